package lifecycle

import (
	"fmt"
	"net"
)

// What a service manager is told.
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
)

// Tell tells the service manager that listens at socket, the value of
// NOTIFY_SOCKET (sd_notify(3)), how the program is. Without a socket nobody is told.
func Tell(socket, state string) error {
	if socket == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"}) // "@" is an abstract name for it, too
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}
