package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Bounds of asking a running collector.
const (
	askFor    = 30 * time.Second
	maxAnswer = 16 << 20
)

// collectorURL gives where to ask: as said, or where a collector with this configuration listens.
func (c *cli) collectorURL(where string) (string, error) {
	if where == "" {
		host, port, err := net.SplitHostPort(c.cfg.HTTP.Listen)
		if err != nil {
			return "", errors.New("http.listen is empty: say with --url where the collector answers")
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		where = "http://" + net.JoinHostPort(host, port)
		if c.cfg.HTTP.CertFile != "" {
			where = "https://" + net.JoinHostPort(host, port)
		}
	}
	u, err := url.Parse(where)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("--url: %q is no address such as http://collector1:8080", where)
	}
	return strings.TrimSuffix(where, "/"), nil
}

// ask puts a question to a running collector, with the token of http.token_file,
// and reads its answer into v. A refusal is told in the collector's words.
func (c *cli) ask(ctx context.Context, base, question string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+question, http.NoBody)
	if err != nil {
		return err
	}
	client, err := c.asker(req)
	if err != nil {
		return err
	}
	answer, err := client.Do(req)
	if err != nil {
		return unanswered(base, "http.listen, or --url, says", err)
	}
	defer func() { _ = answer.Body.Close() }() // read only
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		var p struct {
			Detail string `json:"detail"`
		}
		if json.Unmarshal(body, &p) != nil || p.Detail == "" {
			return fmt.Errorf("%s: %s", base, answer.Status)
		}
		return errors.New(p.Detail)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%s answers something else than spoor: %w", base, err)
	}
	return nil
}

// unanswered says who was asked in vain, and why.
func unanswered(base, says string, err error) error {
	if asked, ok := errors.AsType[*url.Error](err); ok {
		err = asked.Err // without the whole question
	}
	return fmt.Errorf("nobody answers at %s: does spoor run there? %s where to ask: %w", base, says, err)
}

// asker gives the token to a request, and a client that trusts the certificate of http.tls as well.
func (c *cli) asker(req *http.Request) (*http.Client, error) {
	h := &c.cfg.HTTP
	if h.TokenFile != "" {
		token, err := os.ReadFile(h.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("http.token_file: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	if h.CertFile == "" {
		return http.DefaultClient, nil
	}
	own, _ := c.collectorURL("")
	trust, err := ownTLS(h.CertFile, strings.HasPrefix(req.URL.String(), own+"/"))
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: trust}}, nil
}

// ownTLS trusts the collector's own certificate. Who is asked here, at http.listen, has an address that its certificate
// need not have, so the name in it is expected instead.
func ownTLS(certFile string, here bool) (*tls.Config, error) {
	own, err := os.ReadFile(certFile)
	if err != nil {
		return nil, fmt.Errorf("http.tls.cert_file: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(own)
	trust := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if !here {
		return trust, nil
	}
	block, _ := pem.Decode(own)
	if block == nil {
		return nil, fmt.Errorf("http.tls.cert_file: %s holds no certificate in PEM form", certFile)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("http.tls.cert_file: %s: %w", certFile, err)
	}
	switch {
	case len(cert.DNSNames) > 0:
		trust.ServerName = strings.Replace(cert.DNSNames[0], "*", "spoor", 1)
	case len(cert.IPAddresses) > 0:
		trust.ServerName = cert.IPAddresses[0].String()
	}
	return trust, nil
}
