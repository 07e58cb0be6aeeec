package pages

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spoor/internal/testkit/certificate"
)

// secrets makes the files that configurations on the pages name.
func secrets(t *testing.T, dir string) {
	t.Helper()
	pair := certificate.Authority(t, func(c *x509.Certificate) { c.DNSNames = []string{"localhost"} })
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := pair.Text, pair.Key
	for name, text := range map[string][]byte{
		"ca.pem": certPEM, "client.pem": certPEM, "client.key": keyPEM, "server.pem": certPEM, "server.key": keyPEM,
		"names.csv":     []byte("agent,ifIndex,name,alias,speed\n10.255.0.1,,leaf1,,\n10.255.0.1,150,swp5,to spine1,100G\n"),
		"topology.json": []byte(`{"nodes":{"leaf1":{"agent":"10.255.0.1","ports":{"swp5":{"ifindex":"150"}}},"spine1":{"agent":"10.254.0.1","ports":{"swp1":{"ifindex":"1"}}}},"links":{"a":{"node1":"leaf1","port1":"swp5","node2":"spine1","port2":"swp1"}}}`),
		"password":      []byte("secret\n"), "registry-password": []byte("secret\n"), "token": []byte(strings.Repeat("0123456789abcdef", 3) + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
