package judge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
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

// LinkEnd is one end of a link; nil means null.
type LinkEnd struct {
	Agent   *string `json:"agent"`
	IfIndex *int64  `json:"ifindex"`
}

// TopologyRow is a message of the topology topic.
type TopologyRow struct {
	ID     string  `json:"id"`
	Link   *string `json:"link"` // absent: no link
	Source string  `json:"source"`
	State  string  `json:"state"`
	A      LinkEnd `json:"a"`
	B      LinkEnd `json:"b"`
}

// PathRow is a message of the paths topic.
type PathRow struct {
	Flow  Key       `json:"flow"`
	Time  time.Time `json:"time"`
	State string    `json:"state"`
	Cause string    `json:"cause"`
	Hops  []HopRow  `json:"hops"`
	// FirstSeen is when the flow's first sample arrived, zero = unknown.
	FirstSeen time.Time `json:"first_seen"`
	// Alternatives of a multipath message, by the names of their switches.
	Alternatives []Route `json:"alternatives"`
}

// HopRow is a switch of a path; Agent is nil where no agent reports.
type HopRow struct {
	Agent *string `json:"agent"`
}

// switches names the hops as the truth does, by their agents.
func (p *PathRow) switches(agents map[string]string) []string {
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

// ElephantRow is a message of the elephants topic.
type ElephantRow struct {
	Alert    string     `json:"alert"`
	Episode  int        `json:"episode"`
	State    string     `json:"state"`
	Time     time.Time  `json:"time"`
	Detected *time.Time `json:"detected"`
	Flow     Key        `json:"flow"`
}

// Messages are what spoor published, in the order in which it did.
type Messages struct {
	Topology  []TopologyRow
	Paths     []PathRow
	Elephants []ElephantRow
}

// read gives the messages in the files that replay wrote into dir.
func read(dir string) (m *Messages, err error) {
	m = &Messages{}
	if m.Topology, err = rows[TopologyRow](dir, "topology.jsonl"); err != nil {
		return nil, err
	}
	if m.Paths, err = rows[PathRow](dir, "paths.jsonl"); err != nil {
		return nil, err
	}
	if m.Elephants, err = rows(dir, "elephants.jsonl", (*ElephantRow).check); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *ElephantRow) check() error {
	if m.State == "started" && m.Detected == nil {
		return errors.New("started, but not detected")
	}
	return nil
}

// rows gives the lines of a JSON lines file of dir, each checked.
func rows[T any](dir, name string, checks ...func(*T) error) (all []T, err error) {
	name = filepath.Join(dir, name)
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var row T
		err := json.Unmarshal(lines.Bytes(), &row)
		for _, check := range checks {
			if err == nil {
				err = check(&row)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		all = append(all, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// unix gives a time as the truth has it.
func unix(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}
