package testenv

// debianPackage tells which Debian 12 package contains a program. It holds the
// programs that tests of this repository run or compare with.
func debianPackage(program string) (pkg string, ok bool) {
	switch program {
	case "promtool", "prometheus":
		return "prometheus", true
	case "prometheus-blackbox-exporter":
		return "prometheus-blackbox-exporter", true
	case "ip", "bridge", "ss", "tc":
		return "iproute2", true
	case "chromium":
		return "chromium", true
	case "nc", "nc.openbsd":
		return "netcat-openbsd", true
	case "amptool", "int6k", "plctool":
		return "plc-utils", true
	case "amprate", "ampstat", "int6klist", "int6krate", "int6kstat", "int6ktone",
		"plclist", "plcrate", "plcstat", "plctone", "hpavkey", "hpavkeys":
		return "plc-utils-extra", true
	case "curl", "git", "make", "openssl", "tcpdump", "wrk":
		return program, true
	case "systemd-analyze":
		return "systemd", true
	case "capsh", "setcap":
		return "libcap2-bin", true
	}
	return "", false
}
