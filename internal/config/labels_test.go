package config

import (
	"strings"
	"testing"

	"home_exporter/internal/metric"
)

func TestLabelRules(t *testing.T) {
	rules := newLabelRules(toys()[0])
	tests := []struct{ labels, want string }{
		{``, ""},
		{`a="b"`, ""},
		{`a="b",c="d",_x1=""`, ""},
		{`a="comma,\"quote\" \\ \n equals=\""`, ""},
		{string(metric.EncodeLabels("a", "x\"\\\n\xff", "b", "y")), ""},
		{`a`, "is not of the form"},
		{`a=b`, "is not of the form"},
		{`a="b`, "is not of the form"},
		{`a="b\"`, "is not of the form"},
		{"a=\"b\nc\"", "is not of the form"},
		{`="b"`, "is no name of a label"},
		{`1a="b"`, "is no name of a label"},
		{`a-b="b"`, "is no name of a label"},
		{`ä="b"`, "is no name of a label"},
		{`__meta="b"`, "is no name of a label"},
		{`a="b",a="c"`, "the label a is given twice"},
		{`a="b",`, "after the label a a comma and a further label are expected"},
		{`a="b" c="d"`, "after the label a a comma and a further label are expected"},
		{`device="b"`, "cannot be called device: home_exporter adds it"},
		{`le="1"`, "cannot be called le"},
		{`wing="b"`, "cannot be called wing: door_open has it"},
	}
	for _, tt := range tests {
		got := ""
		if err := rules.check(metric.Labels(tt.labels)); err != nil {
			got = err.Error()
		}
		if got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
			t.Errorf("check(%s) = %q, want %q", tt.labels, got, tt.want)
		}
	}
}
