package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// maxBody bounds a document. The largest, system_status with sixteen packs, has some
// 20 KiB.
const maxBody = 8 << 20

// decode reads a JSON document into a pointer to a struct, a slice or a map, taking
// what fits. What is missing, null, of another type or out of range leaves its field
// as it is, and costs no other field: firmwares differ, and a pack that is switched
// off has null for most of what it tells. Names are matched exactly.
//
// What is not wanted is passed over and never held in memory.
func decode(body []byte, into any) error {
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return fmt.Errorf("the answer is no JSON document: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	w := walker{decoder: d}
	v := reflect.ValueOf(into).Elem()
	first := w.next()
	if first != nil && !w.fit(first, v) && w.err == nil {
		return fmt.Errorf("the answer is %s, where %s belongs", nameOf(first), wanted(v.Kind()))
	}
	return w.err
}

// nameOf says what kind of value begins with t.
func nameOf(t json.Token) string {
	switch t {
	case json.Delim('['):
		return "a JSON list"
	case json.Delim('{'):
		return "a JSON object"
	}
	return "a single JSON value"
}

func wanted(k reflect.Kind) string {
	if k == reflect.Slice {
		return "a list"
	}
	return "an object"
}

// A walker goes through the tokens of a document.
type walker struct {
	decoder *json.Decoder
	err     error
}

// next returns the next token; nil is the value null.
func (w *walker) next() json.Token {
	t, err := w.decoder.Token()
	if err != nil {
		w.err = err
	}
	return t
}

// more reports whether the list or object goes on.
func (w *walker) more() bool { return w.err == nil && w.decoder.More() }

// skip passes over the rest of the value that begins with t.
func (w *walker) skip(t json.Token) {
	depth := 0
	for {
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth <= 0 || w.err != nil {
			return
		}
		t = w.next()
	}
}

// fit stores what fits of the value that begins with t, passes over the rest of it,
// and reports whether it was of the right type.
func (w *walker) fit(t json.Token, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		inner := reflect.New(v.Type().Elem())
		if t == nil || !w.fit(t, inner.Elem()) {
			return false
		}
		v.Set(inner)
		return true
	case reflect.Struct:
		if v.NumField() == 0 { // is only counted
			w.skip(t)
			return true
		}
		if t == json.Delim('{') {
			w.fitStruct(v)
			return true
		}
	case reflect.Slice:
		if t == json.Delim('[') {
			w.fitSlice(v)
			return true
		}
	case reflect.Map:
		if t == json.Delim('{') {
			w.fitMap(v)
			return true
		}
	default:
		w.skip(t)
		return fitScalar(t, v)
	}
	w.skip(t)
	return false
}

func fitScalar(t json.Token, v reflect.Value) bool {
	switch value := t.(type) {
	case json.Number:
		f, err := value.Float64()
		if v.Kind() != reflect.Float64 || err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return false
		}
		v.SetFloat(f)
		return true
	case string:
		if v.Kind() == reflect.String {
			v.SetString(clean(value))
			return true
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(value)
			return true
		}
	}
	return false
}

func (w *walker) fitStruct(v reflect.Value) {
	for w.more() {
		name, _ := w.next().(string)
		field := fieldOf(v, name)
		if t := w.next(); field.IsValid() {
			w.fit(t, field)
		} else {
			w.skip(t)
		}
	}
	w.next()
}

// fieldOf returns the field of that name, those of embedded structs among them; the
// zero Value for none.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			if inner := fieldOf(v.Field(i), name); inner.IsValid() {
				return inner
			}
		} else if field.Tag.Get("json") == name && name != "" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// maxItems bounds lists and maps.
const maxItems = 1024

func (w *walker) fitSlice(v reflect.Value) {
	out := reflect.MakeSlice(v.Type(), 0, 0)
	for w.more() {
		item := reflect.New(v.Type().Elem()).Elem()
		if t := w.next(); out.Len() == maxItems {
			w.skip(t)
		} else if w.fit(t, item) {
			out = reflect.Append(out, item)
		}
	}
	w.next()
	v.Set(out)
}

func (w *walker) fitMap(v reflect.Value) {
	out := reflect.MakeMap(v.Type())
	for w.more() {
		name, _ := w.next().(string)
		item := reflect.New(v.Type().Elem()).Elem()
		if t := w.next(); out.Len() == maxItems {
			w.skip(t)
		} else if w.fit(t, item) {
			out.SetMapIndex(reflect.ValueOf(clean(name)), item)
		}
	}
	w.next()
	v.Set(out)
}

// maxText bounds a text from the gateway.
const maxText = 256

// clean returns a text without what cannot be shown, bounded.
func clean(text string) string { return cut(text, maxText) }

// cut is clean with another bound, in bytes.
func cut(text string, most int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd")))
	if len(text) > most {
		text = strings.TrimSpace(strings.ToValidUTF8(text[:most], ""))
	}
	return text
}
