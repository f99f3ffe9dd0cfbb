package hpav

// fragments puts an answer together that comes in parts, as only MMV 1 and 2 have
// them: tone maps of large chips, networks of more than sixty stations. The key is the
// sequence number, which all parts of one answer share; a question that was repeated
// may get two answers at the same time. Sources: IEEE 1901, and the FMI field as
// wireshark's packet-homeplug-av.c reads it.
type fragments map[uint8]*assembly

type assembly struct {
	parts   [16][]byte
	count   uint8
	present uint8
}

// maxAssemblies bounds the answers to one question that are under way.
const maxAssemblies = 4

// add takes a part, and returns the whole entry when it is the last that was missing.
func (f fragments) add(fr *frame, entry []byte) (whole []byte, done bool) {
	a := f[fr.sequence]
	if a == nil || a.count != fr.fragments {
		if len(f) >= maxAssemblies {
			clear(f)
		}
		a = &assembly{count: fr.fragments}
		f[fr.sequence] = a
	}
	if a.parts[fr.fragment] == nil {
		a.present++
	}
	a.parts[fr.fragment] = append([]byte{}, entry...)
	if a.present < a.count {
		return nil, false
	}
	delete(f, fr.sequence)
	for _, part := range a.parts[:a.count] {
		whole = append(whole, part...)
	}
	return whole, true
}
