package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// TestAskOverTLS: with http.tls, health and doctor ask here over HTTPS, whatever name the certificate has, and trust no other.
func TestAskOverTLS(t *testing.T) {
	noLeaks(t)
	certFile, keyFile := selfSigned(t, "spoor.example.net")
	tls := []string{"--http.tls.cert_file", certFile, "--http.tls.key_file", keyFile}
	d := start(t, append([]string{"--data_dir", t.TempDir()}, tls...)...)
	at := append([]string{"--http.listen", d.HTTP.String()}, tls...)
	if r := spoor(t, append([]string{"health"}, at...)...); r != (result{}) {
		t.Errorf("health: %+v", r)
	}
	if r := spoor(t, append([]string{"doctor"}, at...)...); !strings.Contains(r.out, "embedded") {
		t.Errorf("doctor: %+v", r)
	}
	wrong(t, 1, "0000000000000001 is unknown: no flow", append([]string{"explain", "0000000000000001"}, at...)...)
	otherCert, otherKey := selfSigned(t, "spoor.example.net")
	other := []string{"--http.listen", d.HTTP.String(), "--http.tls.cert_file", otherCert, "--http.tls.key_file", otherKey}
	wrong(t, 1, "nobody answers at https://", append([]string{"health"}, other...)...)
	wrong(t, 1, "nobody answers at https://", append([]string{"doctor"}, other...)...)
}

// selfSigned writes a certificate for a name.
func selfSigned(t *testing.T, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "server.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		write(t, "server.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}
