package device

import "path/filepath"

// InDir returns a file name out of a configuration as it can be opened: a relative one
// is relative to dir, the folder of that configuration. No name stays none.
func InDir(dir, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}
