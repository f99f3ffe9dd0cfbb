package homeplug_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"home_exporter/sim/homeplug"
)

// upper is how the programs write addresses.
func upper(m homeplug.MAC) string { return strings.ToUpper(m.String()) }

// bare is how they read them.
func bare(m homeplug.MAC) string { return strings.ReplaceAll(m.String(), ":", "") }

func clamp(rate uint16) uint16 { return min(rate, 255) }

func whole(rate uint16) uint16 { return rate }

// moving is the house with rates that drift, so that what is read is not what stands in a test.
func moving() homeplug.Options {
	o := house()
	for i := range o.Links {
		o.Links[i].Swing, o.Links[i].Load, o.Links[i].ErrorRatio = 0.3, 0.2, 0.02
	}
	o.Seed = 7
	return o
}

// TestTopologyPrograms compares every rate in both directions with what the simulator was given.
func TestTopologyPrograms(t *testing.T) {
	b := plugIn(t, moving(), "plcstat", "int6kstat", "ampstat")
	for program, rate := range map[string]func(uint16) uint16{"plcstat": whole, "ampstat": whole, "int6kstat": clamp} {
		t.Run(program, func(t *testing.T) {
			me := b.sim.State().Adapter(adapter1)
			chip := "QCA7420 MAC-QCA7420-1.1.0.844-02-20120919-FINAL"
			lines := []string{
				"P/L NET TEI ------ MAC ------ ------ BDA ------ TX RX CHIPSET FIRMWARE",
				fmt.Sprintf("LOC CCO 001 %s %s n/a n/a %s", upper(adapter1), upper(host), chip),
			}
			for _, s := range me.Networks[0].Stations {
				lines = append(lines, fmt.Sprintf("REM STA %03d %s %s %03d %03d %s",
					s.TEI, upper(s.MAC), upper(s.BDA), rate(s.TX), rate(s.RX), chip))
			}
			b.run(t, program+" -t", words, strings.Join(lines, "\n"))
		})
	}
	if v := b.sim.Violations(); len(v) > 0 {
		t.Errorf("programs that read are accused: %v", v)
	}
}

func TestRatePrograms(t *testing.T) {
	o := moving()
	o.Links[0].Coupling, o.Links[3].Coupling = 1, 1 // 1→2 and 3→1
	b := plugIn(t, o, "plcrate", "int6krate")
	for _, from := range []homeplug.MAC{adapter1, adapter2, adapter3} {
		var now, coupled, uncoded []string
		for _, s := range b.sim.State().Adapter(from).Networks[0].Stations {
			for _, way := range []struct {
				name     string
				rate     uint16
				coupling byte
			}{{"TX", s.TX, s.TXCoupling}, {"RX", s.RX, s.RXCoupling}} {
				line := fmt.Sprintf("plc0 %s %s %s", upper(from), upper(s.MAC), way.name)
				coupling := [...]string{"Primary", "Alternate"}[way.coupling]
				coupled = append(coupled, fmt.Sprintf("%s %03d mbps %s", line, way.rate, coupling))
				uncoded = append(uncoded, fmt.Sprintf("%s %03d mbps %s", line, int(way.rate)*21/16, coupling))
				now = append(now, fmt.Sprintf("%s %03d mbps", line, clamp(way.rate)))
			}
		}
		b.run(t, "plcrate -n "+bare(from), words, strings.Join(coupled, "\n"))
		b.run(t, "plcrate -u -n "+bare(from), words, strings.Join(uncoded, "\n"))
		b.run(t, "int6krate -n "+bare(from), words, strings.Join(now, "\n"))
	}
}

func TestPlctool(t *testing.T) {
	b := plugIn(t, moving(), "plctool")
	me := b.sim.State().Adapter(adapter1)
	network := me.Networks[0]
	lines := []string{
		"plc0 " + upper(adapter1) + " Found 1 Network(s)",
		"network->NID = " + strings.ToUpper(network.NID.String()),
		"network->SNID = 6", "network->TEI = 1", "network->ROLE = 0x02 (CCO)",
		"network->CCO_DA = " + upper(adapter1), "network->CCO_TEI = 1", "network->STATIONS = 2",
	}
	for _, s := range network.Stations {
		lines = append(lines, "station->MAC = "+upper(s.MAC), fmt.Sprintf("station->TEI = %d", s.TEI), "station->BDA = "+upper(s.BDA),
			fmt.Sprintf("station->AvgPHYDR_TX = %03d mbps Primary", s.TX), fmt.Sprintf("station->AvgPHYDR_RX = %03d mbps Primary", s.RX))
	}
	b.run(t, "plctool -m", only("Found", "network->", "station->"), strings.Join(lines, "\n"))

	b.run(t, "plctool -r", only("QCA"), "plc0 "+upper(adapter1)+" QCA7420 MAC-QCA7420-1.1.0.844-02-20120919-FINAL")
	var all []string
	for _, m := range []homeplug.MAC{adapter1, adapter2, adapter3} {
		all = append(all, "plc0 "+upper(m)+" QCA7420 MAC-QCA7420-1.1.0.844-02-20120919-FINAL")
	}
	b.run(t, "plctool -r all", only("QCA"), strings.Join(all, "\n"))
	b.run(t, "plctool -a", only("QCA"), "plc0 "+upper(adapter1)+" QCA7420-MAC-QCA7420-1.1.0.844-02-20120919-FINAL (64mb)")
}

// TestChips has each chip told by a program that knows them all.
func TestChips(t *testing.T) {
	chips := map[string]homeplug.Chip{
		"QCA7420 MAC-QCA7420-1.1.0.844-02-20120919-FINAL":       homeplug.NewQCA7420(),
		"INT6400 INT6000-MAC-4-4-4405-00-4497-20101201-FINAL-B": homeplug.NewINT6400(),
		"AR7400 MAC-7400-5.3.0.4026-02-20120706-FINAL":          homeplug.NewAR7400(),
		"QCA7500 MAC-QCA7550-2.8.0.30-01-20190705-CS":           homeplug.NewQCA7550(),
	}
	b := plugIn(t, house(), "plctool")
	for want, chip := range chips {
		if err := b.sim.SetChip(adapter1, chip); err != nil {
			t.Fatal(err)
		}
		b.run(t, "plctool -r", only("MAC-"), "plc0 "+upper(adapter1)+" "+want)
	}
}

// TestOldHouse has programs that go on in MMV 0 after they have seen the chip.
func TestOldHouse(t *testing.T) {
	o := moving()
	for i := range o.Adapters {
		o.Adapters[i].Chip = homeplug.NewINT6400()
		o.Adapters[i].Attributes.DRAM, o.Adapters[i].Attributes.Authorisation = 16, 0
	}
	for i := range o.Links {
		o.Links[i].ToneMap = steps(917, 1)
	}
	b := plugIn(t, o, "int6k", "int6kstat", "int6ktone")
	s := b.sim.State().Adapter(adapter1).Station(adapter2)
	want := fmt.Sprintf("REM STA 002 %s %s %03d %03d INT6400 INT6000-MAC-4-4-4405-00-4497-20101201-FINAL-B",
		upper(s.MAC), upper(s.BDA), clamp(s.TX), clamp(s.RX))
	b.run(t, "int6kstat -t", only(upper(adapter2)), want)
	b.run(t, "int6k -m", only("STATIONS"), "network->STATIONS = 2")
	b.run(t, "int6k -a", only("INT6400"),
		"plc0 "+upper(adapter1)+` INT6400-MAC-4-4-4405-00-4497-20101201-FINAL-B-A (16mb) (0x05) "50Hz" "Detected" 0x00`)
	b.run(t, "int6ktone -s "+bare(adapter1)+" "+bare(adapter2), only("SNR", "BPC", "AGC", "GIL"), "SNR 13.222 13.222\nBPC 4.866 4.866\nAGC 17\nGIL 02")
	if got := b.sim.Seen().Count(0xa038, 1); got != 0 && b.sim.Seen().Count(0xa038, 0) == 0 {
		t.Errorf("%d requests in MMV 1, and none in MMV 0", got)
	}
}

func TestLinkCounters(t *testing.T) {
	o := moving()
	for i := range o.Links {
		o.Links[i].Received.Intervals = []homeplug.Interval{{}, {Rate: 77, BlocksPassed: 5}}
	}
	b := plugIn(t, o, "plcstat")
	s := b.sim.State().Adapter(adapter1).Station(adapter2)
	if s.Sent.BlocksPassed <= o.Links[0].Sent.BlocksPassed {
		t.Fatalf("the counters did not grow in an hour: %+v", s.Sent)
	}
	first := func(line string, n int) string { return strings.Join(strings.Fields(line)[:n], " ") }
	read := func(output string) string {
		var lines []string
		for line := range strings.Lines(output) {
			switch f := strings.Fields(line); {
			case len(f) > 6 && f[0] == "TX":
				lines = append(lines, first(line, 3)+" "+strings.Join(f[4:7], " "))
			case len(f) > 6 && f[0] == "RX":
				lines = append(lines, first(line, 3)+" "+strings.Join(f[4:6], " "))
			case len(f) > 6 && (f[0] == "ALL" || f[0] == "0" || f[0] == "1"):
				f = slices.DeleteFunc(f, func(w string) bool { return strings.HasSuffix(w, "%") })
				lines = append(lines, strings.Join(f, " "))
			}
		}
		return strings.Join(lines, "\n")
	}
	tx, rx := s.Sent, s.Received
	want := []string{
		fmt.Sprintf("TX %d %d %d %d %d", tx.BlocksPassed, tx.BlocksFailed, tx.Acked, tx.Failed, tx.Collided),
		fmt.Sprintf("RX %d %d %d %d", rx.BlocksPassed, rx.BlocksFailed, rx.Acked, rx.Failed),
	}
	for i, v := range rx.Intervals {
		want = append(want, fmt.Sprintf("%d %d %d %d %d %d", i, v.Rate, v.BlocksPassed, v.BlocksFailed, v.BitsPassed, v.BitsFailed))
	}
	want = append(want, fmt.Sprintf("ALL %d %d %d %d", rx.BlocksPassed, rx.BlocksFailed, rx.BitsPassed, rx.BitsFailed))
	b.run(t, "plcstat -s 0xF8 -d 2 -p "+bare(adapter2)+" "+bare(adapter1), read, strings.Join(want, "\n"))

	other := b.sim.State().Adapter(adapter1).Station(adapter3)
	all := fmt.Sprintf("TX %d %d", tx.BlocksPassed+other.Sent.BlocksPassed, tx.BlocksFailed+other.Sent.BlocksFailed)
	b.run(t, "plcstat -s 0xFC -d tx "+bare(adapter1), func(out string) string {
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) > 3 && f[0] == "TX" {
				return first(line, 3)
			}
		}
		return ""
	}, all)
	b.run(t, "plcstat -s 0xF8 -d 2 -p deadbeef0099 "+bare(adapter1), only("Bad MAC"),
		"plc0 "+upper(adapter1)+" Bad MAC Address (0x20): Device refused request")
}

func TestPlctone(t *testing.T) {
	o := house()
	for i := range o.Links {
		o.Links[i].ToneMap = steps(2690, 2)
		o.Links[i].ToneMap.Gain, o.Links[i].ToneMap.Guard = byte(10+i), byte(i)
	}
	b := plugIn(t, o, "plctone")
	me := b.sim.State().Adapter(adapter1).Station(adapter2)
	// Each line is the carrier, the bits in each slot and their mean.
	bits := [...]int{0, 1, 2, 3, 4, 6, 8, 10, 12} // of each modulation
	var want []string
	for i := range me.RXMap.Slots[0] {
		want = append(want, fmt.Sprintf("%04d,%02d,%02d", i, bits[me.RXMap.Slots[0][i]], bits[me.RXMap.Slots[1][i]]))
	}
	b.run(t, "plctone "+bare(adapter1)+" "+bare(adapter2), func(out string) string {
		var lines []string
		for line := range strings.Lines(out) {
			lines = append(lines, strings.Fields(line)[0])
		}
		return strings.Join(lines, "\n")
	}, strings.Join(want, "\n"))
	upperBand := func(out string) string {
		// The lines of the lower band divide by zero carriers.
		lines := strings.Split(only("SNR", "BPC", "AGC", "GIL")(out), "\n")
		return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
			return strings.Contains(l, "inf") || strings.Contains(l, "nan")
		}), "\n")
	}
	b.run(t, "plctone -s "+bare(adapter1)+" "+bare(adapter2), upperBand, fmt.Sprintf(
		"SNR, 15.442, 15.110, 15.276\nBPC, 5.636, 5.498, 5.567\nAGC,%02d,%02d\nGIL,%02d,%02d",
		me.RXMap.Gain, me.RXMap.Gain, me.RXMap.Guard, me.RXMap.Guard))
}

// TestProgramsThatChange proves that what must never be sent is noticed: plctool can send it.
func TestProgramsThatChange(t *testing.T) {
	b := plugIn(t, house(), "plctool")
	before := b.sim.State().Adapter(adapter1).Uptime
	for _, command := range []string{"plctool -R", "plctool -T"} {
		args := append([]string{"-i", b.cable.Host.Interface}, strings.Fields(command)[1:]...)
		if out, err := b.cable.Host.Command(t.Context(), "plctool", args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
	}
	var got []string
	for _, v := range b.sim.Violations() {
		got = append(got, v.Name)
	}
	if want := []string{"VS_RS_DEV", "VS_FAC_DEFAULTS"}; !slices.Equal(got, want) {
		t.Errorf("violations %v, want %v", got, want)
	}
	if after := b.sim.State().Adapter(adapter1).Uptime; after != before {
		t.Errorf("the adapter did it: uptime %v, was %v", after, before)
	}
}
