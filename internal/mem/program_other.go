//go:build !linux

package mem

// ReleaseProgram does nothing here.
func ReleaseProgram() (bytes uintptr, err error) { return 0, nil }
