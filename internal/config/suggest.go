package config

import (
	"strings"
	"unicode/utf8"
)

// nearest returns the known word that is most likely meant by word, or nothing when
// none is near: one that differs in case or dashes only, one that is a few slips of
// the finger away, one that word begins or that begins word.
func nearest(word string, known []string) string {
	const longest = 64 // a key of more is no slip
	if len(word) > longest {
		return ""
	}
	best, bestDistance := "", 0
	plain := fold(word)
	for _, candidate := range known {
		distance, near := nearness(plain, fold(candidate))
		if near && (best == "" || distance < bestDistance) {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

// fold takes away what people mix up between systems: case, and dashes for underscores.
func fold(word string) string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(word))
}

// nearness returns how many slips lie between two words and whether that is near. A
// third of the letters may be wrong. A word that begins the other one counts as
// further away than any slip.
func nearness(a, b string) (distance int, near bool) {
	distance = editDistance(a, b)
	longer := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	if distance <= max(longer/3, 1) && distance < longer {
		return distance, true
	}
	const shortest = 3
	if min(len(a), len(b)) >= shortest && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return 100 + distance, true
	}
	return distance, false
}

// editDistance is the Damerau-Levenshtein distance in its form of optimal string
// alignment: insertions, deletions, exchanges, and swaps of neighbours count one each.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before := make([]int, len(to)+1) // the row before the last
	last := make([]int, len(to)+1)
	row := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j <= len(to); j++ {
			exchange := last[j-1]
			if from[i-1] != to[j-1] {
				exchange++
			}
			row[j] = min(exchange, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(to)]
}
