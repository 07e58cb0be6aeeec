package collector

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
)

// Bounds of the configuration.
const (
	maxWorkers     = 256
	maxAutoWorkers = 16
	defaultBuffer  = 16 << 20
	minBuffer      = 4 << 10
	maxBuffer      = 1 << 30
)

// Config says where to listen (docs/interfaces.md, section 6: listen.*).
type Config struct {
	// Address is the UDP address. Without a host it listens on IPv4 and IPv6
	// (IPv4 alone where there is no IPv6); port 0 lets the system choose.
	Address string
	// Allow lists the UDP sources that are heard; empty hears all.
	Allow []netip.Prefix
	// Workers is the number of sockets and of handlers; 0 means one per core, at
	// most 16. Where the system cannot share a port (all but Linux) it is 1.
	Workers int
	// Buffer is the socket buffer asked for, in bytes and per worker; 0 leaves the
	// system's default.
	Buffer int
}

// DefaultConfig listens on sFlow's registered port, on all addresses.
func DefaultConfig() Config {
	return Config{Address: ":6343", Buffer: defaultBuffer}
}

// Validate reports what cannot work, one error a line.
func (c *Config) Validate() error {
	var errs []error
	if err := validAddress(c.Address); err != nil {
		errs = append(errs, fmt.Errorf("listen.address %q: %w: give HOST:PORT, :PORT or [IPv6]:PORT", c.Address, err))
	}
	for _, p := range c.Allow {
		if !p.IsValid() {
			errs = append(errs, errors.New("listen.allow: an invalid prefix: give prefixes such as 10.0.0.0/8 or fd00::/8"))
		}
	}
	if c.Workers < 0 || c.Workers > maxWorkers {
		errs = append(errs, fmt.Errorf("listen.workers %d: must be 0 (one per core) to %d", c.Workers, maxWorkers))
	}
	if c.Buffer != 0 && (c.Buffer < minBuffer || c.Buffer > maxBuffer) {
		errs = append(errs, fmt.Errorf("listen.buffer %d: must be 0 (the system's default) or %d to %d bytes", c.Buffer, minBuffer, maxBuffer))
	}
	return errors.Join(errs...)
}

// workers gives the number of workers on this system.
func (c *Config) workers() int {
	switch {
	case !sharedPort:
		return 1
	case c.Workers == 0:
		return min(runtime.GOMAXPROCS(0), maxAutoWorkers)
	}
	return c.Workers
}

func validAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		if ae, ok := errors.AsType[*net.AddrError](err); ok {
			return errors.New(ae.Err)
		}
		return err
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("the port is no number from 0 to 65535")
	}
	return nil
}

// allowList is a list of prefixes; an empty one allows everything.
type allowList []netip.Prefix

func newAllowList(prefixes []netip.Prefix) allowList {
	list := make(allowList, 0, len(prefixes))
	for _, p := range prefixes {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		list = append(list, p.Masked())
	}
	return list
}

func (l allowList) allows(a netip.Addr) bool {
	if len(l) == 0 {
		return true
	}
	for i := range l {
		if l[i].Contains(a) {
			return true
		}
	}
	return false
}
