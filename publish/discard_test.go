package publish_test

import (
	"bufio"
	"fmt"
	"os"

	"spoor/internal/testkit/discard"
)

// partitions is how many each topic of the discarding broker has.
const partitions = 4

// runDiscard is a broker until its standard input ends. It says first where it
// listens, then at each line how many records came since the last one.
func runDiscard() error {
	b, err := discard.Listen(partitions, topic)
	if err != nil {
		return err
	}
	b.Failed = func(err error) { fmt.Fprintln(os.Stderr, "discarding broker:", err) }
	fmt.Println(b.Addr())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(b.Take()[topic])
	}
	return b.Close()
}
