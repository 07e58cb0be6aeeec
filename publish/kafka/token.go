package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// tokens gives the tokens of mechanism OAUTHBEARER: from a file, or by OAuth 2.0
// client credentials (RFC 6749, section 4.4), kept until shortly before their end.
type tokens struct {
	cfg *SASLConfig

	mu    sync.Mutex
	value string
	until time.Time
}

// tokenTimeout bounds a request for a token.
const tokenTimeout = 10 * time.Second

func (t *tokens) token(ctx context.Context) (string, error) {
	if t.cfg.TokenFile != "" {
		return secret("kafka.sasl.token_file", "", t.cfg.TokenFile)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().Before(t.until) {
		return t.value, nil
	}
	value, life, err := t.fetch(ctx)
	if err != nil {
		return "", fmt.Errorf("sasl.token_url: %w", err)
	}
	t.value, t.until = value, time.Now().Add(life*4/5)
	return value, nil
}

// answer of a token endpoint, RFC 6749, section 5.
type tokenAnswer struct {
	Token       string  `json:"access_token"`
	Seconds     float64 `json:"expires_in"`
	Error       string  `json:"error"`
	Description string  `json:"error_description"`
}

func (t *tokens) fetch(ctx context.Context) (value string, life time.Duration, err error) {
	pass, err := secret("kafka.sasl.client_secret_file", t.cfg.ClientSecret, t.cfg.ClientSecretFile)
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(t.cfg.Scopes) > 0 {
		form.Set("scope", strings.Join(t.cfg.Scopes, " "))
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.cfg.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(url.QueryEscape(t.cfg.ClientID), url.QueryEscape(pass))
	client := http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	var a tokenAnswer
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", 0, err
	}
	err = json.Unmarshal(body, &a)
	switch {
	case res.StatusCode != http.StatusOK:
		return "", 0, fmt.Errorf("%s %s %s", res.Status, a.Error, a.Description)
	case err != nil:
		return "", 0, err
	case a.Token == "":
		return "", 0, errors.New("the answer has no access_token")
	}
	return a.Token, time.Duration(a.Seconds * float64(time.Second)), nil
}
