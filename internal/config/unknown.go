package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// unknownKey notes a key that the mapping n cannot have, and returns the one that is
// most likely meant, if one is. also tells what else may stand there.
func (d *decoder) unknownKey(n *yaml.Node, p pair, known []string, also string) (meant string) {
	meant, noted := d.unknown[p.key]
	if noted {
		d.failures++ // an alias brings it here again
	} else {
		meant = d.noteUnknown(n, p, known, also)
		d.unknown[p.key] = meant
	}
	if meant != "" {
		d.spoiled.add(d.trail.String(), meant)
	}
	return meant
}

func (d *decoder) noteUnknown(n *yaml.Node, p pair, known []string, also string) (meant string) {
	key := p.key.Value
	path := join(d.trail.String(), shownKey(key))
	if before, _, ok := strings.Cut(key, ":"); ok && slices.Contains(known, before) {
		d.note(p.key, path, errors.New("put a space after the colon"), "")
		return before
	}
	if n.Style&yaml.FlowStyle != 0 && p.value.Tag == nullTag && p.value.Value == "" {
		// Within { } a comma ends a value: what follows may be the rest of a password.
		d.note(p.key, d.trail.String(), errors.New("a key without a value; quote a text that has a comma in it"), "")
		return ""
	}
	// Most likely it is one that is missing.
	if near := cmp.Or(nearest(key, missingIn(n, known)), nearest(key, known)); near != "" {
		d.note(p.key, path, errors.New("unknown key"), near)
		return near
	}
	d.note(p.key, path, fmt.Errorf("unknown key; %s", listOf(known, also)), "")
	return ""
}

// missingIn returns the known keys that the mapping n does not have.
func missingIn(n *yaml.Node, known []string) []string {
	return slices.DeleteFunc(slices.Clone(known), func(key string) bool {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return true
			}
		}
		return false
	})
}

// maxListed bounds how many known keys a message lists.
const maxListed = 30

// listOf tells what the known keys are.
func listOf(known []string, also string) string {
	if len(known) > maxListed {
		known = append(slices.Clone(known[:maxListed]), "...")
	}
	return "the keys here are " + strings.Join(known, ", ") + also
}
