package mem

import (
	"bytes"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugeAllowed tells whether the machine's owner lets programs ask for huge pages. The call that
// makes one at once would do so all the same.
var hugeAllowed = sync.OnceValue(func() bool {
	b, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	return err == nil && !bytes.Contains(b, []byte("[never]"))
})

// collapse makes a huge page of the memory at p. Kernels before 6.1 know the hint
// only, and follow it when they find the time.
func collapse(p unsafe.Pointer) bool {
	b := unsafe.Slice((*byte)(p), huge) //nolint:gosec // G103: as the kernel wants it
	if unix.Madvise(b, unix.MADV_HUGEPAGE) != nil {
		return false
	}
	return unix.Madvise(b, unix.MADV_COLLAPSE) == nil
}
