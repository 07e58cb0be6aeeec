// Package output keeps what somebody writes while a test reads it: the log of a
// server, the streams of a command.
package output

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// Buffer takes text from several goroutines; the zero value is ready.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String gives what there is by now.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Count says how often a text is in it by now.
func (b *Buffer) Count(text string) int { return strings.Count(b.String(), text) }

// Logger gives a log that it keeps.
func (b *Buffer) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }
