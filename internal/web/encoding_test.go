package web

import "testing"

func TestNegotiate(t *testing.T) {
	tests := map[string]string{
		"":                                "",
		"gzip":                            "gzip",
		"x-gzip":                          "gzip",
		"GZIP":                            "gzip",
		"zstd":                            "zstd",
		"gzip, zstd":                      "zstd",
		"zstd, gzip":                      "zstd",
		"gzip, deflate, br, zstd":         "zstd",
		"gzip;q=0.8, zstd;q=0.5":          "gzip",
		"gzip;q=0.5, identity":            "",
		"gzip, identity":                  "gzip",
		"gzip;q=0.1":                      "gzip",
		"gzip;q=0":                        "",
		"gzip;q=0, zstd;q=0":              "",
		"zstd;q=0, gzip":                  "gzip",
		"*":                               "zstd",
		"*;q=0":                           "",
		"gzip, *;q=0":                     "gzip",
		"zstd;q=0, *":                     "gzip",
		"identity;q=0, *":                 "zstd",
		"identity;q=0":                    "",
		"identity":                        "",
		"br, deflate":                     "",
		"gzip;q=NaN":                      "",
		"gzip;q=2":                        "",
		"gzip;q=0.5, gzip;q=0, zstd;q=.1": "gzip",
		",;,=;q":                          "",
	}
	for accept, want := range tests {
		if got := negotiate(accept); got != want {
			t.Errorf("negotiate(%q) = %q, want %q", accept, got, want)
		}
	}
}
