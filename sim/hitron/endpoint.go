package hitron

import "net/http"

// Endpoint names a page of the modem. The dialects give different paths to what is the same page; the names are those
// of dialect Data.
type Endpoint string

// The endpoints.
const (
	DsInfo     Endpoint = "dsinfo"         // Device: CM/DsInfo
	UsInfo     Endpoint = "usinfo"         // CM/UsInfo
	DsOFDM     Endpoint = "dsofdminfo"     // CM/DsOfdm
	UsOFDM     Endpoint = "usofdminfo"     // CM/UsOfdm
	SysInfo    Endpoint = "getSysInfo"     // Router/SysInfo
	WANInfo    Endpoint = "getCmDocsisWan" // CM/SysInfo
	Init       Endpoint = "getCMInit"      // CM/DocsisProvision
	LinkStatus Endpoint = "getLinkStatus"  // not on Device
	Model      Endpoint = "system_model"   // CM/Version
	EventLog   Endpoint = "status_log"     // CM/Log

	Root   Endpoint = "root"   // GET /
	Guest  Endpoint = "guest"  // POST /goform/home
	Login  Endpoint = "login"  // POST of name and password
	Logout Endpoint = "logout" // POST
	Other  Endpoint = "other"  // whatever else was asked for: 404

	Every Endpoint = "" // for faults: all of them
)

// An endpoint is how one page is made.
type endpoint struct {
	name   Endpoint
	method string
	write  func(State) document              // for documents
	handle func(*Sim, *http.Request) *answer // for the others
}

// endpointsOf lists the pages of a dialect by path.
func endpointsOf(o Options) map[string]endpoint {
	h := habits{o.Dialect, o.Firmware}
	get := func(name Endpoint, write func(State) document) endpoint {
		return endpoint{name: name, method: http.MethodGet, write: write}
	}
	post := func(name Endpoint, handle func(*Sim, *http.Request) *answer) endpoint {
		return endpoint{name: name, method: http.MethodPost, handle: handle}
	}
	root := endpoint{name: Root, method: http.MethodGet, handle: (*Sim).root}
	if o.Dialect == Device {
		return map[string]endpoint{
			"/":                            root,
			"/1/Device/Users/Login":        post(Login, (*Sim).deviceLogin),
			"/1/Device/Users/Logout":       post(Logout, (*Sim).deviceLogout),
			"/1/Device/CM/DsInfo":          get(DsInfo, h.deviceDsInfo),
			"/1/Device/CM/UsInfo":          get(UsInfo, h.deviceUsInfo),
			"/1/Device/CM/DsOfdm":          get(DsOFDM, h.deviceDsOFDM),
			"/1/Device/CM/UsOfdm":          get(UsOFDM, h.deviceUsOFDM),
			"/1/Device/CM/SysInfo":         get(WANInfo, h.deviceWAN),
			"/1/Device/CM/Version":         get(Model, h.deviceVersion),
			"/1/Device/CM/DocsisProvision": get(Init, h.deviceInit),
			"/1/Device/CM/Log":             get(EventLog, h.deviceLog),
			"/1/Device/Router/SysInfo":     get(SysInfo, h.deviceRouter),
		}
	}
	pages := map[string]endpoint{"/": root}
	for name, write := range map[Endpoint]func(State) document{
		DsInfo: h.dsInfo, UsInfo: h.usInfo, SysInfo: h.sysInfo, WANInfo: h.wan, Init: h.init, LinkStatus: h.link,
		Model: h.systemModel, EventLog: h.log,
	} {
		pages["/data/"+string(name)+".asp"] = get(name, write)
	}
	if o.Dialect == DataLogin { // DOCSIS 3.0 knows no OFDM
		pages[o.Login.Path] = post(Login, (*Sim).formLogin)
		pages["/goform/logout"] = post(Logout, (*Sim).formLogout)
		return pages
	}
	pages["/data/dsofdminfo.asp"] = get(DsOFDM, h.dsOFDM)
	pages["/data/usofdminfo.asp"] = get(UsOFDM, h.usOFDM)
	pages["/goform/home"] = post(Guest, (*Sim).guestLogin)
	return pages
}

// nameOf is the endpoint that a request is for. Letters count: getCmDocsisWAN.asp is another page, which there is not.
func (s *Sim) nameOf(r *http.Request) Endpoint {
	if e, ok := s.endpoints[r.URL.Path]; ok {
		return e.name
	}
	return Other
}

const (
	htmlType = "text/html"
	jsonType = "application/json"
)

// answerTo makes the answer as a healthy modem gives it, from a state with the faults that concern the state.
func (s *Sim) answerTo(r *http.Request, name Endpoint, broken []Fault) *answer {
	e, ok := s.endpoints[r.URL.Path]
	if !ok {
		return newAnswer(http.StatusNotFound, htmlType, "<html><head><title>Document Error: Not Found</title></head></html>")
	}
	if r.Method != e.method {
		return newAnswer(http.StatusMethodNotAllowed, htmlType, "<html><head><title>Document Error: Method Not Allowed</title></head></html>")
	}
	if r.Method == http.MethodPost {
		form(r) // reads from the network, so before the lock
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.admit(r, name)
	if a == nil {
		a = s.say(r, e, broken)
	}
	if !s.switches.keepAlive {
		a.header.Set("Connection", "close")
	}
	return a
}

// say makes the answer to who may ask. s.mu is held.
func (s *Sim) say(r *http.Request, e endpoint, broken []Fault) *answer {
	if e.handle != nil {
		return e.handle(s, r)
	}
	contentType := htmlType
	if s.options.Dialect != Data {
		contentType = jsonType
	}
	a := newAnswer(http.StatusOK, contentType, "")
	if e.name == DsOFDM && s.switches.wedge.fetch() {
		defer s.rebootLocked() // after this answer is made
		a.header.Set("Connection", "close")
	}
	state := s.stateLocked()
	for _, f := range broken {
		if f.state != nil {
			f.state(&state)
		}
	}
	doc := e.write(state)
	a.doc = &doc
	return a
}
