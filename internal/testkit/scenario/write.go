package scenario

import (
	"bytes"
	"fmt"
	"os"
)

// WriteFile puts the table into a document, between the mark <!-- MARK --> and <!-- end -->.
func WriteFile(name, mark string, seeds []uint64, rows []Row) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Seeds %v, summed.\n\n", seeds)
	if err := Markdown(&b, rows); err != nil {
		return err
	}
	return Replace(name, mark, b.Bytes())
}

// Replace puts text between the marks <!-- NAME --> and the <!-- end --> after it.
func Replace(file, name string, text []byte) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	mark, end := []byte("<!-- "+name+" -->\n"), []byte("<!-- end -->")
	head, rest, ok := bytes.Cut(old, mark)
	if !ok {
		return fmt.Errorf("%s has no line %q", file, mark)
	}
	_, tail, ok := bytes.Cut(rest, end)
	if !ok {
		return fmt.Errorf("%s: no %q after %q", file, end, mark)
	}
	return os.WriteFile(file, bytes.Join([][]byte{head, mark, []byte("\n"), bytes.TrimSpace(text), []byte("\n\n"), end, tail}, nil), 0o644)
}
