package publish

import "testing"

// TestMovedTopic: a topic that another queue has from now on is delivered from the
// spool where it lies, and takes no more memory than that spool's queue may.
func TestMovedTopic(t *testing.T) {
	cfg := spoolConfig(t)
	p := started(t, cfg, &heldSink{})
	newFeeder(p).feed(20_000)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg.Topics[Flows].Class = Urgent
	sink := &heldSink{}
	p = started(t, cfg, sink)
	eventually(t, "half of the memory is taken", func() bool { return p.Stats()[Flows].QueuedBytes >= uint64(cfg.QueueBytes/2) })
	var got []kept
	eventually(t, "all is delivered", func() bool {
		if n := p.Stats()[Flows].QueuedBytes; n > uint64(cfg.QueueBytes) {
			t.Fatalf("%d bytes are in memory", n)
		}
		got = append(got, sink.records()...)
		return p.Stats()[Flows].Acknowledged == 20_000
	})
	inOrder(t, numbers(t, got), 20_000)
	closes(t, p.Stats())
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
