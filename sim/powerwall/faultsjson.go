package powerwall

import (
	"strings"
)

// Faults of JSON documents. What is no JSON stays as it is. A path is that of the document, such as
// battery_blocks.0.p_out or 0.Cached_readings; one that leads nowhere changes nothing, except in Set.

// Null writes null at each path.
func Null(paths ...string) Fault {
	return onPaths("null", paths, func(doc *node, path string) { replace(doc, path, "null") })
}

// Absent takes away what each path leads to.
func Absent(paths ...string) Fault {
	return onPaths("absent", paths, func(doc *node, path string) { doc.dropAt(path) })
}

// Set writes a JSON value at a path. The last member of the path may be new.
func Set(path, json string) Fault {
	return onDocument("set "+path, func(doc *node) {
		to := &node{raw: json}
		if parsed, err := parse([]byte(json)); err == nil {
			to = parsed
		}
		if path == "" {
			*doc = *to
			return
		}
		parent, key := "", path
		if i := strings.LastIndexByte(path, '.'); i >= 0 {
			parent, key = path[:i], path[i+1:]
		}
		switch p := doc.at(parent); {
		case p == nil:
		case p.kind == object:
			p.put(key, to)
		case p.child(key) != nil:
			*p.child(key) = *to
		}
	})
}

// NullAll writes null for every scalar.
func NullAll() Fault { return onScalars("null for all", func(string, *node) string { return "null" }) }

// NullLists writes null for every array, and for every object but the document itself.
func NullLists() Fault {
	return onDocument("null for lists", func(doc *node) {
		if doc.kind == array {
			doc.become("null")
			return
		}
		for _, item := range doc.items {
			if item.kind != scalar {
				item.become("null")
			}
		}
	})
}

// WrongTypes turns numbers into objects, texts into numbers, truth into text.
func WrongTypes() Fault {
	return onScalars("wrong types", func(_ string, n *node) string {
		switch {
		case n.isNumber():
			return `{"is":` + n.raw + `}`
		case n.raw != "" && n.raw[0] == '"':
			return "17"
		case n.raw == "true" || n.raw == "false":
			return `"` + n.raw + `"`
		}
		return "[]"
	})
}

// TextNumbers writes numbers as texts.
func TextNumbers() Fault {
	return onNumbers("text for numbers", func(_ string, n *node) string { return `"` + n.raw + `"` })
}

// HugeNumbers writes 1e400, which no float64 holds.
func HugeNumbers() Fault {
	return onNumbers("1e400 for numbers", func(string, *node) string { return "1e400" })
}

// MaxNumbers writes the largest float64, the gateway's way to say that there is no limit.
func MaxNumbers() Fault {
	return onNumbers("1.797e308 for numbers", func(string, *node) string { return "1.7976931348623157e+308" })
}

// NaNNumbers writes NaN, with which a document is no JSON any more.
func NaNNumbers() Fault {
	return onNumbers("NaN for numbers", func(string, *node) string { return "NaN" })
}

// ZeroCounters writes 0 for the energies of a life, as a gateway does until its meters are read.
func ZeroCounters() Fault {
	return onNumbers("zero counters", func(key string, n *node) string {
		if isCounter(key) {
			return "0"
		}
		return n.raw
	})
}

// NegativeCounters writes the energies of a life below 0.
func NegativeCounters() Fault {
	return onNumbers("negative counters", func(key string, n *node) string {
		if isCounter(key) {
			return "-" + strings.TrimPrefix(n.raw, "-")
		}
		return n.raw
	})
}

func isCounter(key string) bool {
	return strings.HasPrefix(key, "energy_exported") || strings.HasPrefix(key, "energy_imported") ||
		key == "energy_charged" || key == "energy_discharged"
}

// UnknownFields adds members of every type to each object, before those that are known.
func UnknownFields() Fault {
	return onDocument("unknown fields", func(doc *node) {
		var objects []*node // first, because those that are added are objects too
		doc.walk("", func(_ string, n *node) {
			if n.kind == object {
				objects = append(objects, n)
			}
		})
		for _, n := range objects {
			n.keys = append([]string{"newIn9", "newText", "newNumber"}, n.keys...)
			n.items = append([]*node{value(map[string]any{"a": []any{1, nil, true}}), value("x"), {raw: "-1.5e3"}}, n.items...)
		}
	})
}

// InvalidUTF8 writes texts that are no UTF-8.
func InvalidUTF8() Fault {
	return onScalars("invalid UTF-8", func(_ string, n *node) string {
		if n.raw != "" && n.raw[0] == '"' {
			return n.raw[:len(n.raw)-1] + "\xff\xfe\""
		}
		return n.raw
	})
}

// LongTexts makes every text that many bytes longer.
func LongTexts(bytes int) Fault {
	return onScalars("long texts", func(_ string, n *node) string {
		if n.raw != "" && n.raw[0] == '"' {
			return n.raw[:len(n.raw)-1] + strings.Repeat("x", bytes) + `"`
		}
		return n.raw
	})
}

// Deep nests the document in that many arrays.
func Deep(levels int) Fault {
	return onBody("deep", func(body string) string {
		return strings.Repeat("[", levels) + body + strings.Repeat("]", levels)
	})
}

// Twice says every element of the document's own list once more, with the same names, such as two meters of one
// serial number; in system_status the packs.
func Twice() Fault {
	return onDocument("twice", func(doc *node) {
		if blocks := doc.at("battery_blocks"); blocks != nil {
			doc = blocks
		}
		if doc.kind == array {
			doc.items = append(doc.items, doc.clone().items...)
		}
	})
}

// ManyFaults fills the list of grid faults.
func ManyFaults(n int) Fault {
	return Fault{name: "many faults", state: func(s *State) {
		for i := range n {
			f := outageFault(s.At, s.DIN, "TG00000000PW01")
			f.Name = "PINV_a" + number(float64(i)) + "_many"
			s.GridFaults = append(s.GridFaults, f)
			s.StatusFaults = append(s.StatusFaults, f)
		}
	}}
}

func onDocument(name string, change func(*node)) Fault {
	return onAnswer(name, func(a *answer) {
		if a.doc != nil && a.status < 300 {
			change(a.doc)
		}
	})
}

func onPaths(name string, paths []string, change func(doc *node, path string)) Fault {
	return onDocument(name+" "+strings.Join(paths, ", "), func(doc *node) {
		for _, path := range paths {
			change(doc, path)
		}
	})
}

func replace(doc *node, path, raw string) {
	if n := doc.at(path); n != nil {
		n.become(raw)
	}
}

func onScalars(name string, change func(key string, n *node) string) Fault {
	return onDocument(name, func(doc *node) {
		doc.walk("", func(key string, n *node) {
			if n.kind == scalar {
				n.raw = change(key, n)
			}
		})
	})
}

func onNumbers(name string, change func(key string, n *node) string) Fault {
	return onScalars(name, func(key string, n *node) string {
		if n.isNumber() {
			return change(key, n)
		}
		return n.raw
	})
}
