//go:build !linux

package mem

import "unsafe"

func hugeAllowed() bool { return false }

func collapse(unsafe.Pointer) bool { return false }
