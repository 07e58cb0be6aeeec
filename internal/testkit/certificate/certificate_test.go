package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"
)

// TestPairs: what an authority issued is trusted by who trusts the authority, as it was changed, and by nobody else.
func TestPairs(t *testing.T) {
	a := Authority(t, nil)
	past := time.Now().Add(-time.Minute)
	good := a.Issue(t, nil)
	for name, c := range map[string]struct {
		pair *Pair
		by   *Pair
		host string
		ok   bool
	}{
		"issued":            {good, a, "127.0.0.1", true},
		"of another":        {good, Authority(t, nil), "127.0.0.1", false},
		"for another":       {good, a, "127.0.0.2", false},
		"too old, same key": {a.Issue(t, func(c *x509.Certificate) { c.NotAfter = past }, good), a, "127.0.0.1", false},
		"named":             {a.Issue(t, func(c *x509.Certificate) { c.DNSNames = []string{"a.example"} }), a, "a.example", true},
		"signs itself":      {a, a, "127.0.0.1", true},
		"signed by no CA":   {good.Issue(t, nil), good, "127.0.0.1", false},
	} {
		if _, err := c.pair.Cert.Verify(x509.VerifyOptions{Roots: c.by.Roots(), DNSName: c.host}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tls.LoadX509KeyPair(c.pair.Files(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
