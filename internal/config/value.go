package config

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Shape says how many values a key takes.
type Shape uint8

// Shapes.
const (
	Scalar Shape = iota
	List         // in the file a list, elsewhere separated by commas
	Map          // in the file a mapping or a list of name=value
)

// Value is where the setting of a key lives.
type Value interface {
	// Set replaces the setting by items: exactly one for a Scalar. After an
	// error the setting is as before.
	Set(items []string) error
	// Items gives the setting as Set would take it.
	Items() []string
	// Shape says how many items Set takes.
	Shape() Shape
	// Kind names the type of one item to people: "duration", "size".
	Kind() string
}

// scalar is a Value of one item.
type scalar[T any] struct {
	p      *T
	kind   string
	parse  func(string) (T, error)
	format func(T) string
}

func (v scalar[T]) Set(items []string) error {
	if len(items) != 1 {
		return errors.New("one value is wanted, not a list")
	}
	x, err := v.parse(items[0])
	if err == nil {
		*v.p = x
	}
	return err
}

func (v scalar[T]) Items() []string { return []string{v.format(*v.p)} }
func (v scalar[T]) Shape() Shape    { return Scalar }
func (v scalar[T]) Kind() string    { return v.kind }

// list is a Value of any number of items.
type list[T any] struct {
	p      *[]T
	kind   string
	shape  Shape
	parse  func(string) (T, error)
	format func(T) string
}

func (v list[T]) Set(items []string) error {
	xs := make([]T, 0, len(items))
	for _, s := range items {
		x, err := v.parse(s)
		if err != nil {
			return err
		}
		xs = append(xs, x)
	}
	*v.p = xs
	return nil
}

func (v list[T]) Items() []string {
	items := make([]string, len(*v.p))
	for i, x := range *v.p {
		items[i] = v.format(x)
	}
	return items
}

func (v list[T]) Shape() Shape { return v.shape }
func (v list[T]) Kind() string { return v.kind }

// Of makes a Value of one item out of a pair of functions. parse's errors need
// not repeat the key, but should say what would be right.
func Of[T any](p *T, kind string, parse func(string) (T, error), format func(T) string) Value {
	return scalar[T]{p, kind, parse, format}
}

// ListOf is Of for a list.
func ListOf[T any](p *[]T, kind string, parse func(string) (T, error), format func(T) string) Value {
	return list[T]{p, kind, List, parse, format}
}

// MapOf is ListOf for items of the form name=value, which the file may give as a mapping.
func MapOf[T any](p *[]T, kind string, parse func(string) (T, error), format func(T) string) Value {
	return list[T]{p, kind, Map, parse, format}
}

func same(s string) string                 { return s }
func takeString(s string) (string, error)  { return s, nil }
func formatNumber[T integer](n T) string   { return fmt.Sprint(n) }
func formatStringer[T ~string](s T) string { return string(s) }

// integer is any integer type.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// String is a Value of any text.
func String(p *string) Value { return Of(p, "text", takeString, same) }

// secret is a text that is taken and never shown.
type secret[T ~string] struct{ p *T }

// Secret is a text that no dump, help or reference shows, and that the command
// line may not give, for all users of the machine see that.
func Secret[T ~string](p *T) Value { return secret[T]{p} }

func (v secret[T]) Set(items []string) error {
	if len(items) != 1 {
		return errors.New("one value is wanted, not a list")
	}
	*v.p = T(items[0])
	return nil
}

func (v secret[T]) Items() []string { return []string{""} }
func (v secret[T]) Shape() Shape    { return Scalar }
func (v secret[T]) Kind() string    { return "secret" }
func (v secret[T]) hidden() bool    { return *v.p != "" }
func (v secret[T]) mark() string    { return strconv.FormatUint(maphash.String(marks, string(*v.p)), 16) }

// marks makes what tells secrets apart and says nothing of them.
var marks = maphash.MakeSeed()

// state is what a value's changes are known by: its items, or the mark of a secret.
func state(v Value) []string {
	if s, is := v.(interface{ mark() string }); is {
		return []string{s.mark()}
	}
	return slices.Clone(v.Items())
}

// isSecret reports whether v is a Secret, and whether it is set.
func isSecret(v Value) (is, set bool) {
	s, is := v.(interface{ hidden() bool })
	return is, is && s.hidden()
}

// Strings is a list of texts; empty items are left out.
func Strings(p *[]string) Value { return ListOf(p, "text", takeString, same) }

// Enum is a text out of a few.
func Enum[T ~string](p *T, allowed ...T) Value {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	kind := strings.Join(names, "|")
	return Of(p, kind, func(s string) (T, error) {
		if slices.Contains(allowed, T(s)) {
			return T(s), nil
		}
		if n := Nearest(s, names); n != "" {
			return "", fmt.Errorf("%q is none of %s: did you mean %s?", s, strings.Join(names, ", "), n)
		}
		return "", fmt.Errorf("%q is none of %s", s, strings.Join(names, ", "))
	}, formatStringer[T])
}

// Bool is true or false.
func Bool(p *bool) Value {
	return Of(p, "true|false", func(s string) (bool, error) {
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return false, fmt.Errorf("%q is neither true nor false", s)
	}, strconv.FormatBool)
}

// Number is a whole number of at least least.
func Number[T integer](p *T, least T) Value {
	return Of(p, "number", func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no whole number", s)
		}
		if T(n) < least || int64(T(n)) != n {
			return 0, fmt.Errorf("%d is out of range: at least %d is wanted", n, least)
		}
		return T(n), nil
	}, formatNumber[T])
}

// Duration is a time span such as 1m30s; it must not be negative.
func Duration(p *time.Duration) Value {
	return Of(p, "duration", func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no duration: write it like 90s, 1m30s or 24h", s)
		}
		return d, nil
	}, formatDuration)
}

// formatDuration leaves out the zero parts: 1h instead of 1h0m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Prefixes is a list of IP prefixes; a bare address stands for itself alone.
func Prefixes(p *[]netip.Prefix) Value {
	return ListOf(p, "prefix", parsePrefix, netip.Prefix.String)
}

// parsePrefix reads "10.0.0.0/8" or a bare address.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a prefix such as 10.0.0.0/8", s)
	}
	return p.Masked(), nil
}
