package poll

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
)

var (
	logins = device.Budget{Name: "login", Requests: 3, Per: time.Hour}
	pages  = device.Budget{Name: "page", Requests: 100, Per: 24 * time.Hour}
)

// spent returns how many requests of a budget d can make at once.
func spent(t *testing.T, d *toy, budget string) int {
	t.Helper()
	for n := range 1000 {
		err := d.env.Spend(budget)
		if err == nil {
			continue
		}
		if device.ReasonOf(err) != device.RateLimited {
			t.Errorf("a spent budget: got %v, reason %s", err, device.ReasonOf(err))
		}
		return n
	}
	t.Fatalf("a thousand requests out of %q", budget)
	return 0
}

func TestBudgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, nil)
		spec := d.spec("a", minutely, 1)
		spec.Budgets = []device.Budget{logins, pages}
		mustApply(t, set, spec)
		if got := spent(t, d, "login"); got != 3 {
			t.Errorf("%d logins, want 3", got)
		}
		time.Sleep(20 * time.Minute)
		if got := spent(t, d, "login"); got != 1 {
			t.Errorf("%d logins after a third of the time, want 1", got)
		}
		if got := spent(t, d, "page"); got != 100 {
			t.Errorf("%d pages, want 100: budgets are apart", got)
		}
		if err := d.env.Spend("none"); err == nil || !strings.Contains(err.Error(), `"none"`) {
			t.Errorf("an unknown budget: got %v", err)
		}
		p := page(t, set, Filter{})
		wantLines(t, p, map[string]string{
			`home_exporter_budget_remaining{kind="toy",device="a",budget="login"}`: "0",
			`home_exporter_budget_limit{kind="toy",device="a",budget="login"}`:     "3",
			`home_exporter_budget_limit{kind="toy",device="a",budget="page"}`:      "100",
		})
	})
}

func TestBudgetsSurviveAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		wider := device.Budget{Name: "login", Requests: 10, Per: time.Hour}
		var d *toy
		apply := func(version int, budgets ...device.Budget) {
			d = newToy(t, nil)
			spec := d.spec("a", minutely, version)
			spec.Budgets = budgets
			mustApply(t, set, spec)
		}
		apply(1, logins, pages)
		if got := fmt.Sprint(spent(t, d, "login"), spent(t, d, "page")); got != "3 100" {
			t.Fatalf("at first: %s", got)
		}
		apply(2, pages, logins) // other settings and another order: the modem is not rested
		if got := fmt.Sprint(spent(t, d, "login"), spent(t, d, "page")); got != "0 0" {
			t.Errorf("after a change of settings: %s, want 0 0", got)
		}
		apply(3, wider, pages) // another budget is another budget
		if got := fmt.Sprint(spent(t, d, "login"), spent(t, d, "page")); got != "10 0" {
			t.Errorf("after a change of one budget: %s, want 10 0", got)
		}
	})
}

func TestNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := newSet(Options{})
		defer mustClose(t, set)
		d := newToy(t, nil)
		mustApply(t, set, d.spec("a", minutely))
		if err := d.env.Spend("login"); err == nil || errors.As(err, new(*device.Error)) {
			t.Errorf("a device without budgets spends: got %v, want an error of the program", err)
		}
	})
}
