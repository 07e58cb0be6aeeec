// Command dashboards writes the Grafana dashboards into a directory.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"spoor/internal/dashboards"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboards DIR")
		os.Exit(2)
	}
	for name, d := range dashboards.All() {
		text, err := d.JSON()
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name+".json"), text, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "dashboards:", err)
			os.Exit(1)
		}
	}
}
