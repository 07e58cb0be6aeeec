package live

import (
	"maps"
	"slices"
	"sync"

	"spoor/publish"
	"spoor/topology"
)

// records are the links, hosts and inferred switches that the engine told of, as
// their topic has them. Any goroutine may use it.
type records struct {
	mu     sync.RWMutex
	all    map[string]topology.Record
	sorted []string // ids; nil once something was told since
}

var recordKinds = [...]string{topology.LinkRecord: "link", topology.HostRecord: "host", topology.SwitchRecord: "switch"}

func (r *records) take(list []topology.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range list {
		x := &list[i]
		if x.State == topology.Gone {
			delete(r.all, x.ID)
		} else {
			r.all[x.ID] = *x
		}
		r.sorted = nil
	}
}

func (r *records) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sorted == nil {
		r.sorted = slices.Sorted(maps.Keys(r.all))
	}
	return r.sorted
}

// Records gives what is known of links, hosts and inferred switches (kind "link", "host",
// "switch"; "" all) by id, as messages of the topology topic: a page of them, and how many there are.
func (l *Live) Records(kind string, skip, limit int) (page [][]byte, total int) {
	ids := l.records.ids()
	l.records.mu.RLock()
	defer l.records.mu.RUnlock()
	for _, id := range ids {
		x, ok := l.records.all[id]
		if !ok || kind != "" && recordKinds[x.Kind] != kind {
			continue
		}
		if total++; total > skip && len(page) < limit {
			page = append(page, publish.AppendTopology(nil, &x, l.head.Collector))
		}
	}
	return page, total
}
