package collector

// Bounds of the numbering of samples. Numbers are of 32 bits and wrap, so that all
// differences are taken modulo 2^32 and read as signed: what is more than 2^31 ahead
// is behind. A step of more than 65,536 is taken for an agent that was restarted, or another one
// under the same name: as a loss it would drown all that is known of the agent for its life.
const (
	maxSampleStep  = 1 << 16 // of a sequence or of drops; a larger one is another numbering
	lateRun        = 8       // numbers in a row behind the newest that are another numbering too
	jointConfident = 24      // score from which sources are taken to share one numbering
	jointCeiling   = 64
	jointMiss      = 8 // what one step that does not fit takes off the score
)

// track is one numbering of samples, that of a data source or of several.
type track struct {
	sequence uint32 // newest
	drops    uint32 // the agent's counter
	lost     uint32 // gaps less what came late
	behind   uint32 // newest of the numbers in a row behind the newest
	run      uint8  // how many
	started  bool
}

// step is what a sample's number and drop counter told.
type step struct {
	missed  uint32 // numbers left out in front of it
	dropped uint32 // samples that the agent dropped before it
	late    bool   // older than the newest
	began   bool   // the first of a numbering
}

// step takes a sample; overtaken ones come in a datagram that newer ones overtook, so that numbers in a row behind the newest mean nothing.
func (t *track) step(sequence, drops uint32, overtaken bool) step {
	d := int32(sequence - t.sequence)
	dropped := drops - t.drops
	switch {
	case !t.started, d > maxSampleStep, d < -maxSampleStep, dropped > maxSampleStep && int32(dropped) > 0, d < 0 && !overtaken && t.goesOn(sequence):
		*t = track{sequence: sequence, drops: drops, lost: t.lost, started: true}
		return step{began: true}
	case d <= 0: // UDP changes the order, or repeats: a number behind the newest was taken for lost before
		if d < 0 && t.lost > 0 {
			t.lost--
		}
		return step{late: true}
	}
	if int32(dropped) < 0 { // the counter was cleared
		dropped = 0
	}
	t.sequence, t.drops, t.run = sequence, drops, 0
	t.lost += uint32(d) - 1
	return step{missed: uint32(d) - 1, dropped: dropped}
}

// goesOn notes a number behind the newest and reports whether enough of them
// have followed each other: the agent numbers anew.
func (t *track) goesOn(sequence uint32) bool {
	if sequence != t.behind+1 {
		t.run = 0
	}
	t.behind = sequence
	t.run++
	return t.run >= lateRun
}

// numbering sums up the samples of one kind of a pair. Some agents number those
// of all sources together; then each source alone seems to lose most of its
// samples, so the pair's samples are followed as one numbering too, and a score
// tells which is right.
type numbering struct {
	samples uint64
	dropped uint64
	loss    loss

	last         uint64 // source of the last sample
	lastSequence uint32
	score        int32
	joint        bool   // numbered together: the score was high, and has not fallen to 0 since
	doubtful     uint64 // missed while the score is in between
}

// take takes a sample of a source: what its number told by the source's own
// numbering and by that of all.
func (n *numbering) take(key uint64, sequence uint32, own, joint step) {
	n.samples++
	if n.samples > 1 && key != n.last {
		n.compare(sequence == n.lastSequence+1)
	}
	n.last, n.lastSequence = key, sequence
	n.dropped += uint64(own.dropped)
	if n.joint {
		own = joint
	}
	// While it is open which numbering is right, nothing is said to be lost: a gap in the
	// source's own waits in doubtful until the score tells whether it was one.
	switch {
	case own.missed > 0 && n.score > 0 && !n.joint:
		n.doubtful += uint64(own.missed)
	case own.missed > 0:
		n.loss.missed(uint64(own.missed))
	case own.late && n.doubtful > 0:
		n.doubtful--
	case own.late:
		n.loss.found()
	}
}

// compare notes whether a sample's number follows that of another source's sample
// before it. Of numberings of their own that is true by chance alone, and seldom twice; of
// a joint one it is true of nearly all, but for what was lost between two. Hence a miss
// weighs eight times what a hit does, and only a loss of every ninth sample hides a joint
// numbering.
func (n *numbering) compare(follows bool) {
	if follows {
		n.score = min(n.score+1, jointCeiling)
	} else {
		n.score = max(n.score-jointMiss, 0)
	}
	switch {
	case n.score >= jointConfident:
		n.joint, n.doubtful = true, 0
	case n.score == 0:
		n.joint = false
		n.loss.missed(n.doubtful)
		n.doubtful = 0
	}
}

func (n *numbering) sum() SampleLoss {
	return SampleLoss{Samples: n.samples, Lost: n.loss.lost, Dropped: n.dropped}
}
