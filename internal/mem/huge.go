package mem

import "unsafe"

// huge is the size of a huge page; where it is another one, nothing is gained.
const huge = 2 << 20

// Lay gives n zero elements, which are small and hold no pointers, so that a huge page begins
// with the first if they fill one. What lies before and behind is never touched.
func Lay[T any](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	if n*size < huge/2 {
		return make([]T, n)
	}
	s := make([]T, n+3*huge/2/size)
	at := int(-address(s)&(huge-1)) / size // the border lies in this element
	return s[at : at+n : at+n]
}

// Pages gives how many huge pages lie under s, laid by Lay: those of which it fills half or more.
func Pages[T any](s []T) int {
	if cap(s) == 0 {
		return 0
	}
	return (len(s)*int(unsafe.Sizeof(s[0])) + huge/2) / huge
}

// Huge asks the kernel to make the i-th of the Pages under s a huge page, now.
// It may be written to meanwhile. Much memory is read all over faster so, since
// the processor looks up where a page lies; but a huge page takes its whole size of
// memory, whatever is in use of it. false means that the kernel would not, or
// that whoever runs the machine wants none.
func Huge[T any](s []T, i int) bool {
	if i < 0 || i >= Pages(s) || !hugeAllowed() {
		return false
	}
	first := (address(s) + huge - 1) &^ (huge - 1)
	skip := int(first-address(s)) + i*huge
	return collapse(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), skip)) //nolint:gosec // G103: within what Lay has taken
}

func address[T any](s []T) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(s))) //nolint:gosec // G103: the address alone matters
}
