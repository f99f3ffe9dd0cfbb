package hitron

import (
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// FuzzPages takes whatever a modem may serve, page after page and twice, to a page of
// ours: nothing panics, and no sample is dropped as a duplicate or no number.
func FuzzPages(f *testing.F) {
	for _, p := range pageOrder {
		golden, err := simhitron.GoldenDocument(endpointOf[p])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(p), false, golden, golden)
	}
	for _, seed := range []struct {
		page          coda.Page
		device        bool
		first, second string
	}{
		{coda.Downstream, true, `{"errCode":"000","Freq_List":[{"channelId":"1","signalStrength":"1e308","snr":"-1e308"}]}`, `{"errCode":"401"}`},
		{coda.Downstream, false, `[{"channelId":"1","frequency":"1","uncorrect":"18446744073709551615"}]`, `[{"channelId":"1","frequency":"1","uncorrect":"0"}]`},
		{coda.Downstream, false, `[{"channelId":"a"},{"channelId":"a "},{"channelId":"A","modulation":"65QAM"}]`, `[]`},
		{coda.OFDM, false, `[{"receive":0,"plclock":"YES","ncplock":"YES","mdc1lock":"YES","dsoctets":1}]`, `[{"receive":0,"plclock":"YES","ncplock":"YES","mdc1lock":"YES","dsoctets":0,"correcteds":0,"uncorrect":0}]`},
		{coda.OFDM, false, `[{"receive":0,"plclock":"YES","ncplock":"YES","mdc1lock":"YES","dsoctets":0,"correcteds":0,"uncorrect":0}]`, `[]`},
		{coda.OFDMA, false, `[{"uschindex":0,"state":"OPERATE","channelBw":"1e305","repPower1_6":"1e308"}]`, `[{"uschindex":0,"state":"İ"}]`},
		{coda.System, true, `{"systemLanUptime":"5d","wanRx":"18.15G Bytes","WRecPkt":"1"}`, `{"systemUptime":"1h"}`},
		{coda.System, false, `[{"systemUptime":"9999999 days 1h"}]`, `[{"systemUptime":"00h:00m:01s","systemTime":"0001-01-01 00:00:00"}]`},
		{coda.WAN, true, `{"ip":["1.2.3.4/24"],"lease":"D: 6 H: 09 M: 25 S: 55","DsDataRate":"1e308"}`, `{}`},
		{coda.Log, false, `[]`, `[{"type":"1","time":"01/19/26 20:14:55"},{"type":"1","time":"01/19/26 20:14:55"},{"type":"1","time":"01/01/70 00:00:41"}]`},
		{coda.Log, false, `[{"type":"82000500","priority":"CRITICAL"},{"type":"82000500","priority":"critical"}]`, `[{"type":"82000500","priority":"nothing","time":"01/19/26 20:14:55"}]`},
	} {
		f.Add(byte(seed.page), seed.device, []byte(seed.first), []byte(seed.second))
	}
	f.Fuzz(func(t *testing.T, page byte, ofDevice bool, first, second []byte) {
		p, d := coda.Page(int(page)%coda.PageCount), coda.Data
		if ofDevice {
			d = coda.Device
		}
		base, err := parseBase("192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		s, err := (&entry{Address: "192.0.2.1", Timezone: "UTC"}).settings(device.Pace{Interval: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		m := &modem{settings: s, client: coda.New(coda.Options{Base: base}), history: newHistory(s)}
		var shapes metric.Shapes
		for i, body := range [][]byte{first, second, first} {
			now := start.Add(time.Duration(i) * time.Minute)
			sheet, err := coda.ParseSheet(p, d, body)
			if err != nil {
				m.reading.drop(p)
				m.endpoints[p].failed(p, now, s, asError(t, err))
			} else {
				m.reading.take(p, sheet, s.zone)
				m.endpoints[p].succeeded(p, now, s, sheet.Mistakes())
				m.history.page(m, p, now)
			}
			m.history.update(&m.reading, now)
			var b metric.Batch
			m.add(&b)
			if snapshot, dropped := shapes.Freeze(&b, nil); dropped > 0 {
				t.Errorf("%d of %d samples were dropped", dropped, snapshot.Len()+dropped)
			}
			if err := explain(m.complaints(), s); err != nil && device.ReasonOf(err) == "" {
				t.Errorf("no reason for %v", err)
			}
		}
	})
}

// asError returns the type that all errors of ParseSheet have.
func asError(t *testing.T, err error) *coda.Error {
	t.Helper()
	e, ok := err.(*coda.Error)
	if !ok {
		t.Fatalf("%v is a %T", err, err)
	}
	return e
}
