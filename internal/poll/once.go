package poll

import (
	"context"
	"fmt"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// Once opens a device that no set runs, asks it within its timeout, and closes it.
// The readings count even beside an error, as with any poll.
func Once(ctx context.Context, k *device.Kind, spec device.Spec, env device.Env) (metric.Group, error) {
	group := metric.Group{Families: k.Families}
	if env.Spend == nil {
		env.Spend = newPurses(spec.Budgets, nil).spend
	}
	d, err := openDevice(&spec, env)
	if err != nil {
		return group, fmt.Errorf("%s %s: %w", k.Name, spec.Name, err)
	}
	defer func() {
		if closeErr := guarded(d.Close); closeErr != nil && env.Log != nil {
			env.Log.Warn("device did not close", "kind", k.Name, "device", spec.Name, "err", closeErr)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, spec.Pace.Timeout)
	defer cancel()
	var batch metric.Batch
	err = ask(ctx, d, &batch)
	if stack := takeStack(err); stack != nil && env.Log != nil {
		env.Log.Error("poll panicked", "kind", k.Name, "device", spec.Name, "err", err, "stack", string(stack))
	}
	if batch.Len() > 0 {
		var shapes metric.Shapes
		snapshot, _ := shapes.Freeze(&batch, nil)
		group.Sources = []metric.Source{{Labels: spec.Labels, Snapshot: snapshot}}
	}
	return group, err
}
