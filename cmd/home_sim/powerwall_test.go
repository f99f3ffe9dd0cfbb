package main

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestGatewayOfTheHouse(t *testing.T) {
	gateway, err := startPowerwall(t.Context(), surroundings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := gateway.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	entries, ok := gateway.section.([]gatewayEntry)
	if !ok || len(entries) != 1 || len(gateway.rows) != 1 {
		t.Fatalf("section %#v, rows %v, want one gateway", gateway.section, gateway.rows)
	}
	entry, line := entries[0], gateway.rows[0]
	if entry.Name != "home" || line.name != entry.Name || line.address != entry.GatewayAddress {
		t.Errorf("entry %+v, row %+v", entry, line)
	}

	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "powerwall"}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	base := "https://" + entry.GatewayAddress
	login, err := client.Post(base+"/api/login/Basic", "application/json", strings.NewReader(
		`{"username":"customer","email":"`+entry.LoginEmail+`","password":"`+entry.LoginPassword+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	login.Body.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/system_status", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range login.Cookies() {
		request.AddCookie(cookie)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var status struct {
		Packs []any `json:"battery_blocks"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&status); err != nil || len(status.Packs) != 2 {
		t.Errorf("login %d, %d packs, %v, want 2", login.StatusCode, len(status.Packs), err)
	}
}
