package whole

import (
	"fmt"
	"os"
	"testing"

	"spoor/internal/testkit/scenario"
)

// write prints a table, and puts it into the document that SPOOR_WRITE names, if any.
func write(t *testing.T, mark, table string) {
	t.Helper()
	fmt.Printf("\n%s\n", table)
	if file := os.Getenv("SPOOR_WRITE"); file != "" {
		if err := scenario.Replace(file, mark, []byte(table)); err != nil {
			t.Fatal(err)
		}
	}
}
