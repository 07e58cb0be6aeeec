//go:build !linux

package file

// exchange swaps two directories, as nearly at once as renames allow.
func exchange(a, b string) error { return swap(a, b) }
