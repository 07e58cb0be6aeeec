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

	"spoor/internal/testkit/certificate"
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
		ca, c := certificate.Authority(t, nil), &certified{dir: t.TempDir()}
		past := time.Now().Add(-time.Minute)
		client := ca.Issue(t, nil)
		expired := ca.Issue(t, func(x *x509.Certificate) { x.NotAfter = past }, client)
		for name, text := range map[string][]byte{"ca.pem": ca.Text, "client.pem": client.Text, "client.key": client.Key, "expired.pem": expired.Text} {
			write(t, filepath.Join(c.dir, name), string(text))
		}
		c.right = tlsBroker(t, ca, nil)
		c.old = tlsBroker(t, ca, func(x *x509.Certificate) { x.NotAfter = past })
		c.other = tlsBroker(t, ca, func(x *x509.Certificate) { x.IPAddresses, x.DNSNames = nil, []string{"kafka.example"} })
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

// tlsBroker starts an embedded broker whose certificate is changed by f.
func tlsBroker(t *testing.T, ca *certificate.Pair, f func(*x509.Certificate)) bench {
	t.Helper()
	own := ca.Issue(t, f)
	pair, err := tls.X509KeyPair(own.Text, own.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := kfake.NewCluster(kfake.DataDir(t.TempDir()), kfake.TLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: ca.Roots(), ClientAuth: tls.RequireAndVerifyClientCert,
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
		unknown.CAFile = write(t, filepath.Join(t.TempDir(), "ca.pem"), string(certificate.Authority(t, nil).Text))
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
