package powerwall

import (
	"net/http"
	"strings"
)

// Endpoint names what a request is for: the path after /api/, or one of the words below.
type Endpoint string

// The endpoints.
const (
	Status         Endpoint = "status"
	SOE            Endpoint = "system_status/soe"
	Operation      Endpoint = "operation"
	SiteMaster     Endpoint = "sitemaster"
	Problems       Endpoint = "troubleshooting/problems"
	SystemStatus   Endpoint = "system_status"
	GridStatus     Endpoint = "system_status/grid_status"
	GridFaults     Endpoint = "system_status/grid_faults"
	Aggregates     Endpoint = "meters/aggregates"
	MeterSite      Endpoint = "meters/site"
	MeterSolar     Endpoint = "meters/solar"
	MeterBattery   Endpoint = "meters/battery"
	MeterLoad      Endpoint = "meters/load"
	Networks       Endpoint = "networks"
	Powerwalls     Endpoint = "powerwalls"
	PowerwallState Endpoint = "powerwalls/status"
	SiteInfo       Endpoint = "site_info"
	SiteName       Endpoint = "site_info/site_name"
	Registration   Endpoint = "customer/registration"
	Update         Endpoint = "system/update/status"
	Solars         Endpoint = "solars"
	SolarPowerwall Endpoint = "solar_powerwall"
	Config         Endpoint = "config"
	ToggleAuth     Endpoint = "auth/toggle/supported"
	Vitals         Endpoint = "devices/vitals"

	Login  Endpoint = "login/Basic"
	Logout Endpoint = "logout"

	TEDAPIDin    Endpoint = "tedapi/din"
	TEDAPI       Endpoint = "tedapi/v1"
	TEDAPIDevice Endpoint = "tedapi/device" // /tedapi/device/<din>/v1
	TEDAPISigned Endpoint = "tedapi/v1r"

	Root  Endpoint = "root"  // GET /
	Other Endpoint = "other" // whatever else was asked for

	Every Endpoint = "" // for faults: all of them
)

// forbidden are paths that act although they are read.
var forbidden = map[string]string{
	"sitemaster/stop":  "stops the power flow",
	"sitemaster/run":   "starts the power flow",
	"config/completed": "ends a configuration and starts the power flow",
}

// named are the paths besides the documents.
var named = map[Endpoint]bool{Vitals: true, Login: true, Logout: true, TEDAPIDin: true, TEDAPI: true, TEDAPISigned: true}

// nameOf is the endpoint that a request is for. Letters count.
func (s *Sim) nameOf(r *http.Request) Endpoint {
	path := r.URL.Path
	if path == "/" {
		return Root
	}
	if din, ok := strings.CutPrefix(path, "/tedapi/device/"); ok {
		if din, ok = strings.CutSuffix(din, "/v1"); ok && din != "" {
			return TEDAPIDevice
		}
		return Other
	}
	name := Endpoint(strings.TrimPrefix(path, "/"))
	if api, ok := strings.CutPrefix(path, "/api/"); ok {
		name = Endpoint(api)
		if name == TEDAPIDin || name == TEDAPI || name == TEDAPISigned {
			return Other
		}
	} else if name != TEDAPIDin && name != TEDAPI && name != TEDAPISigned {
		return Other
	}
	if _, ok := writers[name]; ok || named[name] {
		return name
	}
	return Other
}

const (
	jsonType  = "application/json"
	htmlType  = "text/html; charset=utf-8"
	textType  = "text/plain; charset=utf-8"
	bytesType = "application/octet-stream"
)

// answerTo makes the answer as a healthy gateway gives it, from a state with the faults that concern the state.
func (s *Sim) answerTo(r *http.Request, name Endpoint, body []byte, broken []Fault) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch name {
	case Root:
		return s.root()
	case Login:
		return s.login(r, body)
	case TEDAPIDin, TEDAPI, TEDAPIDevice, TEDAPISigned:
		return s.tedapi(r, name, body, broken)
	}
	path, api := strings.CutPrefix(r.URL.Path, "/api/")
	if !api {
		return newAnswer(http.StatusNotFound, textType, "404 page not found\n")
	}
	if a := s.refuseChange(r, path); a != nil {
		return a
	}
	if refused := s.admit(r, name); refused != nil {
		return refused
	}
	if name == Logout {
		return s.logout(r)
	}
	if a := s.act(path); a != nil {
		return a
	}
	return s.document(name, broken)
}

// document answers who may ask.
func (s *Sim) document(name Endpoint, broken []Fault) *answer {
	p := s.profile
	if name == Other || !p.serves(name) {
		return problem(http.StatusNotFound, "File Not Found", "The requested API does not exist")
	}
	state := s.stateWith(broken)
	if !state.Running && needsSiteMaster(name) {
		return newAnswer(http.StatusBadGateway, "", "")
	}
	if name == PowerwallState && p.firmware == Firmware2049 && state.Running {
		return problem(http.StatusConflict, "site master is running", "stop the site master first")
	}
	if name == Vitals {
		return newAnswer(http.StatusOK, bytesType, string(s.vitals(&state)))
	}
	doc := writers[name](s.documents, &state)
	p.age(name, doc, &state)
	a := newAnswer(http.StatusOK, jsonType, "")
	a.doc = doc
	return a
}

// needsSiteMaster says which documents come from the site master.
func needsSiteMaster(name Endpoint) bool {
	switch name {
	case SolarPowerwall, Vitals:
		return true
	}
	return strings.HasPrefix(string(name), "meters/") || strings.HasPrefix(string(name), "system_status")
}

// refuseChange notes a request that is no read, and answers it.
func (s *Sim) refuseChange(r *http.Request, path string) *answer {
	if why, ok := forbidden[path]; ok {
		s.tally.violate(r, why)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	s.tally.violate(r, "is no read")
	return problem(http.StatusForbidden, "Unable to "+r.Method+" to resource", noRights)
}

// act does what some paths do when somebody who may do so reads them.
func (s *Sim) act(path string) *answer {
	switch path {
	case "sitemaster/stop":
		s.switches.stopped = true
	case "sitemaster/run", "config/completed":
		s.switches.stopped = false
	default:
		return nil
	}
	return newAnswer(http.StatusAccepted, "", "")
}

func (s *Sim) root() *answer {
	if s.options.Firmware == Powerwall3 {
		return newAnswer(http.StatusNotFound, textType, "404 page not found\n")
	}
	return newAnswer(http.StatusOK, htmlType, webPage)
}

const webPage = "<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><div id=\"root\"></div></body></html>\n"
