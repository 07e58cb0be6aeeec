package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Who never ends his question loses his connection; who asks meanwhile is answered.
func TestSlowClients(t *testing.T) {
	s := newServer("127.0.0.1:0")
	s.patience = 50 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	var slow []net.Conn
	for _, begin := range []string{"", "G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"} {
		for range 20 {
			c, err := net.Dial("tcp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, begin); err != nil {
				t.Fatal(err)
			}
			slow = append(slow, c)
		}
	}
	resp, err := http.Get("http://" + s.Addr().String() + "/healthz") //nolint:noctx // ends with the server
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
	for _, c := range slow {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("the server still waits for it: %v", err)
		}
		_ = c.Close()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
