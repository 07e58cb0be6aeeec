package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

// shared makes a text that many may ask for at once. It is made by one at a time, and
// each making serves all who asked before it began: what nobody waits for any more, and
// a crowd that asks, cost the collector no more than one who asks again and again.
type shared struct {
	write func(io.Writer)
	turn  chan struct{} // holds one while a text is made

	mu   sync.Mutex
	next *making // what those who ask now wait for; nil: nobody waits
}

func newShared(write func(io.Writer)) *shared {
	return &shared{write: write, turn: make(chan struct{}, 1)}
}

// making is a text that is there once done is closed, if making it did not panic.
type making struct {
	done chan struct{}
	text []byte
	made bool
}

var errNotMade = errors.New("the text could not be made")

// get gives a text that was begun after the call; it belongs to all who asked for it.
func (s *shared) get(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	if s.next == nil {
		s.next = &making{done: make(chan struct{})}
	}
	m := s.next
	s.mu.Unlock()
	select {
	case <-m.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	case s.turn <- struct{}{}:
		s.make(m)
	}
	if !m.made {
		return nil, errNotMade
	}
	return m.text, nil
}

// make makes a text, unless another made it meanwhile. It has the turn, and gives it back.
func (s *shared) make(m *making) {
	defer func() { <-s.turn }()
	s.mu.Lock()
	mine := s.next == m
	if mine {
		s.next = nil // who asks from now on is served by the next one
	}
	s.mu.Unlock()
	if !mine {
		return
	}
	defer close(m.done)
	var text bytes.Buffer
	s.write(&text)
	m.text, m.made = text.Bytes(), true
}
