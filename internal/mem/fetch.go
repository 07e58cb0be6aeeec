package mem

import "unsafe"

// Fetch asks for the line of 64 bytes in which *p begins. It waits for nothing,
// reads nothing that the memory model knows of, and may be given what others write:
// whoever works on a batch asks for all first, so that the waits overlap. An
// ordinary read does so only as far as the processor looks ahead.
func Fetch[T any](p *T) { fetch(unsafe.Pointer(p)) } //nolint:gosec // G103: the address alone matters

// FetchAll asks for all of *p.
func FetchAll[T any](p *T) { fetchAll(unsafe.Pointer(p), unsafe.Sizeof(*p)) } //nolint:gosec // G103: the same

// FetchFirst asks for the first n bytes of *p. To give a field's address instead would
// read the first of them: Go does so to see whether p is nil.
func FetchFirst[T any](p *T, n uintptr) { fetchAll(unsafe.Pointer(p), n) } //nolint:gosec // G103: the same

// FetchSlice asks for all elements of s.
func FetchSlice[T any](s []T) {
	p := unsafe.SliceData(s)                                       //nolint:gosec // G103: the same
	fetchAll(unsafe.Pointer(p), uintptr(len(s))*unsafe.Sizeof(*p)) //nolint:gosec // G103: the same
}
