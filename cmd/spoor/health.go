package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout bounds the whole question: /healthz answers within a second, well or not.
const healthTimeout = 5 * time.Second

func (c *cli) healthCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask the spoor that runs here whether it is well",
		Long: "health asks /healthz at http.listen, for containers and scripts: status 0 if all is well, 1 with the reason\n" +
			"if not or if nobody answers.",
		Example:     "  spoor health --http.listen 127.0.0.1:8080",
		Annotations: map[string]string{foremost: "config http.listen"},
		Args:        noArguments,
		RunE: c.command(func(cmd *cobra.Command, _ []string, _ *slog.Logger) error {
			address, err := askAt(c.cfg.HTTP.Listen)
			if err != nil {
				return err
			}
			c.working = true
			return c.health(cmd.Context(), address)
		}),
	}
}

// askAt gives the address at which a program that listens there is reached from this machine.
func askAt(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	switch {
	case listen == "":
		return "", errors.New("health: http.listen is empty: there is nobody to ask")
	case err != nil:
		return "", fmt.Errorf("http.listen: %w", err)
	case port == "0":
		return "", errors.New("health: http.listen has port 0, which is any: name the one in use")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // not localhost: an image without /etc/hosts does not know it
	}
	return net.JoinHostPort(host, port), nil
}

// health asks at an address. It gives an error that says what is wrong, nil if nothing is.
func (c *cli) health(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy: it is this machine
	base := "http://" + address
	if file := c.cfg.HTTP.CertFile; file != "" {
		trust, err := ownTLS(file, true)
		if err != nil {
			return fmt.Errorf("health: %w", err)
		}
		transport.TLSClientConfig, base = trust, "https://"+address
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", http.NoBody)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	client := &http.Client{Transport: transport}
	answer, err := client.Do(req)
	if err != nil {
		return unanswered(base, "http.listen says", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode == http.StatusOK && err == nil {
		return nil
	}
	return fmt.Errorf("health: %s: %s", answer.Status, strings.Join(strings.Fields(string(said)), " "))
}
