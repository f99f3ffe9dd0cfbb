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
	d, err := openGuest(k, &spec, env)
	if err != nil {
		return metric.Group{Families: k.Families}, err
	}
	defer d.leave()
	return d.ask(ctx)
}

// A guest is a device that no set runs.
type guest struct {
	kind   *device.Kind
	spec   *device.Spec
	env    device.Env
	device device.Device
}

// openGuest opens a device with budgets of its own.
func openGuest(k *device.Kind, spec *device.Spec, env device.Env) (*guest, error) {
	if env.Spend == nil {
		env.Spend = new(Purses).of(spec).spend
	}
	d, err := openDevice(spec, env)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.Name, spec.Name, err)
	}
	return &guest{kind: k, spec: spec, env: env, device: d}, nil
}

// ask asks the device within its timeout.
func (g *guest) ask(ctx context.Context) (metric.Group, error) {
	group := metric.Group{Families: g.kind.Families}
	ctx, cancel := context.WithTimeout(ctx, g.spec.Pace.Timeout)
	defer cancel()
	var batch metric.Batch
	err := ask(ctx, g.device, &batch)
	if stack := takeStack(err); stack != nil && g.env.Log != nil {
		g.env.Log.Error("poll panicked", "kind", g.kind.Name, "device", g.spec.Name, "err", err, "stack", string(stack))
	}
	if batch.Len() > 0 {
		var shapes metric.Shapes
		snapshot, _ := shapes.Freeze(&batch, nil)
		group.Sources = []metric.Source{{Labels: g.spec.Labels, Snapshot: snapshot}}
	}
	return group, err
}

// leave closes the device.
func (g *guest) leave() {
	if err := guarded(g.device.Close); err != nil && g.env.Log != nil {
		g.env.Log.Warn("device did not close", "kind", g.kind.Name, "device", g.spec.Name, "err", err)
	}
}
