package kafka

import (
	"errors"
	"fmt"
	"maps"
)

// lead forgets how brokers answered that lead nothing of ours any more, and notes
// a partition that nobody leads: its records wait without any request.
func (l *loop) lead() {
	leaders := make(map[int32]bool)
	var orphan error
	for _, parts := range l.parts {
		for _, p := range parts {
			if leaders[p.leader] = true; p.leader < 0 && orphan == nil {
				orphan = fmt.Errorf("partition %d of %s has no leader", p.id, l.names[p.topic])
			}
		}
	}
	maps.DeleteFunc(l.health, func(id int32, _ error) bool { return !leaders[id] })
	if orphan != nil {
		for id := range leaders {
			if _, asked := l.health[id]; !asked {
				l.health[id] = nil // it leads, so it lives
			}
		}
		l.health[nobody] = orphan
	}
	l.assess()
}

// nobody is the leader of partitions that have none.
const nobody = -1

// assess notes whether leaders answer: all that were asked, some or none.
func (l *loop) assess() {
	for leader, err := range l.health {
		if err == nil || leader == nobody || l.retries(leader) {
			continue
		}
		delete(l.health, leader) // what it failed at is elsewhere by now
		if _, answered := errors.AsType[*brokerError](err); answered {
			l.health[leader] = nil
		}
	}
	answers, worst, id := false, error(nil), int32(0)
	for leader, err := range l.health {
		if answers = answers || err == nil; err != nil && (worst == nil || leader < id) {
			worst, id = err, leader
		}
	}
	l.note(func(st *state) {
		if st.send, st.part = worst, nil; answers && worst != nil {
			if st.send, st.part = nil, worst; id != nobody {
				st.part = fmt.Errorf("broker %d: %w", id, worst)
			}
		}
	})
}

// retries reports whether a leader is to be asked again for what failed.
func (l *loop) retries(leader int32) bool {
	for _, parts := range l.parts {
		for _, p := range parts {
			if p.leader == leader && p.tries > 0 {
				return true
			}
		}
	}
	return false
}
