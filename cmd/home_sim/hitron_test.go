package main

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"testing"
)

func TestModemOfTheHouse(t *testing.T) {
	modem, err := startHitron(t.Context(), surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := modem.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	entries, ok := modem.section.([]modemEntry)
	if !ok || len(entries) != 1 || len(modem.rows) != 1 {
		t.Fatalf("section %#v, rows %v, want one modem", modem.section, modem.rows)
	}
	entry, line := entries[0], modem.rows[0]
	if entry.Name != "modem" || line.name != entry.Name || line.address != entry.Address {
		t.Errorf("entry %+v, row %+v", entry, line)
	}

	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	answer, err := client.Get(entry.Address + "/data/dsinfo.asp")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var channels []map[string]string
	if err := json.NewDecoder(answer.Body).Decode(&channels); err != nil || len(channels) != 32 {
		t.Errorf("%d channels, %v, want 32", len(channels), err)
	}
}
