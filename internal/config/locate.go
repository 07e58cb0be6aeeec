package config

import (
	"errors"
	"strings"
)

// Locate adds to an error, or to each of several joined ones, that begins with the name of a
// setting where that setting was made, if it was in a file.
func (s *Set) Locate(err error) error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		errs := many.Unwrap()
		located := make([]error, len(errs))
		for i, e := range errs {
			located[i] = s.Locate(e)
		}
		return errors.Join(located...)
	}
	text := err.Error()
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '.' && r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if end < 0 {
		end = len(text)
	}
	i := s.index(text[:end])
	if i < 0 || s.origin[i] != FromFile {
		return err
	}
	place := s.places[i]
	place.Err = err
	return &place
}
