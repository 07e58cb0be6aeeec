package mem

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ReleaseProgram takes the program's own pages, its code and constants, out of the
// process's memory: a start touches most of them and needs few again, which come
// back from the file's cache as they are used. Pages that anybody changed stay. It
// gives the bytes of the parts that it could release.
func ReleaseProgram() (bytes uintptr, err error) {
	parts, err := programParts()
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, p.begin, p.end-p.begin, unix.MADV_DONTNEED); errno != 0 {
			return bytes, fmt.Errorf("releasing the program's pages: %w", errno)
		}
		bytes += p.end - p.begin
	}
	return bytes, nil
}

// part is a part of the address space.
type part struct{ begin, end uintptr }

// programParts gives the mappings of the program's file that nobody may write to and
// that hold no page of our own (a debugger's).
func programParts() (list []part, err error) {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("program's file: %w", err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return nil, fmt.Errorf("program's memory: %w", err)
	}
	return readParts(text, exe), nil
}

// readParts finds them in what proc_pid_smaps(5) describes.
func readParts(smaps []byte, exe string) (list []part) {
	var at part
	for line := range bytes.Lines(smaps) {
		f := strings.Fields(string(line))
		switch {
		case len(f) >= 5 && strings.Contains(f[0], "-"): // a mapping begins
			at = part{}
			if name := " " + exe; strings.HasSuffix(strings.TrimRight(string(line), "\n"), name) && len(f[1]) == 4 && f[1][1] == '-' {
				at = readPart(f[0])
			}
		case len(f) == 3 && f[0] == "Anonymous:" && f[1] == "0" && at.end > at.begin:
			list = append(list, at)
		}
	}
	return list
}

// readPart reads 00400000-0106c000; what cannot be read is empty.
func readPart(s string) part {
	a, b, _ := strings.Cut(s, "-")
	begin, err := strconv.ParseUint(a, 16, 64)
	if err != nil {
		return part{}
	}
	end, err := strconv.ParseUint(b, 16, 64)
	if err != nil {
		return part{}
	}
	return part{uintptr(begin), uintptr(end)}
}
