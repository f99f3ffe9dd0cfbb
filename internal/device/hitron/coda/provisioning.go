package coda

import "strings"

// ProvisioningInfo is how far a modem has come on its way into the network.
type ProvisioningInfo struct {
	Stages        []Stage // in the order in which a modem goes through them
	NetworkAccess *bool
	// BPIAuth and BPITEK are the states of Baseline Privacy in lower case, such as
	// authorized and operational. start is normal on a network without it.
	BPIAuth, BPITEK string
}

// A Stage is one step of provisioning.
type Stage struct {
	Name string
	OK   bool
}

// stages maps fields to our names.
var stages = []struct{ field, name string }{
	{"hwInit", "hw_init"}, {"findDownstream", "find_downstream"}, {"ranging", "ranging"}, {"dhcp", "dhcp"},
	{"timeOfday", "time_of_day"}, {"downloadCfg", "download_config"}, {"registration", "registration"},
	{"trafficStatus", "traffic"},
}

// Provisioning reads the page Provisioning. A stage whose word is not known is left
// out: some firmware prints Secret.
func (s *Sheet) Provisioning() ProvisioningInfo {
	r := s.only()
	var p ProvisioningInfo
	for _, stage := range stages {
		if ok := read(r, stage.field, parseStage); ok != nil && *ok != stageHidden {
			p.Stages = append(p.Stages, Stage{Name: stage.name, OK: *ok == stageDone})
		}
	}
	p.NetworkAccess = read(r, "networkAccess", parseAccess)
	p.BPIAuth, p.BPITEK = parseBPI(r.text("bpiStatus"))
	return p
}

type stageState uint8

const (
	stageOpen stageState = iota
	stageDone
	stageHidden
)

func parseStage(text string) (stageState, bool) {
	switch strings.ToLower(text) {
	case "success", "permitted", "enable", "enabled", "operational":
		return stageDone, true
	case "process", "processing", "in progress", "disable", "disabled", "denied", "fail", "failed", "failure", "error":
		return stageOpen, true
	case "secret":
		return stageHidden, true
	}
	return 0, false
}

// parseBPI reads "AUTH:authorized, TEK:operational".
func parseBPI(text string) (auth, tek string) {
	for part := range strings.SplitSeq(text, ",") {
		name, state, _ := strings.Cut(part, ":")
		state = clip(strings.ToLower(state))
		switch strings.ToUpper(strings.TrimSpace(name)) {
		case "AUTH":
			auth = state
		case "TEK":
			tek = state
		}
	}
	return auth, tek
}
