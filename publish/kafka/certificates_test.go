package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// certified is brokers that want a client certificate, and whose own certificate
// is right, has expired or is another host's.
type certified struct {
	right, old, other bench
	dir               string // ca.pem, client.pem, client.key; expired.pem is the client's, too old
}

// eachCertified runs a test against embedded brokers and, if there is one, a real one.
func eachCertified(t *testing.T, run func(t *testing.T, c *certified)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		ca, c := newAuthority(t), &certified{dir: t.TempDir()}
		past := time.Now().Add(-time.Minute)
		write(t, filepath.Join(c.dir, "ca.pem"), ca.pem)
		_, key, cert, keyPEM := ca.issue(t, "client", nil)
		write(t, filepath.Join(c.dir, "client.pem"), cert)
		write(t, filepath.Join(c.dir, "client.key"), keyPEM)
		_, _, cert, _ = ca.issue(t, "client", func(x *x509.Certificate) { x.NotAfter = past }, key)
		write(t, filepath.Join(c.dir, "expired.pem"), cert)
		c.right = ca.broker(t, nil)
		c.old = ca.broker(t, func(x *x509.Certificate) { x.NotAfter = past })
		c.other = ca.broker(t, func(x *x509.Certificate) { x.IPAddresses, x.DNSNames = nil, []string{"kafka.example"} })
		run(t, c)
	})
	t.Run("real", func(t *testing.T) {
		addr := os.Getenv("SPOOR_TEST_KAFKA_TLS")
		if addr == "" {
			t.Skip("SPOOR_TEST_KAFKA_TLS names no broker")
		}
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		at := func(plus int) bench {
			n, err := strconv.Atoi(port)
			if err != nil {
				t.Fatal(err)
			}
			return bench{name: "real", brokers: []string{net.JoinHostPort(host, strconv.Itoa(n+plus))}, prefix: fmt.Sprintf("test%d.", time.Now().UnixNano())}
		}
		run(t, &certified{right: at(0), old: at(2), other: at(4), dir: os.Getenv("SPOOR_TEST_KAFKA_CERTS")}) // see test/kafka/broker
	})
}

// broker starts an embedded broker whose certificate is changed by f.
func (a *authority) broker(t *testing.T, f func(*x509.Certificate)) bench {
	t.Helper()
	_, _, cert, key := a.issue(t, "broker", f)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	c, err := kfake.NewCluster(kfake.DataDir(t.TempDir()), kfake.TLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return bench{name: "embedded", brokers: c.ListenAddrs(), prefix: "sflow."}
}

// TestTLS reaches brokers that want a client certificate: with the right files,
// with wrong ones, and with ones that are renewed.
func TestTLS(t *testing.T) {
	parallel(t)
	eachCertified(t, func(t *testing.T, c *certified) {
		t.Helper()
		file := func(name string) string { return filepath.Join(c.dir, name) }
		b, good := c.right, TLSConfig{Enabled: true, CAFile: file("ca.pem"), CertFile: file("client.pem"), KeyFile: file("client.key")}
		b.deliver(t, Security{TLS: good})
		copied := func(name string) string {
			text, err := os.ReadFile(file(name))
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		unknown := good
		unknown.CAFile = write(t, filepath.Join(t.TempDir(), "ca.pem"), newAuthority(t).pem)
		b.refuses(t, Security{TLS: unknown}, func() { write(t, unknown.CAFile, copied("ca.pem")) }, "TLS with "+b.brokers[0], "is kafka.tls.ca_file the right one?")
		late := good
		late.CertFile = write(t, filepath.Join(t.TempDir(), "client.pem"), copied("expired.pem"))
		b.refuses(t, Security{TLS: late}, func() { write(t, late.CertFile, copied("client.pem")) }, "our certificate", "kafka.tls.cert_file", "expired")
		none := good
		none.CertFile, none.KeyFile = "", ""
		b.refuses(t, Security{TLS: none}, nil, "certificate", "kafka.tls.cert_file")
		b.refuses(t, Security{}, nil, "does it want kafka.tls or kafka.sasl?")
		c.old.refuses(t, Security{TLS: good}, nil, "TLS with "+c.old.brokers[0], "expired")
		c.other.refuses(t, Security{TLS: good}, nil, "TLS with "+c.other.brokers[0], "127.0.0.1", "kafka.tls.server_name")
		named := good
		named.ServerName = "kafka.example"
		b.refuses(t, Security{TLS: named}, nil, "kafka.example")
		c.other.deliver(t, Security{TLS: named})
	})
}
