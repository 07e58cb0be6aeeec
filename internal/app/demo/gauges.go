package demo

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gauges reads the program's own metrics, as Prometheus would.
type gauges struct {
	url    string
	client http.Client
}

func newGauges(url string) gauges {
	return gauges{url: url, client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
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
