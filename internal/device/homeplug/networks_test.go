package homeplug

import (
	"fmt"
	"strings"
	"testing"

	simhomeplug "home_exporter/sim/homeplug"
)

// maker returns an address of devolo, as in the test data of the homeplug_exporter.
func maker(tail uint32) simhomeplug.MAC {
	return simhomeplug.MAC{0x00, 0x0b, 0x3b, byte(tail >> 16), byte(tail >> 8), byte(tail)}
}

// apartment is one old adapter that is in one network or in two, whose other stations
// never answer (NightTsarina/homeplug_exporter, qualcomm_test.go).
func apartment(networks int) simhomeplug.Options {
	self := maker(0x5f2852)
	o := simhomeplug.Options{Adapters: []simhomeplug.Adapter{{MAC: self, Local: true, Chip: simhomeplug.NewINT6400()}}}
	add := func(n simhomeplug.Network, teis [2]byte, others [2]uint32, rates [4]uint16) {
		for i, tail := range others {
			n.Members = append(n.Members, simhomeplug.Member{MAC: maker(tail), TEI: teis[i]})
			o.Links = append(o.Links,
				simhomeplug.Link{From: self, To: maker(tail), Rate: rates[2*i]},
				simhomeplug.Link{From: maker(tail), To: self, Rate: rates[2*i+1]})
		}
		o.Networks = append(o.Networks, n)
	}
	add(simhomeplug.Network{
		NID: simhomeplug.NID{0x2f, 0x1a, 0x52, 0x87, 0x7a, 0x78, 0x05}, SNID: 12, Coordinator: self,
		Members: []simhomeplug.Member{{MAC: self, TEI: 1, Role: simhomeplug.CCO}},
	}, [2]byte{3, 4}, [2]uint32{0x5f2856, 0x5f2872}, [4]uint16{18, 25, 12, 16})
	if networks == 2 {
		add(simhomeplug.Network{
			NID: simhomeplug.NID{0x3e, 0x1c, 0x72, 0x49, 0xd1, 0xa8, 0x15}, SNID: 15, Coordinator: maker(0x913c7a), CoordinatorTEI: 1,
			Members: []simhomeplug.Member{{MAC: self, TEI: 2, Role: simhomeplug.CCO}},
		}, [2]byte{5, 6}, [2]uint32{0x7239b8, 0x7239c1}, [4]uint16{14, 19, 17, 23})
	}
	return o
}

// TestNetworks gives each station the network that it is in.
func TestNetworks(t *testing.T) {
	t.Parallel()
	link := func(direction, nid, peer string) string {
		return fmt.Sprintf("homeplug_station_%s_rate_bytes{device_addr=%q,nid=%q,peer_addr=%q}", direction, "00:0b:3b:5f:28:52", nid, peer)
	}
	const first, second = "2f:1a:52:87:7a:78:05", "3e:1c:72:49:d1:a8:15"
	want := series{
		`homeplug_network_info{device_addr="00:0b:3b:5f:28:52",nid="2f:1a:52:87:7a:78:05",snid="12",tei="1",role="CCO",cco_addr="00:0b:3b:5f:28:52",cco_tei="1"}`: 1,
		link("tx", first, "00:0b:3b:5f:28:56"): 2.359296e+06,
		link("rx", first, "00:0b:3b:5f:28:56"): 3.2768e+06,
		link("tx", first, "00:0b:3b:5f:28:72"): 1.572864e+06,
		link("rx", first, "00:0b:3b:5f:28:72"): 2.097152e+06,
	}
	for networks, more := range map[int]series{1: nil, 2: {
		`homeplug_network_info{device_addr="00:0b:3b:5f:28:52",nid="3e:1c:72:49:d1:a8:15",snid="15",tei="2",role="CCO",cco_addr="00:0b:3b:91:3c:7a",cco_tei="1"}`: 1,
		link("tx", second, "00:0b:3b:72:39:b8"): 1.835008e+06,
		link("rx", second, "00:0b:3b:72:39:b8"): 2.490368e+06,
		link("tx", second, "00:0b:3b:72:39:c1"): 2.228224e+06,
		link("rx", second, "00:0b:3b:72:39:c1"): 3.014656e+06,
	}} {
		t.Run(fmt.Sprint(networks), func(t *testing.T) {
			t.Parallel()
			all := make(series)
			for _, part := range []series{want, more} {
				for name, v := range part {
					all[name] = v
				}
			}
			s := newRig(t, apartment(networks), quick, basic).well()
			compare(t, all, s)
			s.want(t, series{"homeplug_devices": 1, up(maker(0x5f2852)): 1, up(maker(0x5f2856)): 0})
		})
	}
}

// TestSharedStation has two networks with the same stations beside each other.
func TestSharedStation(t *testing.T) {
	t.Parallel()
	s := newRig(t, with(simhomeplug.Habits{SecondNetwork: true}, one, two, three)).well()
	want := wholeHouse(t)
	for name, v := range wholeHouse(t) {
		name = strings.Replace(name, `nid="52:`, `nid="ad:`, 1)
		want[strings.Replace(name, `snid="6"`, `snid="7"`, 1)] = v
	}
	compare(t, want, s)
}

// TestDestinations finds the whole house whoever is asked first.
func TestDestinations(t *testing.T) {
	t.Parallel()
	for _, destination := range []string{"local", "all", "broadcast", "de:ad:be:ef:00:03", "00:b0:52:00:00:01", "ff-ff-ff-ff-ff-ff"} {
		t.Run(destination, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, newHouse(), basic, func(e *entry) { e.Destination = destination })
			for range 2 {
				s := r.well()
				compare(t, wholeHouse(t), s)
				s.want(t, series{"homeplug_devices": 3, received("duplicate"): 0})
			}
		})
	}
}

// TestTrace notes each frame, both ways.
func TestTrace(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), basic)
	r.well()
	for _, want := range []string{
		"> software_version to 00:b0:52:00:00:01: 00b052000001",
		"> network_info_1 to de:ad:be:ef:00:02: deadbeef0002",
		"< ok: " + strings.ReplaceAll(r.self().String(), ":", "") + "deadbeef000388e10139a0000000b052",
	} {
		if !strings.Contains(r.trace.String(), want) {
			t.Errorf("%q is not in the trace:\n%s", want, r.trace.String())
		}
	}
}

// self is the address from which the last poll has asked.
func (r *rig) self() (mac simhomeplug.MAC) {
	for request := range r.sim.Seen().Requests {
		mac = request.Source
	}
	return mac
}

// TestFactoryKey warns of a network that everybody can join.
func TestFactoryKey(t *testing.T) {
	t.Parallel()
	o := newHouse()
	o.Networks[0].NID = simhomeplug.NIDHomePlugAV
	newRig(t, o, basic).well().want(t, series{`homeplug_network_default_key{nid="b0:f2:e6:95:66:6b:03"}`: 1})
}
