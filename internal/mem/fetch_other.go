//go:build !amd64 && !arm64

package mem

import "unsafe"

func fetch(unsafe.Pointer) {}

func fetchAll(unsafe.Pointer, uintptr) {}
