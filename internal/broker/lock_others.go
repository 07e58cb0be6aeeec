//go:build !unix

package broker

// acquire does nothing where files cannot be locked the same way: the port is
// then the only guard.
func (*Broker) acquire(string) error { return nil }
