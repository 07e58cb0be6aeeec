package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// FileError is a mistake in a configuration file.
type FileError struct {
	File         string
	Line, Column int // from 1; 0 where no place can be named
	Err          error
}

// Error gives "file:line:column: what is wrong".
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap gives what is wrong.
func (e *FileError) Unwrap() error { return e.Err }

// maxMistakes is how many of a file are told one by one.
const maxMistakes = 20

// reader walks one file.
type reader struct {
	set      *Set
	name     string
	seen     map[string]bool
	mistakes []error
}

// File applies a YAML file whose name is used in errors. Of one that is no YAML it tells the first
// mistake, else each, in a line of its own: an unknown key, a key given twice, a value of the wrong type.
func (s *Set) File(name string, data []byte) error {
	r := &reader{set: s, name: name, seen: map[string]bool{}}
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return r.syntax(err)
	}
	bodies := slices.DeleteFunc(f.Docs, func(d *ast.DocumentNode) bool { return empty(d.Body) })
	switch len(bodies) {
	case 0:
		return nil
	case 1:
		r.section("", bodies[0].Body)
		if n := len(r.mistakes); n > maxMistakes {
			r.mistakes = append(r.mistakes[:maxMistakes], &FileError{File: name, Err: fmt.Errorf("and %d more mistakes", n-maxMistakes)})
		}
		return errors.Join(r.mistakes...)
	}
	return r.at(bodies[1].Body, errors.New("a second document: one is wanted"))
}

func empty(n ast.Node) bool {
	if n == nil {
		return true
	}
	switch n.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return true
	}
	return false
}

// at adds the place of n to err.
func (r *reader) at(n ast.Node, err error) error { return r.atToken(n.GetToken(), err) }

func (r *reader) atToken(t *token.Token, err error) error {
	e := &FileError{File: r.name, Err: err}
	if t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	return e
}

// syntax turns a parser's error, which prints source lines, into one line.
func (r *reader) syntax(err error) error {
	type placed interface {
		GetToken() *token.Token
		GetMessage() string
	}
	var p placed
	if errors.As(err, &p) {
		message := p.GetMessage()
		if strings.Contains(message, "'\t'") || strings.Contains(message, "tab character") {
			message = "a tab: YAML wants spaces in front of a key"
		}
		if strings.Contains(message, "not allowed in this context") {
			message = "this cannot stand here: keys of one section begin in the same column, and a colon is followed by a space"
		}
		return r.atToken(p.GetToken(), errors.New(message))
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &FileError{File: r.name, Err: errors.New(first)}
}

// section reads a mapping whose keys have the given prefix ("" or "kafka.").
func (r *reader) section(prefix string, n ast.Node) {
	if empty(n) {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		err := errors.New("keys with values are wanted, such as \"collector: dc1\"")
		if prefix != "" {
			err = fmt.Errorf("%s is a section: keys below it are wanted", strings.TrimSuffix(prefix, "."))
		}
		r.mistakes = append(r.mistakes, r.at(n, err))
		return
	}
	for it := m.MapRange(); it.Next(); {
		if err := r.entry(prefix, it.Key(), it.Value()); err != nil {
			r.mistakes = append(r.mistakes, err)
		}
	}
}

// entry reads one key, which may be a section.
func (r *reader) entry(prefix string, key ast.MapKeyNode, value ast.Node) error {
	name := prefix + text(key)
	if i := r.set.index(name); i >= 0 {
		if r.seen[name] {
			return r.at(key, fmt.Errorf("key %q is given twice", name))
		}
		r.seen[name] = true
		return r.value(i, key, value)
	}
	if slices.ContainsFunc(r.set.keys, func(k Key) bool { return strings.HasPrefix(k.Name, name+".") }) {
		r.section(name+".", value)
		return nil
	}
	return r.at(key, r.set.unknown(name))
}

// unknown is the error of a name that is no key.
func (s *Set) unknown(name string) error {
	var names []string
	for i := range s.keys {
		n := s.keys[i].Name
		names = append(names, n)
		// Sections are names as well; a mistake in one is one mistake.
		if j := strings.IndexByte(n, '.'); j > 0 && !slices.Contains(names, n[:j]) {
			names = append(names, n[:j])
		}
	}
	if n := Nearest(name, names); n != "" {
		return fmt.Errorf("unknown key %q: did you mean %q?", name, n)
	}
	return fmt.Errorf("unknown key %q", name)
}

// value reads the setting of key i.
func (r *reader) value(i int, key ast.MapKeyNode, n ast.Node) error {
	if empty(n) {
		return r.at(key, fmt.Errorf("%s has no value: give one or leave the key out", r.set.keys[i].Name))
	}
	items, bad := r.items(i, n)
	if bad != nil {
		return r.at(bad, fmt.Errorf("%s: %s", r.set.keys[i].Name, wanted(r.set.keys[i].Value)))
	}
	if err := r.set.apply(i, items, FromFile); err != nil {
		return r.at(n, fmt.Errorf("%s: %w", r.set.keys[i].Name, err))
	}
	r.set.places[i] = FileError{File: r.name}
	if t := n.GetToken(); t != nil && t.Position != nil {
		r.set.places[i].Line, r.set.places[i].Column = t.Position.Line, t.Position.Column
	}
	return nil
}

func wanted(v Value) string {
	switch v.Shape() {
	case List:
		return "a list of " + v.Kind() + " is wanted"
	case Map:
		return "a mapping of names to values is wanted"
	case Scalar:
	}
	return "one " + v.Kind() + " is wanted"
}

// items turns the node of key i into items; bad is a node of the wrong type.
func (r *reader) items(i int, n ast.Node) (items []string, bad ast.Node) {
	shape := r.set.keys[i].Value.Shape()
	switch n := n.(type) {
	case *ast.SequenceNode:
		if shape == Scalar {
			return nil, n
		}
		for _, e := range n.Values {
			item, ok := item(e)
			if !ok {
				return nil, e
			}
			items = append(items, item)
		}
		return items, nil
	case ast.MapNode:
		if shape != Map {
			return nil, n.(ast.Node)
		}
		for it := n.MapRange(); it.Next(); {
			if _, ok := it.Value().(ast.ScalarNode); !ok {
				return nil, it.Value()
			}
			items = append(items, text(it.Key())+"="+text(it.Value()))
		}
		return items, nil
	case ast.ScalarNode:
		return r.set.split(i, text(n)), nil
	}
	return nil, n
}

// item gives an element of a list. Inside braces the parser takes kafka1:9092 for a
// mapping, which YAML does not where no space follows the colon.
func item(n ast.Node) (string, bool) {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) == 1 {
		key, value := m.Values[0].Key, m.Values[0].Value
		_, plain := value.(ast.ScalarNode)
		return text(key) + ":" + text(value), plain && value.GetToken().Position.Offset == m.Values[0].Start.Position.Offset+1
	}
	_, ok := n.(ast.ScalarNode)
	return text(n), ok
}

// text gives a scalar as it was written.
func text(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	return n.GetToken().Value
}
