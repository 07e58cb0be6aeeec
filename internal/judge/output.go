package judge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A link end whose agent or ifIndex is null has these.
const (
	noAgent   = "\x00"
	noIfIndex = -1
)

type linkEnd struct {
	Agent   *string `json:"agent"`
	IfIndex *int64  `json:"ifindex"`
}

type topologyRow struct {
	ID     string  `json:"id"`
	Link   *string `json:"link"` // absent: no link
	Source string  `json:"source"`
	State  string  `json:"state"`
	A      linkEnd `json:"a"`
	B      linkEnd `json:"b"`
}

type pathRow struct {
	Flow  Key       `json:"flow"`
	Time  time.Time `json:"time"`
	State string    `json:"state"`
	Cause string    `json:"cause"`
	Hops  []struct {
		Agent *string `json:"agent"`
	} `json:"hops"`
}

// switches names the hops as the truth does, by their agents.
func (p *pathRow) switches(agents map[string]string) []string {
	names := make([]string, 0, len(p.Hops))
	for _, h := range p.Hops {
		switch {
		case h.Agent == nil:
			names = append(names, noAgent)
		case agents[*h.Agent] != "":
			names = append(names, agents[*h.Agent])
		default:
			names = append(names, *h.Agent)
		}
	}
	return names
}

type elephantRow struct {
	Alert    string     `json:"alert"`
	Episode  int        `json:"episode"`
	State    string     `json:"state"`
	Time     time.Time  `json:"time"`
	Detected *time.Time `json:"detected"`
	Flow     Key        `json:"flow"`
}

// rows calls f with each line of a JSON lines file of dir.
func rows[T any](dir, name string, f func(*T) error) error {
	name = filepath.Join(dir, name)
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		row := new(T)
		err := json.Unmarshal(lines.Bytes(), row)
		if err == nil {
			err = f(row)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// unix gives a time as the truth has it.
func unix(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}
