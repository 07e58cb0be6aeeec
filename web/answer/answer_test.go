package answer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"spoor/web/answer"
)

func ask(h http.HandlerFunc, method string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h(w, httptest.NewRequest(method, "/", http.NoBody))
	return w
}

// TestGet: only what reads is let through, and no answer is kept by anybody on the way.
func TestGet(t *testing.T) {
	called := 0
	h := answer.Get(func(w http.ResponseWriter, _ *http.Request) {
		called++
		answer.JSON(w, http.StatusOK, []int{1})
	})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w := ask(h, method)
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
		w := ask(h, method)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
	if called != 2 {
		t.Errorf("the handler was called %d times", called)
	}
}

// TestProblem has the members of RFC 9457, and a detail as it was said.
func TestProblem(t *testing.T) {
	w := ask(func(w http.ResponseWriter, _ *http.Request) {
		answer.Problem(w, http.StatusBadRequest, `match=<a> & "b"`)
	}, http.MethodGet)
	var x struct {
		Title, Detail string
		Status        int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil || x.Title != "Bad Request" || x.Status != 400 || x.Detail != `match=<a> & "b"` {
		t.Errorf("%v %+v", err, x)
	}
	if w.Code != http.StatusBadRequest || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestJSON: text is written as it is, and a type that was set before stays.
func TestJSON(t *testing.T) {
	w := ask(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/geo+json")
		answer.JSON(w, http.StatusAccepted, "leaf1>spine1")
	}, http.MethodGet)
	if w.Code != http.StatusAccepted || w.Header().Get("Content-Type") != "application/geo+json" || w.Body.String() != "\"leaf1>spine1\"\n" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
}
