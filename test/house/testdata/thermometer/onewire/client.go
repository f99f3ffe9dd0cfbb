package onewire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
)

// Ask connects to the thermometer at address, asks once, and hangs up.
func Ask(ctx context.Context, address string) (Values, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return Values{}, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		return Values{}, fmt.Errorf("ask %s: %w", address, err)
	}
	line, err := bufio.NewReader(io.LimitReader(conn, maxLine)).ReadString('\n')
	if err != nil {
		return Values{}, fmt.Errorf("answer of %s: %w", address, err)
	}
	return ParseValues(strings.TrimSpace(line))
}
