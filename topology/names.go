package topology

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"spoor/flow"
)

// Name is what a person calls a switch (IfIndex 0) or one of its ports.
type Name struct {
	Agent   flow.Addr
	IfIndex uint32
	Name    string  // "" as the agent says
	Alias   string  // of a port: what it is for, "" unknown
	Speed   float64 // bit/s of a port, or of all ports of the switch; 0 as the agent says
}

// maxNamesFile bounds what is read: a line for each port of 10,000 switches is 50 MB.
const maxNamesFile = 256 << 20

// LoadNames reads a file of names.
func LoadNames(path string) ([]Name, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("names.file: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if s, err := f.Stat(); err == nil && s.Size() > maxNamesFile {
		return nil, fmt.Errorf("names.file %s: %d bytes are too many: want %d at most", path, s.Size(), maxNamesFile)
	}
	names, err := parseNames(f)
	if err != nil {
		return nil, fmt.Errorf("names.file %s: %w", path, err)
	}
	return names, nil
}

// namesHeader is what the first line may be, in any case; columns from the third on may be missing.
var namesHeader = []string{"agent", "ifindex", "name", "alias", "speed"}

// parseNames reads names as comma separated values (RFC 4180): agent, ifIndex
// (empty for the switch itself), name, alias, speed ("100G"). Lines that begin
// with # are remarks. An error names the line and its column.
func parseNames(r io.Reader) ([]Name, error) {
	c := csv.NewReader(r)
	c.Comment, c.FieldsPerRecord, c.TrimLeadingSpace, c.ReuseRecord = '#', -1, true, true
	var names []Name
	seen := map[portAddr]int{}
	for first := true; ; first = false {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err // it has its place
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if first {
			row[0] = strings.TrimPrefix(row[0], "\ufeff") // spreadsheets begin with it
			if isHeader(row) {
				continue
			}
		}
		n, column, err := parseName(row)
		line, at := c.FieldPos(min(column, len(row)-1))
		if err != nil {
			if first && errors.Is(err, errNoAgent) {
				err = fmt.Errorf("%w, and no header begins with it: that would be agent,ifIndex,name,alias,speed", err)
			}
			return nil, fmt.Errorf("line %d, column %d: %w", line, at, err)
		}
		k := portAddr{n.Agent, n.IfIndex}
		if other, ok := seen[k]; ok {
			return nil, fmt.Errorf("line %d: the same port or switch stands in line %d", line, other)
		}
		seen[k] = line
		names = append(names, n)
	}
}

var errNoAgent = errors.New("is no agent's address")

func isHeader(row []string) bool {
	for i := range row {
		if i >= len(namesHeader) || !strings.EqualFold(row[i], namesHeader[i]) {
			return false
		}
	}
	return true
}

// parseName reads a line; column is where an error is.
func parseName(row []string) (n Name, column int, err error) {
	field := func(i int) string {
		if i < len(row) {
			return row[i]
		}
		return ""
	}
	addr, err := netip.ParseAddr(row[0])
	if err != nil {
		return n, 0, fmt.Errorf("%q %w", row[0], errNoAgent)
	}
	n.Agent = flow.AddrFromNetip(addr)
	if s := field(1); s != "" {
		v, err := strconv.ParseUint(s, 10, 32)
		if err != nil || v == 0 {
			return n, 1, fmt.Errorf("%q is no ifIndex: want a number from 1, or nothing for the switch itself", s)
		}
		n.IfIndex = uint32(v)
	}
	n.Name, n.Alias = field(2), field(3)
	for i, s := range [...]string{n.Name, n.Alias} {
		if !printable(s) {
			return n, 2 + i, fmt.Errorf("%q has characters that cannot be shown", s)
		}
	}
	if s := field(4); s != "" {
		if n.Speed, err = parseRate(s); err != nil {
			return n, 4, err
		}
	}
	if len(row) > len(namesHeader) {
		return n, len(namesHeader), fmt.Errorf("%d columns: want %s", len(row), strings.Join(namesHeader, ", "))
	}
	if n.Name == "" && n.Alias == "" && n.Speed == 0 {
		return n, 0, errors.New("neither name nor alias nor speed: there is nothing to say")
	}
	return n, 0, nil
}

// printable reports whether a name can be shown everywhere: in metrics, messages and on a page.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Configure puts a new configuration into force, but for Learn and Memory, which
// are of the start. What was learned stays; what only the old one gave is gone.
func (l *Learner) Configure(cfg Config) {
	cfg.Learn, cfg.Memory = l.cfg.Learn, nil
	for _, n := range l.nodes {
		if n == nil || n.id.Inferred() {
			continue
		}
		n.given = ""
		for _, p := range n.ports {
			p.label, p.alias = "", ""
			if !p.given {
				continue
			}
			p.given = false
			if !p.learned && !p.voted {
				p.peer, p.peerPort = 0, 0
				l.linkAt = l.now
				l.Renewed++ // what was seen of it counted for nothing
			}
		}
	}
	l.cfg = cfg
	l.nameHosts()
	l.configure()
	for _, n := range l.nodes {
		if n != nil {
			l.touch(n)
		}
	}
	for _, h := range l.hosts { // order does not matter: a set of marks
		l.dirtyHosts[h] = struct{}{}
	}
}

// configure makes what follows from the configuration.
func (l *Learner) configure() {
	l.speeds, l.shares = indexSpeeds(l.cfg.Speeds), newShares(l.cfg.Share, l.cfg.Shares)
	l.applyNames()
	l.applyStatic()
}

// applyNames gives the configured names; topology.file's count more, and
// topology.speeds' speeds.
func (l *Learner) applyNames() {
	for _, v := range slices.SortedStableFunc(slices.Values(l.cfg.Names), func(a, b Name) int {
		return cmp.Or(a.Agent.Compare(b.Agent), cmp.Compare(a.IfIndex, b.IfIndex))
	}) {
		n := l.node(v.Agent)
		if n == nil {
			continue
		}
		if k := (portAddr{v.Agent, v.IfIndex}); v.Speed > 0 && l.speeds[k] == 0 {
			l.speeds[k] = v.Speed
		}
		if v.IfIndex == 0 {
			n.given = v.Name
		} else if p := l.port(n, v.IfIndex); p != nil {
			p.label, p.alias = v.Name, v.Alias
		}
	}
}
