package spool

import (
	"errors"
	"fmt"
	"time"
)

// Config says where a spool lies and how much it keeps.
type Config struct {
	Dir      string
	MaxBytes int64         // bound on all files
	MaxAge   time.Duration // a segment is dropped when its newest record is older; 0 = never
	Sync     time.Duration // longest time that data waits to be synced to the disk; 0 = synced at once
	// Dropped, where set, hears of records that were dropped unread, by topic.
	// It must not call the spool.
	Dropped func(why Reason, records *Counts)
}

// MinBytes is the least bound.
const MinBytes = 4 << 20

// Validate reports what cannot work.
func (c *Config) Validate() error {
	if c.Dir == "" {
		return errors.New("a spool needs a directory")
	}
	if c.MaxBytes < MinBytes {
		return fmt.Errorf("a spool needs at least %d bytes", MinBytes)
	}
	if c.MaxAge < 0 || c.Sync < 0 {
		return errors.New("the ages of a spool must not be negative")
	}
	return nil
}

// segmentBytes is the size from which a new segment is begun.
func (c *Config) segmentBytes() int64 { return min(max(c.MaxBytes/16, 256<<10), 16<<20) }

// Reason says why records were dropped.
type Reason uint8

// Reasons.
const (
	Full   Reason = iota // the bound was reached: the oldest went
	Aged                 // older than Config.MaxAge
	Broken               // could not be read back
)

// maxTopics is the number of topics that a spool can tell apart.
const maxTopics = 16

// Counts are numbers of records by topic.
type Counts [maxTopics]int64

// Total gives the sum.
func (c *Counts) Total() int64 {
	var n int64
	for _, v := range c {
		n += v
	}
	return n
}
