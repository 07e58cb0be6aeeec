package port

import (
	"errors"
	"net"
	"syscall"
	"testing"
)

// TestHeld: nobody listens at the address, the test may do so more than once, and
// among all the ports that the system gives away it is not.
func TestHeld(t *testing.T) {
	address := Held(t)
	refused := func() {
		t.Helper()
		if c, err := net.Dial("tcp", address); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v %v", c, err)
		}
	}
	refused()
	for range 2 {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = accepted.Close() // the port's side closes first: a TIME_WAIT is left
		_ = c.Close()
		_ = l.Close()
		refused()
	}
	for range 300 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if l.Addr().String() == address {
			t.Fatal("it was given away")
		}
	}
}

// TestDatagrams: who sends there hears that nobody listens.
func TestDatagrams(t *testing.T) {
	c, err := net.Dial("udp", Datagrams(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 { // the answer to the first comes with the second
		if _, err = c.Write([]byte("hello")); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
}
