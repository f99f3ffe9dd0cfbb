package hitron

import (
	"errors"
	"net/http"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
)

// hint is what to do about e. It never advises what is configured already.
func hint(e *coda.Error, s *settings) string {
	switch e.Class {
	case coda.ClassTimeout, coda.ClassUnreachable:
		if !e.Connected {
			return "Is the modem on, and is there a route to it? Some modems answer only to addresses of their own network: see source_address."
		}
	case coda.ClassRefused:
		return "Nothing listens there: check the address and the port, and whether the modem wants https or http."
	case coda.ClassTLS:
		if !e.BadCertificate { // whose error names the cure
			return tlsHint(e, s.trust)
		}
	case coda.ClassHTML, coda.ClassRedirect:
		return webPageHint(s)
	case coda.ClassAuth:
		return loginHint(e, s)
	case coda.ClassStatus:
		switch {
		case e.Status == http.StatusNotFound:
			return "The modem does not have this page: check the address, or set the dialect of its firmware."
		case e.Status == http.StatusBadRequest && s.trust.plain:
			return "The modem may want TLS there: write the address with https:// in front."
		}
	}
	return device.HintOf(e.Err)
}

// tlsHint is about handshakes.
func tlsHint(e *coda.Error, t trust) string {
	switch {
	case errors.Is(e, http.ErrSchemeMismatch) && t.blind():
		return "The modem speaks plain HTTP there: write the address with http:// in front."
	case errors.Is(e, http.ErrSchemeMismatch):
		return "The modem speaks plain HTTP there: write the address with http:// in front, and leave the tls keys out."
	case t.legacy:
		return "A modem that signs its handshake with SHA-1 only needs the environment variable GODEBUG=tlssha1=1."
	case t.blind():
		return "Old firmware speaks only old TLS: try tls_legacy: true, or http:// in front of the address."
	}
	return "Old firmware speaks only old TLS: try tls_legacy: true."
}

// webPageHint is about pages in place of JSON where there is no session that may have
// ended.
func webPageHint(s *settings) string {
	switch {
	case s.client.Dialect == coda.DataLogin:
		return "The modem does not take the login: see the key login, or try dialect: device."
	case s.client.Username != "":
		return "The modem shows a web page instead: try dialect: data_login."
	case s.client.Guest:
		return "The modem does not take the guest session: try dialect: data_login with username and password in its place."
	}
	return "The modem shows its login page instead: try guest_session: true, or dialect: data_login with username and password."
}

// loginHint is about users and sessions.
func loginHint(e *coda.Error, s *settings) string {
	switch {
	case e.NoLogin == coda.Device: // an address that is not a modem's answers like this
		return "Check that the address is the modem's. If it is, configure username and password."
	case e.NoLogin != coda.Auto:
		return "Configure username and password, or guest_session: true, or check that the address is the modem's."
	case e.Rejected:
		return "Check username and password; the modem is left alone for five minutes, because some lock their login."
	case s.client.Guest:
		return "The modem wants a login in spite of the guest session: try dialect: data_login with username and password in its place."
	}
	return "Log out of the modem's web pages: it takes one user at a time."
}
