package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"spoor/publish"
)

// refreshEvery is how often the leaders are looked up; a failure does so at once.
const refreshEvery = time.Second

// news is what the keeper tells the run goroutine.
type news struct {
	layout   layout    // nil: nothing new
	producer *producer // a producer id that was asked for
}

// keeper creates topics, follows their leaders and fetches producer ids, and
// begins anew after every failure, until ctx ends.
func (s *Sink) keeper(ctx context.Context) {
	defer s.workers.Done()
	checked, wanted := false, true // a producer id is wanted from the start
	for tries := 0; ; {
		n, err := s.look(ctx, &wanted)
		if err == nil && !checked {
			s.check(ctx, n.layout)
			checked = true
		}
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			tries++
			s.note(func(st *state) { st.look = err })
			s.log.Debug("kafka is not ready", "error", err)
		} else {
			tries = 0
			s.note(func(st *state) { st.look = nil })
			select {
			case s.news <- n:
			case <-ctx.Done():
				return
			}
		}
		wait := refreshEvery
		if tries > 0 {
			wait = pause(tries)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wantID:
			wanted = true
		case <-s.wantLayout:
			// The transport looks anew by itself; asking more often would bring nothing.
			if !sleep(ctx, minPause) {
				return
			}
		case <-time.After(wait):
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// look makes one round: topics, leaders and, where wanted, a producer id.
func (s *Sink) look(ctx context.Context, wanted *bool) (n news, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RequestTimeout)
	defer cancel()
	var cannot error // be created
	if n.layout, err = s.client.layout(ctx, s.names[:]); err != nil {
		return n, err
	}
	if missing := s.missing(n.layout); len(missing) > 0 {
		err = s.client.create(ctx, missing)
		mayNot := forbidden(err)
		_, answered := errors.AsType[*brokerError](err)
		if err != nil && !answered {
			return n, err
		}
		cannot = err
		if n.layout, err = s.client.layout(ctx, s.names[:]); err != nil {
			return n, err
		}
		missing = s.missing(n.layout)
		if mayNot { // somebody else must: the other topics go on meanwhile
			for _, m := range missing {
				n.layout[m.name] = nil
			}
			missing, cannot = nil, nil
		}
		if len(missing) == 0 {
			cannot = nil
		} else if cannot == nil {
			return n, fmt.Errorf("topic %s was created and is not there yet", missing[0].name)
		}
	}
	s.noteTopics(cannot)
	if *wanted {
		id, err := s.newProducer(ctx)
		if err != nil {
			return n, err
		}
		n.producer, *wanted = &id, false
	}
	return n, nil
}

// noteTopics notes, and says once, why a topic cannot be created. Its records
// wait, for brokers may be too few at the moment; the other topics go on.
func (s *Sink) noteTopics(err error) {
	s.mu.Lock()
	was := s.state.topics
	s.state.topics = err
	s.mu.Unlock()
	if err != nil && (was == nil || was.Error() != err.Error()) {
		s.log.Error("a topic is missing and cannot be created: its records wait", "error", err)
	}
}

// newProducer gets a producer id, or none where the cluster refuses or acks
// are not those of all replicas.
func (s *Sink) newProducer(ctx context.Context) (producer, error) {
	if s.cfg.Acks != "all" {
		return anonymous, nil
	}
	id, err := s.client.producer(ctx)
	if err != nil && refused(err) {
		s.log.Warn("kafka gives no producer id: publishing at least once, records may be doubled after failures", "error", err)
		return anonymous, nil
	}
	if err != nil {
		return anonymous, fmt.Errorf("producer id: %w", err)
	}
	return id, nil
}

// missing gives the topics to create.
func (s *Sink) missing(l layout) []topicSpec {
	var list []topicSpec
	for _, t := range publish.Topics() {
		if _, known := l[s.names[t]]; known {
			continue
		}
		list = append(list, s.spec(t))
	}
	return list
}

// spec gives what a topic should be.
func (s *Sink) spec(t publish.Topic) topicSpec {
	config := maps.Clone(t.Policy().Config)
	if s.cfg.RetentionBytes > 0 && strings.Contains(config["cleanup.policy"], "delete") {
		config["retention.bytes"] = strconv.FormatInt(s.cfg.RetentionBytes, 10)
	}
	return topicSpec{s.names[t], s.cfg.partitions(t), s.cfg.Replication, config}
}

// check says once where topics that exist already differ from what we would
// have created. They are used as they are.
func (s *Sink) check(ctx context.Context, l layout) {
	for _, t := range joined[1:] {
		if a, b := len(l[s.names[joined[0]]]), len(l[s.names[t]]); a != b {
			s.log.Warn("topics that should join differ in partitions: consumers cannot join them by key",
				"topic", s.names[joined[0]], "partitions", a, "other", s.names[t], "other_partitions", b)
		}
	}
	for _, t := range publish.Topics() {
		want := t.Policy().Config["cleanup.policy"]
		got, err := s.client.setting(ctx, s.names[t], "cleanup.policy")
		if err != nil {
			s.log.Debug("topic's settings cannot be read", "topic", s.names[t], "error", err)
			return
		}
		if !sameList(want, got) {
			s.log.Warn("topic has another cleanup policy than it should have", "topic", s.names[t], "is", got, "should_be", want)
		}
	}
}

// sameList compares comma-separated lists of at most two.
func sameList(a, b string) bool {
	x, y, two := strings.Cut(a, ",")
	return a == b || two && b == y+","+x
}
