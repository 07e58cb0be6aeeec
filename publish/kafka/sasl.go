package kafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	saslgo "github.com/segmentio/kafka-go/sasl"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Mechanisms of SASL, as they are configured.
const (
	SASLNone   = "none"
	SASLPlain  = "plain"
	SASLScram1 = "scram-sha-256"
	SASLScram2 = "scram-sha-512"
	SASLBearer = "oauthbearer"
)

// Secret is a text that no formatting shows.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(hidden)"
}

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// SASLConfig says as whom to log in. Files are read anew at each login; those of
// passwords must be there from the start, a token may come later.
type SASLConfig struct {
	Mechanism    string // "" = none
	Username     string
	Password     Secret
	PasswordFile string // in place of Password

	TokenFile        string // of oauthbearer: a file with the token,
	TokenURL         string // or OAuth 2.0 client credentials at this address
	ClientID         string
	ClientSecret     Secret
	ClientSecretFile string // in place of ClientSecret
	Scopes           []string
}

func (c *SASLConfig) validate() error {
	switch c.Mechanism {
	case "", SASLNone:
		if c.Username != "" || c.Password != "" || c.PasswordFile != "" || c.TokenFile != "" || c.TokenURL != "" {
			return errors.New("kafka.sasl.mechanism is none, and a login is given: name the mechanism that your brokers want")
		}
	case SASLPlain, SASLScram1, SASLScram2:
		if c.Username == "" {
			return fmt.Errorf("kafka.sasl.mechanism %s wants kafka.sasl.username", c.Mechanism)
		}
		if (c.Password == "") == (c.PasswordFile == "") {
			return fmt.Errorf("kafka.sasl.mechanism %s wants either kafka.sasl.password or kafka.sasl.password_file", c.Mechanism)
		}
		_, err := secret("kafka.sasl.password_file", c.Password, c.PasswordFile)
		return err
	case SASLBearer:
		if (c.TokenFile == "") == (c.TokenURL == "") {
			return errors.New("kafka.sasl.mechanism oauthbearer wants either kafka.sasl.token_file or kafka.sasl.token_url")
		}
		if c.TokenURL != "" && (c.ClientID == "" || (c.ClientSecret == "") == (c.ClientSecretFile == "")) {
			return errors.New("kafka.sasl.token_url wants kafka.sasl.client_id and either kafka.sasl.client_secret or kafka.sasl.client_secret_file")
		}
		_, err := secret("kafka.sasl.client_secret_file", c.ClientSecret, c.ClientSecretFile)
		return err
	default:
		return fmt.Errorf("kafka.sasl.mechanism %q is unknown", c.Mechanism)
	}
	return nil
}

// secret gives a secret, from its file if it is in one.
func secret(name string, value Secret, file string) (string, error) {
	if file == "" {
		return string(value), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	s := strings.TrimRight(string(b), "\r\n")
	if s == "" {
		return "", fmt.Errorf("%s: %s is empty", name, file)
	}
	return s, nil
}

// mechanism gives franz-go's mechanism, nil if there is none.
func (c *SASLConfig) mechanism() sasl.Mechanism {
	switch c.Mechanism {
	case SASLPlain:
		return plain.Plain(func(context.Context) (plain.Auth, error) {
			p, err := secret("kafka.sasl.password_file", c.Password, c.PasswordFile)
			return plain.Auth{User: c.Username, Pass: p}, err
		})
	case SASLScram1:
		return scram.Sha256(c.scram)
	case SASLScram2:
		return scram.Sha512(c.scram)
	case SASLBearer:
		t := &tokens{cfg: c}
		return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
			token, err := t.token(ctx)
			return oauth.Auth{Token: token}, err
		})
	}
	return nil
}

func (c *SASLConfig) scram(context.Context) (scram.Auth, error) {
	p, err := secret("kafka.sasl.password_file", c.Password, c.PasswordFile)
	return scram.Auth{User: c.Username, Pass: p}, err
}

// login is franz-go's mechanism as kafka-go wants it, and remembers how the
// last login went: kafka-go tells a refused one as "Broker Not Available".
type login struct {
	mechanism sasl.Mechanism
	who       string
	refused   atomic.Bool
}

func newLogin(c *SASLConfig) *login {
	m := c.mechanism()
	if m == nil {
		return nil
	}
	who := c.Username
	if c.Mechanism == SASLBearer {
		who = c.ClientID
	}
	return &login{mechanism: m, who: who}
}

// Name implements kafka-go's Mechanism.
func (l *login) Name() string { return l.mechanism.Name() }

// Start implements kafka-go's Mechanism.
func (l *login) Start(ctx context.Context) (saslgo.StateMachine, []byte, error) {
	l.refused.Store(true) // until it is over
	host := ""
	if m := saslgo.MetadataFromContext(ctx); m != nil {
		host = m.Host
	}
	s, first, err := l.mechanism.Authenticate(ctx, host)
	return &loginSession{l, s}, first, err
}

type loginSession struct {
	login   *login
	session sasl.Session
}

// Next implements kafka-go's StateMachine.
func (s *loginSession) Next(_ context.Context, challenge []byte) (done bool, response []byte, err error) {
	done, response, err = s.session.Challenge(challenge)
	if done && err == nil {
		s.login.refused.Store(false)
	}
	return done, response, err
}

// explain adds to an error that the last login did not succeed.
func (l *login) explain(err error) error {
	if err == nil || l == nil || !l.refused.Load() {
		return err
	}
	who := ""
	if l.who != "" {
		who = fmt.Sprintf(" as %q", l.who)
	}
	return &loginError{fmt.Errorf("the login with %s%s did not succeed, look at kafka.sasl: %w", l.Name(), who, err)}
}

// loginError marks an error as one of a login.
type loginError struct{ err error }

func (e *loginError) Error() string { return e.err.Error() }

func (e *loginError) Unwrap() error { return e.err }
