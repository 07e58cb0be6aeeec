package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"spoor/web/answer"
)

// Bounds of questions.
const (
	defaultLimit = 50
	maxLimit     = 500
	maxDepth     = 1000 // rows of a list of flows that can be reached by paging
	maxText      = 200  // characters of a search
	maxQuery     = 2048
)

// query reads the parameters of a request; the first that is wrong is kept.
type query struct {
	values url.Values
	err    error
}

func (q *query) fail(format string, args ...any) {
	if q.err == nil {
		q.err = fmt.Errorf(format, args...)
	}
}

// ask reads a request's parameters, of which only the named ones may be given, each once.
func ask(r *http.Request, names ...string) *query {
	q := &query{}
	if len(r.URL.RawQuery) > maxQuery {
		q.fail("the question is longer than %d bytes", maxQuery)
		return q
	}
	var err error
	if q.values, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		q.fail("the question cannot be read: %v", err)
		return q
	}
	for name, list := range q.values {
		switch {
		case len(names) == 0:
			q.fail("there are no parameters here, so no %.40q", name)
		case !slices.Contains(names, name):
			q.fail("there is no parameter %.40q here; there are: %s", name, strings.Join(names, ", "))
		case len(list) > 1:
			q.fail("the parameter %s is given %d times", name, len(list))
		}
	}
	return q
}

// number gives a whole number within bounds; more than most means most where that is asked for.
func (q *query) number(name string, otherwise, least, most int, clamp bool) int {
	text := q.values.Get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil && clamp && allDigits(text):
		return most
	case err != nil:
		q.fail("%s=%.40q is no whole number", name, text)
		return otherwise
	case n < least:
		q.fail("%s is %d: at least %d", name, n, least)
		return otherwise
	case n > most && clamp:
		return most
	case n > most:
		q.fail("%s is %d: at most %d", name, n, most)
		return otherwise
	}
	return n
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// page gives how many rows are wanted, and how many come before them.
func (q *query) page(depth int) (limit, skip int) {
	return q.number("limit", defaultLimit, 1, maxLimit, true), q.number("next", 0, 0, depth, false)
}

// text gives a short text.
func (q *query) text(name string) string {
	s := q.values.Get(name)
	if len(s) > maxText {
		q.fail("%s is longer than %d bytes", name, maxText)
		return ""
	}
	return s
}

// bad answers a question that cannot be answered; false if it can.
func (q *query) bad(w http.ResponseWriter) bool {
	if q.err == nil {
		return false
	}
	answer.Problem(w, http.StatusBadRequest, q.err.Error())
	return true
}

// list is an answer with several items. Next is what the parameter next must be for more, null at the end.
type list struct {
	Items   any      `json:"items"`
	Next    *string  `json:"next"`
	Total   int      `json:"total"`
	Unknown []string `json:"unknown,omitempty"` // words of a search for flows that name nothing
}

// newList makes a page of n of total items, skip of which come before it.
func newList(page any, n, skip, total, depth int) list {
	l := list{Items: page, Total: total}
	if next := skip + n; n > 0 && next < min(total, depth) {
		text := strconv.Itoa(next)
		l.Next = &text
	}
	return l
}

// items answers with such a page.
func items(w http.ResponseWriter, page any, n, skip, total, depth int) {
	answer.JSON(w, http.StatusOK, newList(page, n, skip, total, depth))
}

// cut gives a page of a list.
func cut[T any](all []T, skip, limit int) []T {
	all = all[min(skip, len(all)):]
	page := all[:min(limit, len(all))]
	if page == nil {
		return []T{}
	}
	return page
}
