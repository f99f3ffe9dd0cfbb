package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// A pageTemplate is the status page with the policy that a browser holds it to: its
// own style, by its hash, and nothing else at all.
type pageTemplate struct {
	template *template.Template
	policy   string
}

func newPageTemplate() (*pageTemplate, error) {
	funcs := template.FuncMap{"count": count}
	t, err := template.New("page").Funcs(funcs).Parse(strings.Replace(pageHTML, "/* page.css */", pageCSS, 1))
	if err != nil {
		return nil, err
	}
	// The hash is that of the text between the tags, as it is sent.
	var sent strings.Builder
	if err := t.Execute(&sent, view{}); err != nil {
		return nil, err
	}
	_, style, _ := strings.Cut(sent.String(), "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	hash := sha256.Sum256([]byte(style))
	return &pageTemplate{template: t, policy: strings.Join([]string{
		"default-src 'none'",
		"style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'",
		"img-src data:",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	}, "; ")}, nil
}

// Execute writes the page.
func (p *pageTemplate) Execute(w io.Writer, v view) error { return p.template.Execute(w, v) }
