package web

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// keypair is a certificate in files that are read again when they changed.
type keypair struct {
	cert, key string

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time
	looked  time.Time
}

// get gives the certificate. After the first time unreadable files leave what was known.
func (k *keypair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pair != nil && time.Since(k.looked) < lookEvery {
		return k.pair, nil
	}
	k.looked = time.Now()
	st, err := os.Stat(k.cert)
	if err == nil && k.pair != nil && st.ModTime().Equal(k.changed) {
		return k.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(k.cert, k.key)
	}
	switch {
	case err == nil:
		k.pair, k.changed = &pair, st.ModTime()
	case k.pair == nil:
		return nil, fmt.Errorf("http.tls.cert_file, http.tls.key_file: %w", err)
	}
	return k.pair, nil
}

func (k *keypair) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: k.get, NextProtos: []string{"h2", "http/1.1"}}
}
