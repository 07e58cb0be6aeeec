package kafka

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"spoor/publish"
)

// state is what State says.
type state struct {
	set      bool  // topics and leaders have been learnt
	look     error // the keeper's last failure, until it succeeds
	send     error // a request's failure, while no leader answers
	part     error // the same of one leader, while others answer
	topics   error // why a topic that is missing cannot be created, nil if none is
	registry error // the registrar's last failure, until it has all ids
	away     spell // of trouble with all
	hurt     spell // of trouble with any
	// Topics that we may not use.
	denied [publish.NumTopics]bool
	// What was dropped because brokers refuse it for good.
	refused struct {
		at      time.Time
		what    string
		problem problem // why
	}
}

// problem is a kind of trouble that people must end, for metrics.
type problem string

// All but problemUnreachable come from how things are set up.
const (
	problemUnreachable    problem = "unreachable"
	problemTLS            problem = "tls"
	problemAuthentication problem = "authentication"
	problemAuthorization  problem = "authorization"
	problemTopic          problem = "topic"             // missing, and it cannot be created
	problemVersion        problem = "version"           // the brokers do not speak our version of the protocol
	problemTooLarge       problem = "message_too_large" // within the last minute
	problemRejected       problem = "rejected"          // within the last minute, for any other reason
	problemRegistry       problem = "registry"
)

// problems are all of them.
var problems = [...]problem{
	problemUnreachable, problemTLS, problemAuthentication, problemAuthorization, problemTopic, problemVersion, problemTooLarge,
	problemRejected, problemRegistry,
}

// refusedFor is how long a record that was refused is told of.
const refusedFor = time.Minute

// problemOf says what kind of trouble an error is.
func problemOf(err error) problem {
	if _, ok := errors.AsType[*loginError](err); ok {
		return problemAuthentication
	}
	if _, ok := errors.AsType[*tlsError](err); ok {
		return problemTLS
	}
	answer, ok := errors.AsType[*brokerError](err)
	if !ok {
		return problemUnreachable
	}
	switch kafka.Error(answer.code) {
	case kafka.SASLAuthenticationFailed, kafka.UnsupportedSASLMechanism, kafka.IllegalSASLState:
		return problemAuthentication
	case kafka.TopicAuthorizationFailed, kafka.ClusterAuthorizationFailed, kafka.GroupAuthorizationFailed:
		return problemAuthorization
	case kafka.UnsupportedVersion:
		return problemVersion
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge:
		return problemTooLarge
	default:
		return problemUnreachable
	}
}

// current gives the trouble that there is, the worst first, each with its reason.
func (s *Sink) current() (list []trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	add := func(p problem, stops bool, format string, args ...any) {
		list = append(list, trouble{p, stops, fmt.Sprintf(format, args...)})
	}
	if err := st.trouble(); err != nil {
		add(problemOf(err), true, "%v", err)
	} else if st.part != nil {
		add(problemOf(st.part), true, "%v", st.part)
	}
	if names := s.deniedLocked(); len(names) > 0 {
		add(problemAuthorization, true, "no right to write, or to create, %s", strings.Join(names, ", "))
	}
	if st.topics != nil {
		add(problemTopic, true, "%v", st.topics)
	}
	switch waiting := s.lacksID(); {
	case st.registry != nil:
		add(problemRegistry, waiting, "schema registry at %s: %v", s.cfg.Registry.URL, st.registry)
	case waiting:
		add("", true, "schema registry at %s: asking for the schemas' ids", s.cfg.Registry.URL)
	}
	if !st.refused.at.IsZero() && time.Since(st.refused.at) < refusedFor {
		add(st.refused.problem, false, "%s", st.refused.what)
	}
	if !st.set && len(list) == 0 {
		add("", true, "connecting")
	}
	return list
}

// lacksID reports whether a topic that needs its schema's id has none.
func (s *Sink) lacksID() bool {
	for _, t := range publish.Topics() {
		if s.waits(t) {
			return true
		}
	}
	return false
}

// trouble is one thing that is not as it should be.
type trouble struct {
	problem problem // "" = none yet
	stops   bool    // some records are not delivered
	reason  string
}

// State reports whether records are being delivered and, if not, why. There may
// be a reason although they are: something is wrong that does not stop them.
func (s *Sink) State() (ready bool, reason string) {
	list := s.current()
	if len(list) == 0 {
		return true, ""
	}
	return !list[0].stops, fmt.Sprintf("kafka at %s: %s", strings.Join(s.cfg.Brokers, ","), list[0].reason)
}

// has reports whether there is trouble of a kind now.
func (s *Sink) has(p problem) bool {
	for _, x := range s.current() {
		if x.problem == p {
			return true
		}
	}
	return false
}

// Denied gives the topics that we may not use; their records are dropped.
func (s *Sink) Denied() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deniedLocked()
}

func (s *Sink) deniedLocked() (names []string) {
	for t, yes := range s.state.denied {
		if yes {
			names = append(names, s.names[t])
		}
	}
	return names
}

// awayAfter: a trouble that lasts less, such as a broker's start, is nobody's concern.
const awayAfter = 3 * time.Second

// spell is a time of trouble, of which the log is told if it lasts.
type spell struct {
	since time.Time // zero if there is none
	told  bool
}

// is notes whether there is trouble, and gives whether the log is to be told that
// it lasts, or that it is over.
func (s *spell) is(trouble bool) (begins, ends bool) {
	was := s.told
	switch {
	case !trouble:
		*s = spell{}
	case s.since.IsZero():
		s.since = time.Now()
	default:
		s.told = was || time.Since(s.since) >= awayAfter
	}
	return s.told && !was, was && !s.told
}

// note changes the state, and says once when Kafka, or a broker, stays away and
// when it is back.
func (s *Sink) note(change func(*state)) {
	s.mu.Lock()
	change(&s.state)
	err, part := s.state.trouble(), s.state.part
	left, back := s.state.away.is(err != nil)
	hurt, healed := s.state.hurt.is(err != nil || part != nil)
	s.mu.Unlock()
	switch {
	case left:
		if p := problemOf(err); p != problemUnreachable {
			s.log.Error("kafka does not take us as we are set up: records wait until that is mended", "problem", p, "brokers", s.cfg.Brokers, "error", err)
			return
		}
		s.log.Warn("kafka is away: records wait until it answers", "brokers", s.cfg.Brokers, "error", err)
	case back:
		s.log.Info("kafka answers again", "brokers", s.cfg.Brokers)
	case hurt && err == nil:
		s.log.Warn("a broker is away: records of its partitions wait until it answers or others lead them", "error", part)
	case healed:
		s.log.Info("all brokers answer again")
	}
}

// refuse notes that records were dropped for good.
func (s *Sink) refuse(p problem, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.state.refused
	r.at, r.problem, r.what = time.Now(), p, fmt.Sprintf(format, args...)
}

// trouble gives what keeps records from being delivered, nil if nothing does.
func (st *state) trouble() error {
	if st.send != nil {
		return st.send
	}
	return st.look
}
