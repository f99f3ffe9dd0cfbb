package powerwall

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
)

// A document is one thing that a gateway tells, and where a reading keeps it.
type document struct {
	path string
	// extra documents are not those of the powerwall_exporter.
	extra bool
	// every is the least time between two readings; zero for each poll.
	every time.Duration
	read  func(ctx context.Context, round *gateway.Round, r *Reading) error
	drop  func(r *Reading)
}

// label is how metrics and errors call the document.
func (d *document) label() string { return strings.TrimPrefix(d.path, "/api/") }

// slowly is the pace of what changes with the installation only.
const slowly = 10 * time.Minute

// documents is in the order of the powerwall_exporter's requests; the meters of each
// category come after the aggregates, which name the categories.
var documents = []document{
	one("/api/status", func(r *Reading) **gateway.Status { return &r.Status }),
	one("/api/system_status/soe", func(r *Reading) **gateway.Charge { return &r.Charge }),
	one("/api/operation", func(r *Reading) **gateway.Operation { return &r.Operation }),
	one("/api/sitemaster", func(r *Reading) **gateway.SiteMaster { return &r.SiteMaster }),
	one("/api/troubleshooting/problems", func(r *Reading) **gateway.Problems { return &r.Problems }),
	one("/api/system_status", func(r *Reading) **gateway.SystemStatus { return &r.System }),
	many(aggregatesPath, func(r *Reading) *gateway.Aggregates { return &r.Aggregates }),
	many("/api/networks", func(r *Reading) *[]gateway.Network { return &r.Networks }),
	one("/api/system_status/grid_status", func(r *Reading) **gateway.GridStatus { return &r.GridStatus }).more(0),
	many("/api/system_status/grid_faults", func(r *Reading) *[]gateway.GridFault { return &r.GridFaults }).more(0),
	one("/api/solar_powerwall", func(r *Reading) **gateway.SolarPowerwall { return &r.SolarPowerwall }).more(0),
	vitals(),
	one("/api/site_info", func(r *Reading) **gateway.SiteInfo { return &r.SiteInfo }).more(slowly),
	one("/api/system/update/status", func(r *Reading) **gateway.UpdateStatus { return &r.Update }).more(slowly),
	many("/api/solars", func(r *Reading) *[]gateway.Solar { return &r.Solars }).more(slowly),
	one("/api/powerwalls", func(r *Reading) **gateway.Powerwalls { return &r.Powerwalls }).more(slowly),
}

const (
	metersPath     = "/api/meters/"
	aggregatesPath = metersPath + "aggregates"
)

// one is a document that is an object.
func one[T any](path string, field func(*Reading) **T) document {
	return document{
		path: path,
		read: func(ctx context.Context, round *gateway.Round, r *Reading) error {
			doc, err := gateway.Get[T](ctx, round, path)
			if err == nil {
				*field(r) = &doc
			}
			return err
		},
		drop: func(r *Reading) { *field(r) = nil },
	}
}

// many is a document that is a list or a map.
func many[T any](path string, field func(*Reading) *T) document {
	return document{
		path: path,
		read: func(ctx context.Context, round *gateway.Round, r *Reading) error {
			doc, err := gateway.Get[T](ctx, round, path)
			if err == nil {
				*field(r) = doc
			}
			return err
		},
		drop: func(r *Reading) { *field(r) = *new(T) },
	}
}

// vitals is the document that is no JSON.
func vitals() document {
	const path = "/api/devices/vitals"
	return document{
		path:  path,
		extra: true,
		read: func(ctx context.Context, round *gateway.Round, r *Reading) error {
			devices, err := gateway.Vitals(ctx, round, path)
			if err == nil {
				r.Vitals = devices
			}
			return err
		},
		drop: func(r *Reading) { r.Vitals = nil },
	}
}

// more marks a document beyond those of the powerwall_exporter.
func (d document) more(every time.Duration) document {
	d.extra, d.every = true, every
	return d
}

// maxCategories bounds the requests for meters in one poll. Those seen are seven.
const maxCategories = 16

// meterDocuments are those of the categories in the aggregates, or in those that were
// had last: that they fail costs the meters nothing.
func (s *site) meterDocuments() []document {
	if s.reading.Aggregates == nil {
		return s.meters
	}
	s.meters = nil
	asked := make(map[string]bool)
	for _, category := range slices.Sorted(maps.Keys(s.reading.Aggregates)) {
		if isCategory(category) && len(s.meters) < maxCategories {
			d := metersOf(category)
			s.meters = append(s.meters, d)
			asked[d.path] = true
		}
	}
	maps.DeleteFunc(s.states, func(path string, _ *docState) bool {
		return strings.HasPrefix(path, metersPath) && path != aggregatesPath && !asked[path]
	})
	maps.DeleteFunc(s.reading.Meters, func(category string, _ []gateway.Meter) bool { return !asked[metersPath+category] })
	return s.meters
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

// isCategory reports whether text, which becomes part of a path, can be a category.
func isCategory(text string) bool {
	return text != "" && strings.Trim(text, letters) == "" && metersPath+text != aggregatesPath
}

func metersOf(category string) document {
	path := metersPath + category
	return document{
		path: path,
		read: func(ctx context.Context, round *gateway.Round, r *Reading) error {
			list, err := gateway.Get[[]gateway.Meter](ctx, round, path)
			if err == nil {
				if r.Meters == nil {
					r.Meters = make(map[string][]gateway.Meter)
				}
				r.Meters[category] = list
			}
			return err
		},
		drop: func(r *Reading) { delete(r.Meters, category) },
	}
}
