package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// flagValue keeps what a flag gave until Flags applies it.
type flagValue struct {
	set *Set
	i   int
}

// String gives the present setting: pflag shows it as the default.
func (f *flagValue) String() string {
	if f.set == nil { // pflag makes a zero value to compare with
		return ""
	}
	return strings.Join(f.set.keys[f.i].Value.Items(), ",")
}

// Type names the value in the help.
func (f *flagValue) Type() string {
	v := f.set.keys[f.i].Value
	if v.Shape() == Scalar {
		return v.Kind()
	}
	return v.Kind() + ",..."
}

// Set keeps the items. A list's flag may be repeated, which adds to it.
func (f *flagValue) Set(s string) error {
	items := f.set.split(f.i, s)
	if f.set.keys[f.i].Value.Shape() != Scalar {
		items = append(f.set.flags[f.i], items...)
	}
	f.set.flags[f.i] = items
	f.set.given[f.i] = true
	return nil
}

// Bind adds a flag of each key's name to fs. What the flags give counts only
// once Flags is called, so that the file and the environment can come before.
func (s *Set) Bind(fs *pflag.FlagSet) {
	for i := range s.keys {
		fl := fs.VarPF(&flagValue{s, i}, s.keys[i].Name, "", s.keys[i].Help)
		if _, ok := s.keys[i].Value.(scalar[bool]); ok {
			fl.NoOptDefVal = "true"
		}
	}
}

// Flags applies what the bound flags were given. The error has a line for each mistake.
func (s *Set) Flags() error {
	var errs []error
	for i := range s.keys {
		if !s.given[i] {
			continue
		}
		if secret, _ := isSecret(s.keys[i].Value); secret {
			errs = append(errs, fmt.Errorf("--%s: a secret on the command line can be seen by all: give it in the file, as %s, or in a file of its own with --%s_file",
				s.keys[i].Name, s.keys[i].Env(), s.keys[i].Name))
		} else if err := s.apply(i, s.flags[i], FromFlag); err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", s.keys[i].Name, err))
		}
	}
	return errors.Join(errs...)
}
