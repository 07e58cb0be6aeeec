package kafka

import "spoor/publish"

// learn takes in what the keeper found out.
func (l *loop) learn(n news) {
	if n.producer != nil {
		l.producer = *n.producer
		l.idempotent.Store(l.producer.id >= 0)
		l.adopt()
	}
	first := false
	for _, t := range publish.Topics() {
		leaders := n.layout[l.names[t]]
		l.deny(t, byMetadata, n.layout.denied(l.names[t]))
		if len(leaders) == 0 {
			continue // deleted while we run: the keeper creates it again
		}
		if l.parts[t] == nil {
			first = true
		}
		l.follow(t, leaders)
	}
	l.lead()
	if first {
		l.note(func(st *state) { st.set = true })
		l.log.Info("kafka is ready", "brokers", l.cfg.Brokers, "idempotent", l.producer.id >= 0)
	}
}

// How a lacking right was noticed.
const (
	byMetadata = 1 << iota
	byProduce
)

// deny notes that we may not use a topic, or may again. What waits for it is
// dropped, for it would keep the others waiting.
func (l *loop) deny(t publish.Topic, by uint8, yes bool) {
	was := l.denied[t]
	if l.denied[t] &^= by; yes {
		l.denied[t] |= by
	}
	now := l.denied[t]
	if (was != 0) != (now != 0) {
		l.note(func(st *state) { st.denied[t] = now != 0 })
		if now != 0 {
			l.log.Error("kafka denies a topic, or it is missing and we may not create it: its records are dropped", "topic", l.names[t])
		} else {
			l.log.Info("kafka allows a topic again", "topic", l.names[t])
		}
	}
	if now&byMetadata == 0 {
		return
	}
	late := l.waiting[t]
	l.waiting[t] = nil
	for _, b := range late {
		b.Done(publish.Rejected)
	}
}

// adopt gives the newest producer id to all partitions that wait for one.
func (l *loop) adopt() {
	for _, parts := range l.parts {
		for _, p := range parts {
			if p.renew {
				p.adopt(l.producer)
			}
		}
	}
}

// follow takes a topic's leaders over; where the number of partitions changed,
// what waits is spread anew.
func (l *loop) follow(t publish.Topic, leaders []int32) {
	parts := l.parts[t]
	for i := len(parts); i < len(leaders); i++ {
		parts = append(parts, &partition{topic: t, id: int32(i), producer: l.producer})
	}
	gone := parts[len(leaders):]
	for _, p := range gone {
		if p.busy {
			p.leader = -1
			l.parts[t] = parts
			return // once its request has ended
		}
	}
	changed := len(leaders) != len(l.parts[t])
	parts = parts[:len(leaders):len(leaders)]
	for i, p := range parts {
		p.leader = leaders[i]
	}
	l.parts[t] = parts
	l.known[t].Store(int32(len(leaders)))
	if changed {
		for _, p := range gone {
			for p.queue.len() > 0 {
				l.enqueue(p.queue.pop())
			}
		}
	}
	late := l.waiting[t]
	l.waiting[t] = nil
	for _, b := range late {
		l.enqueue(b)
	}
}
