// Package telemetry is how the program tells what it does: logs to stderr,
// metrics for Prometheus and what build this is.
package telemetry

import (
	"io"
	"log/slog"
)

// Level is the least severe level that is logged.
type Level string

// Levels.
const (
	LevelDebug Level = "debug"
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// Format is that of log lines.
type Format string

// Formats.
const (
	FormatText Format = "text" // key=value
	FormatJSON Format = "json"
)

// LogConfig sets up the logger.
type LogConfig struct {
	Level  Level
	Format Format
}

// DefaultLogConfig logs from info on, as text.
func DefaultLogConfig() LogConfig { return LogConfig{Level: LevelInfo, Format: FormatText} }

// NewLogger gives a logger that writes to w.
func NewLogger(w io.Writer, c LogConfig) *slog.Logger {
	log, _ := NewAdjustable(w, c)
	return log
}

// NewAdjustable gives a logger that writes to w, and what changes its level,
// which is safe for concurrent use.
func NewAdjustable(w io.Writer, c LogConfig) (log *slog.Logger, setLevel func(Level)) {
	var level slog.LevelVar
	setLevel = func(l Level) { level.Set(slogLevel(l)) }
	setLevel(c.Level)
	opts := &slog.HandlerOptions{Level: &level}
	if c.Format == FormatJSON {
		return slog.New(slog.NewJSONHandler(w, opts)), setLevel
	}
	return slog.New(slog.NewTextHandler(w, opts)), setLevel
}

func slogLevel(l Level) slog.Level {
	switch l {
	case LevelDebug:
		return slog.LevelDebug
	case LevelWarn:
		return slog.LevelWarn
	case LevelError:
		return slog.LevelError
	case LevelInfo:
	}
	return slog.LevelInfo
}
