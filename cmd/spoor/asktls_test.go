package main

import (
	"crypto/x509"
	"strings"
	"testing"

	"spoor/internal/testkit/certificate"
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
	return certificate.Authority(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{name} }).Files(t)
}
