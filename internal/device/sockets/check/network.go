package check

import (
	"fmt"
	"strings"
)

// A kind is the way a network word is checked.
type kind uint8

const (
	kindTCP kind = iota
	kindUDP
	kindPing
	kindUnix
)

// A network is one of the words that name what to check.
type network struct {
	word   string
	kind   kind
	family byte // 4 or 6; 0 takes either
}

// networks holds the promised words, then the synonyms of the ping words, in the
// spelling that a raw dial would use.
var networks = [...]network{
	{"tcp", kindTCP, 0}, {"tcp4", kindTCP, 4}, {"tcp6", kindTCP, 6},
	{"udp", kindUDP, 0}, {"udp4", kindUDP, 4}, {"udp6", kindUDP, 6},
	{"ip", kindPing, 0}, {"ip4", kindPing, 4}, {"ip6", kindPing, 6},
	{"unix", kindUnix, 0}, {"unixgram", kindUnix, 0}, {"unixpacket", kindUnix, 0},
	{"ip4:icmp", kindPing, 4}, {"ip4:1", kindPing, 4}, {"ip6:ipv6-icmp", kindPing, 6},
}

// Networks returns the words that NewTarget takes.
func Networks() []string {
	words := make([]string, len(networks))
	for i, n := range networks {
		words[i] = n.word
	}
	return words
}

// networkIndex finds word in the table; a Target keeps the index, not the word.
func networkIndex(word string) (uint8, error) {
	for i, n := range networks {
		if n.word == word {
			return uint8(i), nil
		}
	}
	if low := strings.ToLower(word); low != word {
		if _, err := networkIndex(low); err == nil {
			return 0, fmt.Errorf("network %q: write it in lower case, %q", word, low)
		}
	}
	if strings.HasPrefix(word, "ip") && strings.Contains(word, ":") {
		return 0, fmt.Errorf("network %q: of the IP protocols only ICMP echo can be checked: use ip, ip4 or ip6", word)
	}
	return 0, fmt.Errorf("network %q is not one of %s", word, strings.Join(Networks(), ", "))
}
