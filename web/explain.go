package web

import (
	"context"
	"errors"
	"net/http"

	"spoor/web/answer"
)

// Errors of an Explainer.
var (
	ErrAsked   = errors.New("the question cannot be understood")
	ErrUnknown = errors.New("nothing is known of that")
)

// Explainer gives all that is known of a flow or an alert, as a value for JSON.
// Its errors may be ErrAsked or ErrUnknown.
type Explainer func(ctx context.Context, what string) (any, error)

// SetExplainer makes /api/v1/explain answer. It is called before Run.
func (s *Server) SetExplainer(f Explainer) { s.explainer = f }

// maxQuestion bounds what is asked.
const maxQuestion = 512

// serveExplain answers /api/v1/explain?what=...
func (s *Server) serveExplain(w http.ResponseWriter, r *http.Request) {
	what := r.URL.Query().Get("what")
	if s.explainer == nil || what == "" || len(what) > maxQuestion {
		answer.Problem(w, http.StatusBadRequest, "ask /api/v1/explain?what=, a flow or an alert")
		return
	}
	v, err := s.explainer(r.Context(), what)
	switch {
	case errors.Is(err, ErrAsked):
		answer.Problem(w, http.StatusBadRequest, err.Error())
	case errors.Is(err, ErrUnknown):
		answer.Problem(w, http.StatusNotFound, err.Error())
	case err != nil:
		answer.Problem(w, http.StatusInternalServerError, err.Error())
	default:
		answer.JSON(w, http.StatusOK, v)
	}
}
