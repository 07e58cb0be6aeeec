package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Security says how brokers are reached: encrypted, and as whom.
type Security struct {
	TLS  TLSConfig
	SASL SASLConfig
}

// TLSConfig names files in PEM form. They are read anew for each connection, so
// that renewed ones are used without a restart.
type TLSConfig struct {
	Enabled    bool
	CAFile     string // "" = the system's
	CertFile   string // of the client, with KeyFile; "" = none
	KeyFile    string
	ServerName string // "" = the host that is dialled
}

// Validate reports what cannot work.
func (s *Security) Validate() error {
	errs := []error{s.SASL.validate()}
	if err := s.TLS.validate(); err != nil {
		errs = append(errs, fmt.Errorf("kafka.%w", err))
	}
	return errors.Join(errs...)
}

func (t *TLSConfig) validate() error {
	switch {
	case !t.Enabled && (t.CAFile != "" || t.CertFile != "" || t.KeyFile != "" || t.ServerName != ""):
		return errors.New("tls.enabled is false, and files or a server_name are given: set it to true, or take them away")
	case (t.CertFile == "") != (t.KeyFile == ""):
		return errors.New("tls.cert_file and tls.key_file belong together: give both or none")
	case t.Enabled:
		_, err := t.config("localhost")
		return err
	}
	return nil
}

// expiry gives when our certificate ends, 0 if we have none.
func (t *TLSConfig) expiry() time.Time {
	if !t.Enabled || t.CertFile == "" {
		return time.Time{}
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil || pair.Leaf == nil {
		return time.Time{}
	}
	return pair.Leaf.NotAfter
}

// config reads the files.
func (t *TLSConfig) config(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca_file: %s holds no certificate in PEM form", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.cert_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// dialer gives the function that connects to a broker.
func (s *Security) dialer(timeout time.Duration) func(ctx context.Context, network, addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: timeout}
	if !s.TLS.Enabled {
		return func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := d.DialContext(ctx, network, addr)
			if t, ok := c.(*net.TCPConn); ok && err == nil {
				return wire{t}, nil
			}
			return c, err
		}
	}
	t := s.TLS
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		c, err := t.config(host)
		if err != nil {
			return nil, &tlsError{fmt.Errorf("kafka.%w", err)}
		}
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		secure := tls.Client(conn, c)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // it is of no use
			return nil, t.explain(handshakeError(addr, err))
		}
		return secure, nil
	}
}

// handshakeError says what a failed handshake most likely means.
func handshakeError(addr string, err error) error {
	var header tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	hint := ""
	switch {
	case errors.Is(err, io.EOF):
		hint = " (the broker hangs up: does that port speak TLS?)"
	case errors.As(err, &header):
		hint = " (the broker's port seems not to speak TLS)"
	case errors.As(err, &unknown):
		hint = " (is kafka.tls.ca_file the right one?)"
	case errors.As(err, &name):
		hint = " (kafka.tls.server_name says which name to expect)"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		hint = fmt.Sprintf(" (the broker's certificate %q is valid from %s to %s)", invalid.Cert.Subject,
			invalid.Cert.NotBefore.UTC().Format(time.RFC3339), invalid.Cert.NotAfter.UTC().Format(time.RFC3339))
	}
	return &tlsError{fmt.Errorf("TLS with %s%s: %w", addr, hint, err)}
}

// explain says what a broker's alert most likely means: it does not take our
// certificate. From TLS 1.3 on it comes after the handshake, with the first answer.
func (t *TLSConfig) explain(err error) error {
	alert, ok := errors.AsType[*net.OpError](err)
	if !t.Enabled || !ok || alert.Op != "remote error" {
		return err
	}
	if t.CertFile == "" {
		return &tlsError{fmt.Errorf("the broker wants a certificate of ours (kafka.tls.cert_file): %w", err)}
	}
	if pair, e := tls.LoadX509KeyPair(t.CertFile, t.KeyFile); e == nil && pair.Leaf != nil && time.Now().After(pair.Leaf.NotAfter) {
		return &tlsError{fmt.Errorf("our certificate (kafka.tls.cert_file) expired at %s: %w", pair.Leaf.NotAfter.Format(time.RFC3339), err)}
	}
	return &tlsError{fmt.Errorf("the broker does not take our certificate (kafka.tls.cert_file): %w", err)}
}

// tlsError marks an error of TLS.
type tlsError struct{ err error }

func (e *tlsError) Error() string { return e.err.Error() }

func (e *tlsError) Unwrap() error { return e.err }

// ReaderOptions gives what a franz-go client needs to reach the same brokers.
func (s *Security) ReaderOptions(timeout time.Duration) []kgo.Opt {
	opts := []kgo.Opt{kgo.Dialer(s.dialer(timeout))}
	if m := s.SASL.mechanism(); m != nil {
		opts = append(opts, kgo.SASL(m))
	}
	return opts
}
