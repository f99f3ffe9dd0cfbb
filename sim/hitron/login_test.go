package hitron

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func deviceLogin(t *testing.T, c *http.Client, s *Sim, password string) reply {
	t.Helper()
	return post(t, c, s, "/1/Device/Users/Login", url.Values{
		"model": {fmt.Sprintf(`{"username":"cusadmin","password":%q}`, password)},
	})
}

// code asks Device for something and returns the status and the errCode.
func code(t *testing.T, c *http.Client, s *Sim, path string) string {
	t.Helper()
	got := get(t, c, s, "/1/Device/"+path)
	var body struct{ ErrCode string }
	if strings.HasPrefix(got.body, "{") {
		decode(t, got.body, &body)
	}
	return fmt.Sprint(got.status, " ", body.ErrCode)
}

func TestDeviceLogin(t *testing.T) {
	s := start(t, Options{Dialect: Device})
	c, second := newClient(t), newClient(t)
	expect := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	expect("before the login", code(t, c, s, "CM/Version"), "200 401")
	if got := deviceLogin(t, c, s, "guess"); got.status != 200 || !strings.Contains(got.body, `"errCode":"003"`) {
		t.Errorf("wrong password: %+v", got)
	}
	s.SetQuietRefusal(true)
	if got := deviceLogin(t, c, s, "guess"); got.body != "{}" || got.header.Get("Set-Cookie") != "" {
		t.Errorf("wrong password, quiet: %+v", got)
	}
	if got := deviceLogin(t, c, s, "password"); got.body != `{"errCode":"000","errMsg":""}` || !strings.HasPrefix(got.header.Get("Set-Cookie"), "PHPSESSID=") {
		t.Errorf("login: %+v", got)
	}
	expect("logged in", code(t, c, s, "CM/Version"), "200 000")
	expect("somebody else", code(t, second, s, "CM/Version"), "200 401")
	if got := deviceLogin(t, second, s, "password"); !strings.Contains(got.body, `"errCode":"004"`) {
		t.Errorf("a second session: %+v", got)
	}
	deviceLogin(t, c, s, "password") // the owner may renew it
	s.ExpireSessions()
	expect("expired", code(t, c, s, "CM/DsInfo"), "200 401")
	s.SetLossStatus(403)
	expect("expired, by status", code(t, c, s, "CM/DsInfo"), "403 ")
	s.SetLossStatus(200)
	expect("expired, by errCode", code(t, c, s, "CM/DsInfo"), "200 401")
	deviceLogin(t, c, s, "password")
	post(t, second, s, "/1/Device/Users/Logout", nil) // not its session
	expect("still in", code(t, c, s, "CM/DsInfo"), "200 000")
	post(t, c, s, "/1/Device/Users/Logout", nil)
	expect("logged out", code(t, c, s, "CM/DsInfo"), "200 401")
	s.SetPassword("new")
	deviceLogin(t, second, s, "new")
	expect("the next one", code(t, second, s, "CM/DsInfo"), "200 000")

	seen := s.Seen()
	if got := []int{seen.Logins, seen.Refused, seen.Logouts, seen.Requests[Login], seen.Requests[Logout]}; !cmp.Equal(got, []int{4, 3, 1, 7, 2}) {
		t.Errorf("logins, refused, logouts, and requests for them: %v", got)
	}
}

func TestDeviceIdleSessionEnds(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Dialect: Device, Plain: true, Now: clock.Now})
	c := newClient(t)
	s.Occupy()
	if got := deviceLogin(t, c, s, "password"); !strings.Contains(got.body, "004") {
		t.Errorf("while somebody is logged in: %s", got.body)
	}
	clock.pass(idleLimit + 1)
	deviceLogin(t, c, s, "password")
	clock.pass(idleLimit)
	if got := code(t, c, s, "CM/Version"); got != "200 000" {
		t.Errorf("after five minutes: %s", got)
	}
	clock.pass(idleLimit + 1)
	if got := code(t, c, s, "CM/Version"); got != "200 401" {
		t.Errorf("after more: %s", got)
	}
}

func TestDeviceReferer(t *testing.T) {
	s := start(t, Options{Dialect: Device, Plain: true, NeedReferer: true})
	c := newClient(t)
	deviceLogin(t, c, s, "password")
	for referer, want := range map[string]int{"": 403, "http://elsewhere/": 403, s.URL() + "/webpages/index.html": 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/1/Device/CM/Version", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Referer", referer)
		if got := do(c, r); got.status != want {
			t.Errorf("referer %q: %d, want %d", referer, got.status, want)
		}
	}
}

func TestDeviceDocuments(t *testing.T) {
	for _, firmware := range []Firmware{Firmware71, Firmware72} {
		t.Run(string(firmware), func(t *testing.T) {
			s := start(t, Options{Dialect: Device, Plain: true, Firmware: firmware})
			c := newClient(t)
			deviceLogin(t, c, s, "password")
			read := func(path string) map[string]any {
				got := get(t, c, s, "/1/Device/"+path)
				if got.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s: type %s", path, got.header.Get("Content-Type"))
				}
				var out map[string]any
				decode(t, got.body, &out)
				if out["errCode"] != "000" || out["errMsg"] != "" {
					t.Errorf("%s: %v", path, out)
				}
				return out
			}
			first := func(path, list string) map[string]any {
				rows, ok := read(path)[list].([]any)
				if !ok || len(rows) == 0 {
					t.Fatalf("%s has no %s", path, list)
				}
				return rows[0].(map[string]any)
			}
			ofdm, ofdma, index := "OFDMs_List", "OFDMAs_List", any("0")
			if firmware == Firmware71 {
				ofdm, ofdma, index = "Freq_List", "Freq_List", float64(0)
			}
			want := map[string]any{
				"portId": "1", "frequency": "591000000", "modulation": "QAM256", "signalStrength": "9.100", "snr": "43.376",
				"channelId": "7", "dsoctets": "1 * 2e32 + 149376573", "correcteds": "8573", "uncorrect": "278",
			}
			if diff := cmp.Diff(want, first("CM/DsInfo", "Freq_List")); diff != "" {
				t.Errorf("DsInfo (-want +got):\n%s", diff)
			}
			if row := first("CM/UsInfo", "Freq_List"); row["modulationType"] != "64QAM" || row["scdmaMode"] != nil ||
				(row["symbolrate"] == float64(5120)) != (firmware == Firmware72) {
				t.Errorf("UsInfo: %v", row)
			}
			if row := first("CM/DsOfdm", ofdm); row["receive"] != float64(0) || row["plcpower"] != "  2.000001" || row["SNR"] != nil ||
				row["dsoctets"] != nil || (row["occupiedbw"] != nil) != (firmware == Firmware72) {
				t.Errorf("DsOfdm: %v", row)
			}
			if row := first("CM/UsOfdm", ofdma); row["uschindex"] != index || row["frequency"] != nil || row["repPower"] != "   50.1173" {
				t.Errorf("UsOfdm: %v", row)
			}
			if row := first("CM/Log", "Log_List"); row["time"] != "01/01/1970 00:00:41" || row["priority"] != "5" {
				t.Errorf("Log: %v", row)
			}
			if row := read("CM/SysInfo"); row["ntAccess"] != "Permitted" || !cmp.Equal(row["ip"], []any{"10.64.12.34"}) {
				t.Errorf("SysInfo: %v", row)
			}
			if row := read("CM/Version"); !strings.HasPrefix(row["SoftwareVersion"].(string), string(firmware)) {
				t.Errorf("Version: %v", row)
			}
			if row := read("CM/DocsisProvision"); row["registration"] != "Success" {
				t.Errorf("DocsisProvision: %v", row)
			}
			uptime := map[Firmware]string{Firmware71: "019 days 23h:53m:58s", Firmware72: "1727638"}[firmware]
			if row := read("Router/SysInfo"); row["sysTime"] != "2026-01-20 09:06:40" || row["systemLanUptime"] != uptime || row["lanRx"] != nil {
				t.Errorf("Router/SysInfo: %v", row)
			}
			if got := get(t, c, s, "/data/getSysInfo.asp").status; got != 404 {
				t.Errorf("a page of another dialect: %d", got)
			}
		})
	}
}

// formLogin gets a preSession and logs in with it.
func formLogin(t *testing.T, c *http.Client, s *Sim, form LoginForm, password, force string) string {
	t.Helper()
	pre := get(t, c, s, "/")
	id := ""
	for _, cookie := range (&http.Response{Header: pre.header}).Cookies() {
		if cookie.Name == "preSession" {
			id = cookie.Value
		}
	}
	if pre.status != 302 || id == "" {
		t.Fatalf("GET /: %+v", pre)
	}
	return post(t, c, s, form.Path, url.Values{
		form.UserField: {"cusadmin"}, form.PasswordField: {password}, "forcelogoff": {force}, "preSession": {id},
	}).body
}

func TestDataLogin(t *testing.T) {
	variants := map[string]LoginForm{
		"CGNV4":  {Path: "/goform/login", UserField: "usr", PasswordField: "pwd"},
		"Rogers": {Path: "/goform/login", UserField: "user", PasswordField: "pws", Cookie: "userid"},
	}
	for name, form := range variants {
		t.Run(name, func(t *testing.T) {
			s := start(t, Options{Dialect: DataLogin, Login: form})
			c, second := newClient(t), newClient(t)
			status := func(c *http.Client) int { return get(t, c, s, "/data/getSysInfo.asp").status }
			login := func(c *http.Client, password, force, want string) {
				t.Helper()
				if got := formLogin(t, c, s, form, password, force); got != want {
					t.Errorf("login: %q, want %q", got, want)
				}
			}
			if got := status(c); got != 302 {
				t.Errorf("before the login: %d", got)
			}
			if got := post(t, c, s, form.Path, url.Values{form.UserField: {"cusadmin"}, form.PasswordField: {"password"}}); !strings.Contains(got.body, "session") {
				t.Errorf("without preSession: %q", got.body)
			}
			login(c, "guess", "0", "Wrong Credentials.")
			login(c, "password", "0", "success")
			if got := status(c); got != 200 {
				t.Errorf("logged in: %d", got)
			}
			login(second, "password", "0", "Repeat Login")
			if got := []int{status(c), status(second)}; !cmp.Equal(got, []int{200, 302}) {
				t.Errorf("after the repeated login: %v", got)
			}
			login(second, "password", "1", "success")
			if got := []int{status(c), status(second)}; !cmp.Equal(got, []int{302, 200}) {
				t.Errorf("after the forced login: %v", got)
			}
			post(t, second, s, "/goform/logout", url.Values{"data": {"byebye"}})
			if got := status(second); got != 302 {
				t.Errorf("logged out: %d", got)
			}
			login(c, "password", "0", "success")
			s.ExpireSessions()
			if got := status(c); got != 302 {
				t.Errorf("expired: %d", got)
			}
			s.SetLossPage(true)
			if got := get(t, c, s, "/data/usinfo.asp"); got.status != 200 || got.body != loginPage {
				t.Errorf("expired, by page: %+v", got)
			}
			if seen := s.Seen(); seen.Logins != 3 || seen.Refused != 3 || seen.Logouts != 1 {
				t.Errorf("seen %+v", seen)
			}
		})
	}
}

func TestDataLoginDocuments(t *testing.T) {
	s := start(t, Options{Dialect: DataLogin, Plain: true})
	c := newClient(t)
	formLogin(t, c, s, s.options.Login, "password", "0")
	want := map[string]any{
		"portId": "1", "frequency": "591000000", "modulation": "2", "signalStrength": "9.100", "snr": "43.376", "channelId": "7",
	}
	if diff := cmp.Diff(want, table(t, c, s, DsInfo)[0]); diff != "" {
		t.Errorf("dsinfo (-want +got):\n%s", diff)
	}
	if row := table(t, c, s, UsInfo)[0]; row["modtype"] != nil || row["signalStrength"] != "44.000" {
		t.Errorf("usinfo: %v", row)
	}
	if row := table(t, c, s, SysInfo)[0]; row["systemUptime"] != "19 Days,23 Hours,53 Minutes,58 Seconds" || row["wanIp"] != "203.0.113.1/24" {
		t.Errorf("getSysInfo: %v", row)
	}
	if row := table(t, c, s, WANInfo)[0]; row["CmIpLeaseDuration"] != "04 Days,09 Hours,47 Minutes,10 Seconds" {
		t.Errorf("getCmDocsisWan: %v", row)
	}
	if got := get(t, c, s, "/data/dsinfo.asp"); got.header.Get("Content-Type") != "application/json" {
		t.Errorf("type %s", got.header.Get("Content-Type"))
	}
	if got := get(t, c, s, "/data/dsofdminfo.asp").status; got != 404 {
		t.Errorf("OFDM on DOCSIS 3.0: %d", got)
	}
}

func TestGuestSession(t *testing.T) {
	s := start(t, Options{GuestSession: true})
	c := newClient(t)
	status := func() int { return get(t, c, s, "/data/dsinfo.asp").status }
	if got := status(); got != 302 {
		t.Errorf("without a session: %d", got)
	}
	post(t, c, s, "/goform/home", url.Values{"user": {"root"}, "pws": {"root"}})
	if got := status(); got != 302 {
		t.Errorf("with another name: %d", got)
	}
	post(t, c, s, "/goform/home", url.Values{"user": {"nologin"}, "pws": {"nologin"}})
	if got := status(); got != 200 {
		t.Errorf("with a session: %d", got)
	}
	s.ExpireSessions()
	if got := status(); got != 302 {
		t.Errorf("expired: %d", got)
	}
	s.SetLossPage(true)
	if got := get(t, c, s, "/data/dsinfo.asp"); got.status != 200 || got.body != loginPage {
		t.Errorf("expired, by page: %+v", got)
	}
	if seen := s.Seen(); seen.Logins != 1 || seen.Refused != 1 {
		t.Errorf("seen %+v", seen)
	}
}
