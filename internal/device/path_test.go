package device

import (
	"testing"
	"time"
)

func TestInDir(t *testing.T) {
	for _, tt := range []struct{ dir, file, want string }{
		{"/etc/home", "modem.pem", "/etc/home/modem.pem"},
		{"/etc/home", "../modem.pem", "/etc/modem.pem"},
		{"/etc/home", "/run/modem.pem", "/run/modem.pem"},
		{"", "modem.pem", "modem.pem"},
		{"/etc/home", "", ""},
	} {
		if got := InDir(tt.dir, tt.file); got != tt.want {
			t.Errorf("InDir(%q, %q) = %q, want %q", tt.dir, tt.file, got, tt.want)
		}
	}
}

func TestDurationOr(t *testing.T) {
	if got := Duration(0).Or(time.Minute); got != time.Minute {
		t.Errorf("an unset duration is %s", got)
	}
	if got := Duration(time.Second).Or(time.Minute); got != time.Second {
		t.Errorf("a second is %s", got)
	}
}
