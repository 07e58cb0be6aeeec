package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
)

// TestShared: a crowd that asks while a text is made shares the next one, which is of after they asked; one is made at a time.
func TestShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		makings, event, turn := 0, 0, make(chan struct{})
		s := newShared(func(w io.Writer) {
			makings++
			fmt.Fprint(w, "event ", event)
			<-turn
		})
		const crowd = 20
		got := make(chan string, crowd)
		ask := func() {
			text, err := s.get(t.Context())
			if err != nil {
				t.Error(err)
			}
			got <- string(text)
		}
		go ask()
		synctest.Wait()
		event = 1
		for range crowd {
			go ask()
		}
		gone, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := s.get(gone)
			left <- err
		}()
		synctest.Wait()
		if makings != 1 {
			t.Errorf("%d are made at a time", makings)
		}
		if cancel(); !errors.Is(<-left, context.Canceled) {
			t.Error("who leaves still waits")
		}
		turn <- struct{}{}
		if text := <-got; text != "event 0" {
			t.Errorf("the first got %q", text)
		}
		turn <- struct{}{}
		for range crowd {
			if text := <-got; text != "event 1" {
				t.Errorf("who asked after the event got %q", text)
			}
		}
		if makings != 2 {
			t.Errorf("%d were made", makings)
		}
	})
}

// TestSharedPanic: who waits for a text whose making panics is told, and the next one is made.
func TestSharedPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails, turn := true, make(chan struct{})
		s := newShared(func(w io.Writer) {
			<-turn
			if fails {
				panic("no")
			}
			_, _ = io.WriteString(w, "yes")
		})
		ask := func(got chan<- string) {
			defer func() { _ = recover() }()
			text, err := s.get(t.Context())
			got <- fmt.Sprint(string(text), err)
		}
		first, others := make(chan string, 1), make(chan string, 2)
		go ask(first)
		synctest.Wait()
		go ask(others)
		synctest.Wait()
		go ask(others)
		synctest.Wait()
		turn <- struct{}{}
		turn <- struct{}{}
		if text := <-others; text != errNotMade.Error() {
			t.Errorf("%q", text)
		}
		fails = false
		go ask(first)
		turn <- struct{}{}
		if text := <-first; text != "yes<nil>" {
			t.Errorf("%q", text)
		}
	})
}

// TestEmptyShared: nothing is a text, too.
func TestEmptyShared(t *testing.T) {
	s := newShared(func(io.Writer) {})
	if text, err := s.get(t.Context()); err != nil || !bytes.Equal(text, nil) {
		t.Errorf("%q %v", text, err)
	}
}
