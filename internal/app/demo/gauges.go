package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"spoor/web"
)

// gauges reads the program's own metrics, as Prometheus would.
type gauges struct {
	url    string
	token  string // the file that holds it, "" none is asked for
	client http.Client
}

// newGauges asks the server that has this configuration and address.
func newGauges(c *web.Config, addr netip.AddrPort) gauges {
	g := gauges{url: scheme(c) + addr.String(), token: c.TokenFile}
	t := &http.Transport{DisableKeepAlives: true}
	if c.CertFile != "" {
		t.TLSClientConfig = itself(c)
	}
	g.client.Transport = t
	return g
}

func scheme(c *web.Config) string {
	if c.CertFile != "" {
		return "https://"
	}
	return "http://"
}

// itself trusts the program's own certificate, by the name that it has.
func itself(c *web.Config) *tls.Config {
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil || pair.Leaf == nil {
		return nil // the server has said why
	}
	own := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	own.RootCAs.AddCert(pair.Leaf)
	switch leaf := pair.Leaf; {
	case len(leaf.DNSNames) > 0:
		own.ServerName = leaf.DNSNames[0]
	case len(leaf.IPAddresses) > 0:
		own.ServerName = leaf.IPAddresses[0].String()
	}
	return own
}

// read gives every series, and the sum of those that share a name with labels
// under the bare name; nil if there was no answer in time.
func (g *gauges) read(ctx context.Context) map[string]float64 {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url+"/metrics", http.NoBody)
	if err != nil {
		return nil
	}
	if g.token != "" {
		token, err := os.ReadFile(g.token)
		if err != nil {
			return nil
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	return series(resp.Body)
}

// await waits until so many datagrams were read, not for long.
func (g *gauges) await(ctx context.Context, datagrams uint64) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if m := g.read(ctx); m["spoor_datagrams_received_total"] >= float64(datagrams) {
			return
		}
	}
}

func series(r io.Reader) map[string]float64 {
	m := make(map[string]float64)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		i := strings.LastIndexByte(line, ' ')
		if i < 0 || line[0] == '#' {
			continue
		}
		x, err := strconv.ParseFloat(line[i+1:], 64)
		if err != nil {
			continue
		}
		name := line[:i]
		m[name] += x
		if bare, _, labelled := strings.Cut(name, "{"); labelled {
			m[bare] += x
		}
	}
	return m
}
