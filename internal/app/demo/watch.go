package demo

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"spoor/publish"
)

// watched are the topics that the judge reads, and the alerts.
var watched = []publish.Topic{publish.Paths, publish.Elephants, publish.Topology, publish.Alerts}

// message is one of a watched topic.
type message struct {
	topic publish.Topic
	value []byte
}

// watch is a sink that keeps every message in the files that the judge reads,
// and passes it on to the narrator, who may miss some while his screen is held up.
type watch struct {
	messages chan message

	mu     sync.Mutex
	files  map[publish.Topic]*os.File
	out    map[publish.Topic]*bufio.Writer
	missed uint64
	err    error
}

func newWatch(dir string) (*watch, error) {
	w := &watch{messages: make(chan message, 4096), files: map[publish.Topic]*os.File{}, out: map[publish.Topic]*bufio.Writer{}}
	for _, t := range watched {
		f, err := os.Create(filepath.Join(dir, t.String()+".jsonl"))
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.files[t], w.out[t] = f, bufio.NewWriter(f)
	}
	return w, nil
}

// Name implements publish.Sink.
func (*watch) Name() string { return "demo" }

// Partitions implements publish.Sink.
func (*watch) Partitions(publish.Topic) int32 { return 1 }

// Start implements publish.Sink.
func (*watch) Start() error { return nil }

// Close implements publish.Sink.
func (*watch) Close(context.Context) error { return nil }

// Metrics implements publish.Sink.
func (*watch) Metrics() *metrics.Set { return nil }

// Put implements publish.Sink.
func (w *watch) Put(blocks []*publish.Block) {
	for _, b := range blocks {
		for r := range b.All() {
			if r.Value != nil {
				w.take(message{b.Topic, append([]byte(nil), r.Value...)})
			}
		}
		b.Done(publish.Acknowledged)
	}
}

func (w *watch) take(m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.out[m.topic]
	if out == nil {
		return // samples
	}
	_, err := out.Write(append(m.value, '\n'))
	if w.err == nil {
		w.err = err
	}
	select {
	case w.messages <- m:
	default:
		w.missed++
	}
}

// lost gives how many messages the narrator missed so far.
func (w *watch) lost() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.missed
}

// close completes the files.
func (w *watch) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	errs := append(make([]error, 0, 1+2*len(w.files)), w.err)
	for t, f := range w.files {
		errs = append(errs, w.out[t].Flush(), f.Close())
	}
	w.files, w.out = nil, nil
	return errors.Join(errs...)
}
