package hitron

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rowEnd stands between the rows of a list.
const rowEnd = ",\n"

// A document is a JSON text that can still be changed row by row: head, rows, tail.
type document struct {
	head string
	rows []string
	tail string
}

func (d document) String() string { return d.head + strings.Join(d.rows, rowEnd) + d.tail }

// array is the form of dialects Data and DataLogin.
func array(rows ...string) document { return document{"[", rows, "]"} }

// bare is an object that stands alone.
func bare(row string) document { return document{"", []string{row}, ""} }

// list is the form of dialect Device.
func list(key string, rows ...string) document {
	return document{`{"errCode":"000","errMsg":"",` + quote(key) + ":[", rows, "]}"}
}

// A field is a key with its value, which is JSON already.
type field struct{ key, value string }

// text is a field with a string, number one without quotes.
func text(key, value string) field         { return field{key, quote(value)} }
func number(key string, value int64) field { return field{key, strconv.FormatInt(value, 10)} }
func texts(key string, values ...string) field {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return field{key, "[" + strings.Join(quoted, ",") + "]"}
}

func object(fields ...field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = quote(f.key) + ":" + f.value
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func quote(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string always can
	return strings.TrimSuffix(out.String(), "\n")
}

// Ways in which the modem writes values.
const (
	systemTimeLayout  = "Mon Jan 02, 2006, 15:04:05"
	logTimeLayout     = "01/02/06 15:04:05"
	longLogTimeLayout = "01/02/2006 15:04:05" // Device
)

func whole10[T int | int64 | uint64](n T) string { return fmt.Sprintf("%d", n) }

func decimals(places int, v float64) string { return strconv.FormatFloat(v, 'f', places, 64) }

// padded writes to the right of ten columns.
func padded(v string) string { return fmt.Sprintf("%10s", v) }

// octets writes a 64-bit counter as the firmware does: 2e32 is its way to write 2^32.
func octets(n uint64) string {
	if n < 1<<32 {
		return whole10(n)
	}
	return fmt.Sprintf("%d * 2e32 + %d", n>>32, n&(1<<32-1))
}

func yesNo(ok bool) string {
	if ok {
		return "YES"
	}
	return " NO"
}

// clock writes h hours and less, such as 23h:40m:38s.
func clock(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("%02dh:%02dm:%02ds", s/3600, s/60%60, s%60)
}

// daysAndClock writes days only when there are some.
func daysAndClock(d time.Duration) string {
	if d < day {
		return clock(d)
	}
	return fmt.Sprintf("%d days %s", d/day, clock(d%day))
}

// daysInWords is the CGNV4's way: 10 Days,17 Hours,33 Minutes,47 Seconds.
func daysInWords(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("%02d Days,%02d Hours,%02d Minutes,%02d Seconds", s/86400, s/3600%24, s/60%60, s%60)
}

// lettersFirst is how the lease is written on Device: D: 6 H: 09 M: 25 S: 55.
func lettersFirst(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("D: %d H: %02d M: %02d S: %02d", s/86400, s/3600%24, s/60%60, s%60)
}

const day = 24 * time.Hour

// modulations are the codes of dsinfo.
var modulations = [...]string{"16QAM", "64QAM", "256QAM", "1024QAM", "32QAM", "128QAM", "QPSK"}

func modulationOf(code string) string {
	i, err := strconv.Atoi(code)
	if err != nil || i < 0 || i >= len(modulations) {
		return "unknown"
	}
	return modulations[i]
}

// modulationCode writes what it does not know as a number past the list.
func modulationCode(name string) string {
	for i, m := range modulations {
		if m == name {
			return strconv.Itoa(i)
		}
	}
	return strconv.Itoa(len(modulations))
}
