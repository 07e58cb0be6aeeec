package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Key is one setting.
type Key struct {
	Name  string // dotted: "kafka.brokers"
	Help  string // one or two sentences: meaning, unit, what empty means
	Value Value
}

// Env gives the name of the key's environment variable.
func (k *Key) Env() string {
	return "SPOOR_" + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))
}

// Origin says where a setting came from.
type Origin uint8

// Origins, the later wins.
const (
	FromDefault Origin = iota
	FromFile
	FromEnv
	FromFlag
)

// String names the origin in a dump.
func (o Origin) String() string {
	return [...]string{"default", "file", "environment", "flag"}[o]
}

// Set is all keys of the program. It is not for concurrent use.
type Set struct {
	keys   []Key
	origin []Origin
	places []FileError // per key: where the file has it
	flags  [][]string  // per key: items given by flag, nil if none
	given  []bool
	live   func(name string) bool // a running program takes a new value of the key
}

// NewSet makes a set; the order of the keys is that of the dump and the
// reference, keys of one section beside each other. A name used twice panics.
func NewSet(keys ...Key) *Set {
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k.Name] {
			panic("BUG: config key " + k.Name + " twice")
		}
		seen[k.Name] = true
	}
	return &Set{
		keys:   keys,
		origin: make([]Origin, len(keys)),
		places: make([]FileError, len(keys)),
		flags:  make([][]string, len(keys)),
		given:  make([]bool, len(keys)),
	}
}

// Keys gives all keys. The slice is the set's own.
func (s *Set) Keys() []Key { return s.keys }

// Origin says where the key's present setting came from.
func (s *Set) Origin(name string) Origin {
	if i := s.index(name); i >= 0 {
		return s.origin[i]
	}
	return FromDefault
}

// Values gives the settings as they are now, by name, for Changed; later ones leave it as it is. It holds no secrets.
func (s *Set) Values() map[string][]string {
	m := make(map[string][]string, len(s.keys))
	for i := range s.keys {
		m[s.keys[i].Name] = state(s.keys[i].Value)
	}
	return m
}

// Changed gives the names of the settings that differ from earlier Values, in the order of the keys.
func (s *Set) Changed(since map[string][]string) []string {
	var names []string
	for i := range s.keys {
		if !slices.Equal(state(s.keys[i].Value), since[s.keys[i].Name]) {
			names = append(names, s.keys[i].Name)
		}
	}
	return names
}

// MarkLive says of which keys a running program takes a new value when it is told to.
func (s *Set) MarkLive(live func(name string) bool) { s.live = live }

// Live reports whether a running program takes a new value of the key.
func (s *Set) Live(name string) bool { return s.live != nil && s.live(name) }

// AdoptFlags takes over what another set of the same keys was given by flags, for Flags to apply.
func (s *Set) AdoptFlags(from *Set) {
	s.flags, s.given = slices.Clone(from.flags), slices.Clone(from.given)
}

func (s *Set) index(name string) int {
	return slices.IndexFunc(s.keys, func(k Key) bool { return k.Name == name })
}

// apply sets key i.
func (s *Set) apply(i int, items []string, from Origin) error {
	if err := s.keys[i].Value.Set(items); err != nil {
		return err
	}
	s.origin[i] = from
	return nil
}

// Override sets a key by name as a flag would, at once; text is in the form of a flag's.
func (s *Set) Override(name, text string) error {
	i := s.index(name)
	if i < 0 {
		names := make([]string, len(s.keys))
		for j := range s.keys {
			names[j] = s.keys[j].Name
		}
		if n := Nearest(name, names); n != "" {
			return fmt.Errorf("there is no setting %q: did you mean %s?", name, n)
		}
		return fmt.Errorf("there is no setting %q", name)
	}
	if err := s.apply(i, s.split(i, text), FromFlag); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// split cuts what the environment or a flag gives for key i, at commas that do not stand in double quotes.
func (s *Set) split(i int, text string) []string {
	if s.keys[i].Value.Shape() == Scalar {
		return []string{text}
	}
	quoted := false
	items := strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
	for j := range items {
		items[j] = strings.TrimSpace(items[j])
	}
	return slices.DeleteFunc(items, func(s string) bool { return s == "" })
}

// Env applies environment variables ("NAME=value"). Others that begin with
// SPOOR_ are not ours to refuse (Kubernetes makes some), but one that looks
// like a misspelt key comes back as a warning. The error has a line for each mistake.
func (s *Set) Env(environ []string) (warnings []string, err error) {
	var errs []error
	byEnv := make(map[string]int, len(s.keys))
	names := make([]string, len(s.keys))
	for i := range s.keys {
		names[i] = s.keys[i].Env()
		byEnv[names[i]] = i
	}
	for _, e := range environ {
		name, text, ok := strings.Cut(e, "=")
		if !ok || !strings.HasPrefix(name, "SPOOR_") {
			continue
		}
		i, known := byEnv[name]
		if !known {
			if n := Nearest(name, names); n != "" {
				warnings = append(warnings, fmt.Sprintf("environment variable %s is not used: did you mean %s?", name, n))
			}
			continue
		}
		if err := s.apply(i, s.split(i, text), FromEnv); err != nil {
			errs = append(errs, fmt.Errorf("environment variable %s: %w", name, err))
		}
	}
	return warnings, errors.Join(errs...)
}
