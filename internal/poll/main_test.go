package poll

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write golden files anew")

// Whatever a test starts must be over with it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
