package kafka

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"spoor/internal/wholefile"
	"spoor/publish"
)

// unknownID stands for the id of a schema that is not known yet.
const unknownID = -1

// registrar gets the ids of the schemas, round by round, until it has them all
// or ctx ends. Ids of earlier runs were used meanwhile.
func (s *Sink) registrar(ctx context.Context) {
	defer s.workers.Done()
	left := s.toRegister()
	for tries := 1; ; tries++ {
		var err error
		if left, err = s.registerAll(ctx, left); ctx.Err() != nil {
			return
		}
		s.noteRegistry(err)
		if len(left) == 0 {
			s.log.Info("schemas are registered", "registry", s.cfg.Registry.URL)
			return
		}
		wait := pause(tries)
		if _, refused := errors.AsType[*refusal](err); refused {
			wait = refusedPause
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

// refusedPause is the time between attempts that people must help.
const refusedPause = 10 * time.Second

// toRegister gives the topics whose schemas the registry shall have: those that
// are framed, and with one of them all, for readers.
func (s *Sink) toRegister() (list []publish.Topic) {
	if !s.cfg.confluent() {
		return nil
	}
	for _, t := range publish.Topics() {
		if s.cfg.framing(t) == publish.FramingConfluent || s.cfg.Registry.Register {
			list = append(list, t)
		}
	}
	return list
}

// registerAll makes a round and gives the topics that are still without an id.
func (s *Sink) registerAll(ctx context.Context, topics []publish.Topic) (left []publish.Topic, err error) {
	r, err := newRegistry(&s.cfg.Registry, s.cfg.RequestTimeout)
	if err != nil {
		return topics, err
	}
	defer r.close()
	for i, t := range topics {
		x := schemaOf(t, s.names[t])
		id, e := r.id(ctx, &x)
		if e != nil {
			s.count.registryFailures.Inc()
			err = errors.Join(err, fmt.Errorf("schema of %s: %w", x.subject, e))
			if _, away := errors.AsType[*url.Error](e); away {
				left = append(left, topics[i:]...)
				break // it would be the same with the others
			}
			left = append(left, t)
			continue
		}
		s.schemas[t].Store(int64(id))
		poke(s.wake)
	}
	if e := s.storeIDs(); e != nil {
		s.log.Warn("ids of schemas cannot be kept for a start without the registry", "error", e)
	}
	return left, err
}

// noteRegistry keeps what the last round came to.
func (s *Sink) noteRegistry(err error) {
	s.mu.Lock()
	was := s.state.registry
	s.state.registry = err
	s.mu.Unlock()
	_, away := errors.AsType[*url.Error](err)
	_, wasAway := errors.AsType[*url.Error](was)
	if err != nil && (was == nil || away != wasAway || !away && was.Error() != err.Error()) {
		s.log.Error("the schema registry does not give ids", "registry", s.cfg.Registry.URL, "fallback", s.cfg.Registry.Fallback, "error", err)
	}
}

// waits reports whether the topic's records must wait for the id of their schema.
func (s *Sink) waits(t publish.Topic) bool {
	return s.framings[t] == publish.FramingConfluent && s.schemas[t].Load() == unknownID && s.cfg.Registry.Fallback == FallbackWait
}

// framing gives how the topic's next records are framed, and the schema's id.
func (s *Sink) framing(t publish.Topic) (publish.Framing, uint32) {
	f := s.framings[t]
	if f != publish.FramingConfluent {
		return f, 0
	}
	id := s.schemas[t].Load()
	if id == unknownID {
		return publish.FramingPlain, 0
	}
	return f, uint32(id)
}

// knownID is a line of the file that keeps ids.
type knownID struct {
	Registry string `json:"registry"`
	Subject  string `json:"subject"`
	SHA256   string `json:"sha256"` // of the schema
	ID       uint32 `json:"id"`
}

func (s *Sink) identity(t publish.Topic) knownID {
	x := schemaOf(t, s.names[t])
	sum := sha256.Sum256([]byte(x.text))
	return knownID{Registry: s.cfg.Registry.URL, Subject: x.subject, SHA256: hex.EncodeToString(sum[:])}
}

// loadIDs takes over the ids of earlier runs: a registry never gives one twice.
func (s *Sink) loadIDs() {
	data, err := os.ReadFile(s.cfg.Registry.CacheFile)
	if err != nil {
		return // there is none yet
	}
	var list []knownID
	if err := json.Unmarshal(data, &list); err != nil {
		s.log.Warn("ids of schemas from an earlier run cannot be read", "file", s.cfg.Registry.CacheFile, "error", err)
		return
	}
	for _, t := range publish.Topics() {
		want := s.identity(t)
		for _, k := range list {
			if want.ID = k.ID; k == want {
				s.schemas[t].Store(int64(k.ID))
			}
		}
	}
}

// storeIDs keeps the ids that are known.
func (s *Sink) storeIDs() error {
	file := s.cfg.Registry.CacheFile
	if file == "" {
		return nil
	}
	list := []knownID{}
	for _, t := range publish.Topics() {
		if id := s.schemas[t].Load(); id != unknownID {
			k := s.identity(t)
			k.ID = uint32(id)
			list = append(list, k)
		}
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return wholefile.Write(file, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}
