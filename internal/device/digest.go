package device

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"reflect"
	"slices"
)

// A Digest tells whether two specs are the same device with the same settings.
type Digest [16]byte

// DigestOf returns the digest of plain data: scalars, structs, slices, maps and
// pointers to them. Secrets count with their text, which cannot be read back.
// Functions and channels do not belong in it; DigestOf panics, in any test.
func DigestOf(parts ...any) Digest {
	h := sha256.New()
	for _, part := range parts {
		digest(h, reflect.ValueOf(part))
	}
	return Digest(h.Sum(nil)[:16])
}

// digest writes v so that no two values of a type are written alike: lengths go
// before contents, and nil is told from empty.
func digest(h hash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid:
		digestNumber(h, 0)
	case reflect.String:
		digestNumber(h, uint64(v.Len()))
		h.Write([]byte(v.String()))
	case reflect.Bool:
		if v.Bool() {
			digestNumber(h, 1)
		} else {
			digestNumber(h, 0)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		digestNumber(h, uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		digestNumber(h, v.Uint())
	case reflect.Float32, reflect.Float64:
		digestNumber(h, math.Float64bits(v.Float()))
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			digestNumber(h, 0)
			return
		}
		digestNumber(h, 1)
		if v.Kind() == reflect.Interface {
			digest(h, reflect.ValueOf(v.Elem().Type().String()))
		}
		digest(h, v.Elem())
	case reflect.Struct:
		for _, field := range v.Fields() {
			digest(h, field)
		}
	case reflect.Slice, reflect.Array:
		digestNumber(h, uint64(v.Len()))
		for i := range v.Len() {
			digest(h, v.Index(i))
		}
	case reflect.Map:
		digestMap(h, v)
	default:
		panic(fmt.Sprintf("device: a digest of %s", v.Type()))
	}
}

// digestMap writes the digests of the pairs in their own order, because the map has
// none.
func digestMap(h hash.Hash, v reflect.Value) {
	pairs := make([]string, 0, v.Len())
	for key, value := range v.Seq2() {
		one := sha256.New()
		digest(one, key)
		digest(one, value)
		pairs = append(pairs, string(one.Sum(nil)))
	}
	slices.Sort(pairs)
	digestNumber(h, uint64(len(pairs)))
	for _, p := range pairs {
		h.Write([]byte(p))
	}
}

func digestNumber(h hash.Hash, n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	h.Write(b[:])
}
