// Command spoor follows elephant flows through a leaf-spine fabric: sFlow in,
// flow records, packet paths and elephant alerts out.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // schedules of mute rules name time zones: an image from scratch has none of its own

	"spoor/internal/hush"
	"spoor/internal/lifecycle"
)

func main() {
	hush.Over()
	c := &cli{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}
	ctx, stop := lifecycle.Notify(context.Background(), func(err error) {
		c.complain(err)
		c.leftover.remove()
		os.Exit(exitFailed)
	})
	code := c.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
