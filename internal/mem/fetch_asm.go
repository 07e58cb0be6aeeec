//go:build amd64 || arm64

package mem

import "unsafe"

// fetch asks for one line.
//
//go:noescape
func fetch(p unsafe.Pointer)

// fetchAll asks for the lines of n bytes from p on.
//
//go:noescape
func fetchAll(p unsafe.Pointer, n uintptr)
