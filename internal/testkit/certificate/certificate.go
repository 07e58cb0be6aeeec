// Package certificate makes certificates for tests.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Pair is a certificate with its key, both also as PEM texts. It is valid from an
// hour ago for two hours, for 127.0.0.1, unless it was changed when it was made.
type Pair struct {
	Cert *x509.Certificate
	Text []byte
	Key  []byte
	key  *ecdsa.PrivateKey
}

// Authority makes a pair that signs itself and may sign others; change, if there is one, sees it before.
func Authority(tb testing.TB, change func(*x509.Certificate)) *Pair {
	tb.Helper()
	p := &Pair{key: newKey(tb)}
	p.sign(tb, p, func(c *x509.Certificate) {
		c.IsCA = true
		if change != nil {
			change(c)
		}
	})
	return p
}

// Issue makes a pair that the authority a signs, with a new key or that of a pair there is.
func (a *Pair) Issue(tb testing.TB, change func(*x509.Certificate), of ...*Pair) *Pair {
	tb.Helper()
	p := &Pair{}
	if len(of) > 0 {
		p.key = of[0].key
	} else {
		p.key = newKey(tb)
	}
	p.sign(tb, a, change)
	return p
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// sign completes a pair that has its key.
func (a *Pair) sign(tb testing.TB, by *Pair, change func(*x509.Certificate)) {
	tb.Helper()
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "spoor"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	if change != nil {
		change(c)
	}
	parent := by.Cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &a.key.PublicKey, by.key)
	if err != nil {
		tb.Fatal(err)
	}
	if a.Cert, err = x509.ParseCertificate(der); err != nil {
		tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		tb.Fatal(err)
	}
	a.Text = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	a.Key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// Roots trusts the certificate.
func (a *Pair) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Cert)
	return pool
}

// Files puts the certificate and its key into files of their own.
func (a *Pair) Files(tb testing.TB) (certFile, keyFile string) {
	tb.Helper()
	dir := tb.TempDir()
	certFile, keyFile = filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")
	for name, text := range map[string][]byte{certFile: a.Text, keyFile: a.Key} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return certFile, keyFile
}
