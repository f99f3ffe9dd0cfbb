package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "good.yml", "doors: [{host: a, port: 1}]\n")
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", "dangling.yml"); err != nil {
		t.Fatal(err)
	}
	write(t, "huge.yml", "")
	if err := os.Truncate("huge.yml", maxFile+1); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"missing.yml":  "missing.yml: no such file; write one, or name it with --config.file",
		"dangling.yml": "dangling.yml: no such file; write one, or name it with --config.file",
		"folder":       "folder: this is a directory; name the file in it",
		"huge.yml":     "huge.yml: larger than 64 MiB",
		"good.yml/x":   "good.yml/x: not a directory",
		"":             "there is no configuration: name a file with --config.file, or give a device by flags, as --doors.target",
	}
	for path, want := range tests {
		c, err := Load(Source{Path: path}, toys())
		if err == nil || err.Error() != want || c != nil {
			t.Errorf("Load(%q) = %v, %v\nwant the error %s", path, c, err, want)
		}
		var errs Errors
		if !errors.As(err, &errs) {
			t.Errorf("Load(%q): the error is a %T, want Errors", path, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "c.yml")
	write(t, config, "hub: {user_name: u, password_file: secret}\n")
	secret := filepath.Join(dir, "secret")
	tests := map[string]struct{ content, want, err string }{
		"bare":                     {content: "tell no one", want: "tell no one"},
		"one line break":           {content: "tell no one\n", want: "tell no one"},
		"of Windows":               {content: "tell no one\r\n", want: "tell no one"},
		"only one is taken off":    {content: "tell no one\n\n", want: "tell no one\n"},
		"spaces stay":              {content: " tell no one \n", want: " tell no one "},
		"dollars stay":             {content: "$tell ${no} $$one\n", want: "$tell ${no} $$one"},
		"many lines":               {content: "one\ntwo\n", want: "one\ntwo"},
		"empty":                    {content: "", err: "c.yml:1:36: hub.password_file: " + secret + " is empty"},
		"only a line break":        {content: "\n", err: "c.yml:1:36: hub.password_file: " + secret + " is empty"},
		"at the limit":             {content: strings.Repeat("x", maxSecret), want: strings.Repeat("x", maxSecret)},
		"over the limit":           {content: strings.Repeat("x", maxSecret+1), err: "larger than 64 KiB"},
		"bytes that are not UTF-8": {content: "\xff\xfe\x00", want: "\xff\xfe\x00"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			write(t, secret, tt.content)
			c, err := Load(Source{Path: config}, toys())
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got the error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := c.held.sections[0].value.(*hub).Password.Reveal(); got != tt.want {
				t.Errorf("the secret is %q, want %q", got, tt.want)
			}
			if len(c.Secrets()) != 1 || c.Secrets()[0].Reveal() != tt.want {
				t.Errorf("Secrets() has %d, want that one", len(c.Secrets()))
			}
		})
	}
}

func TestUnreadableSecretFileNamesTheCure(t *testing.T) {
	got := secretFileProblem(syscall.EACCES).Error()
	if want := "permission denied; let the user that runs this program read it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSetDir(t *testing.T) {
	const text = "hub: {user_name: u, password: pppp}\n"
	flags := map[string]map[string]string{"hub": {"user-name": "u", "password": "pppp"}}
	tests := []struct {
		file  string
		flags map[string]map[string]string
		want  string
	}{
		{"home_exporter.yml", nil, "."},
		{"/etc/home/home_exporter.yml", nil, "/etc/home"},
		{"/etc/home/home_exporter.yml", flags, ""},
	}
	for _, tt := range tests {
		c, err := Parse(tt.file, []byte(text), Source{Flags: tt.flags}, toys())
		if err != nil {
			t.Fatal(err)
		}
		if got := c.held.sections[0].value.(*hub).dir; got != tt.want {
			t.Errorf("%s, flags %v: SetDir got %q, want %q", tt.file, tt.flags, got, tt.want)
		}
	}
}
