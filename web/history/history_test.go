package history

import (
	"slices"
	"sync"
	"testing"

	"spoor/web/scene"
)

// fabricOf gives links between leaf a and spine b, one a pair of ports.
func fabricOf(links int) *scene.Fabric {
	nodes := []scene.Node{{Name: "a", Agent: "10.0.0.1", Hosts: 1}, {Name: "b", Agent: "10.0.0.2"}}
	list := make([]scene.Link, links)
	for i := range list {
		list[i] = scene.Link{A: 0, B: 1, AIndex: uint32(i + 1), BIndex: uint32(i + 1), Speed: 1e9}
	}
	return scene.NewFabric(nodes, list, 0)
}

func frameAt(f *scene.Fabric, t int64, use int16) *scene.Frame {
	u := make([]int16, 2*len(f.Links))
	for i := range u {
		u[i] = use
	}
	return &scene.Frame{Time: t, Fabric: f, Use: u}
}

func TestPaces(t *testing.T) {
	s, f := New(DefaultBytes), fabricOf(2)
	const start = 1_000_000
	marks := 0
	for i := range int64(2 * Hour) {
		if s.Add(frameAt(f, start+i, int16(i%1000))) != nil {
			marks++
		}
	}
	end := int64(start + 2*Hour - 1)
	if frames, _ := s.Usage(); frames < Recent+(Hour-Recent)/Step-2 || frames > Recent+(Hour-Recent)/Step+12 {
		t.Errorf("%d frames are kept", frames)
	}
	if marks != 2*Hour/Step || len(s.Marks()) > Hour/Step+1 || len(s.Marks()) < Hour/Step-1 {
		t.Errorf("%d marks were made, %d are kept", marks, len(s.Marks()))
	}
	for _, ago := range []int64{0, 1, 17, Recent - 1} {
		if got := s.At(end - ago); got.Time != end-ago {
			t.Errorf("%d s ago there is the frame of %d s ago", ago, end-got.Time)
		}
	}
	for _, ago := range []int64{Recent + 11, 1000, 3000, Hour - 20} {
		if got := s.At(end - ago); got.Time > end-ago || end-ago-got.Time >= Step {
			t.Errorf("%d s ago there is the frame of %d s ago", ago, end-got.Time)
		}
	}
	if got := s.At(0); end-got.Time > Hour {
		t.Errorf("the first is %d s old", end-got.Time)
	}
	if s.Add(frameAt(f, end, 1)) != nil || s.At(end).Use[0] == 1 && end%1000 != 1 {
		t.Error("a second was taken twice")
	}
}

func TestEmpty(t *testing.T) {
	s := New(DefaultBytes)
	if s.At(5) != nil || len(s.Marks()) != 0 || len(s.Link("10.0.0.1/1")) != 0 {
		t.Error("there is something in an empty history")
	}
}

// TestBounded: a fabric that changes each second makes the history shorter, not the memory larger.
func TestBounded(t *testing.T) {
	const limit = 1 << 20
	s := New(limit)
	for i := range int64(1000) {
		s.Add(frameAt(fabricOf(50), i+1, int16(i)))
		if frames, bytes := s.Usage(); bytes > limit && frames > 1 {
			t.Fatalf("%d bytes in %d frames", bytes, frames)
		}
	}
	frames, bytes := s.Usage()
	if frames < 5 || bytes < limit/4 {
		t.Errorf("only %d frames, %d bytes", frames, bytes)
	}
	sum := 0
	for k := range s.frames {
		var before *scene.Frame
		if k > 0 {
			before = s.frames[k-1].frame
		}
		sum += s.frames[k].frame.Size(before)
	}
	if sum != bytes {
		t.Errorf("%d bytes by the books, %d in truth", bytes, sum)
	}
	if m := s.Marks(); len(m) > 0 && m[0].Time < s.At(0).Time {
		t.Error("marks reach further back than frames")
	}
}

func TestUnchangedLoadsAreShared(t *testing.T) {
	s, f := New(DefaultBytes), fabricOf(100)
	s.Add(frameAt(f, 1, 5))
	s.Add(frameAt(f, 2, 5))
	if &s.At(1).Use[0] != &s.At(2).Use[0] {
		t.Error("the same loads lie in memory twice")
	}
}

func TestLink(t *testing.T) {
	s, f := New(DefaultBytes), fabricOf(1)
	for i := range int64(30) {
		x := frameAt(f, 1000+i, 100)
		x.Use[1] = 700
		s.Add(x)
	}
	got, back := s.Link("10.0.0.1/1"), s.Link("10.0.0.2/1")
	if len(got) != 3 || got[0] != (Point{1000, 100, 700}) || back[2] != (Point{1020, 700, 100}) {
		t.Errorf("%v %v", got, back)
	}
	if other := s.Link("10.9.9.9/1"); !slices.Equal(other, []Point{{1000, -1, -1}, {1010, -1, -1}, {1020, -1, -1}}) {
		t.Errorf("a link that was not there: %v", other)
	}
}

func TestConcurrent(t *testing.T) {
	s, f := New(DefaultBytes), fabricOf(10)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range int64(300) {
				s.At(i)
				s.Marks()
				s.Link("10.0.0.1/1")
			}
		})
	}
	for i := range int64(1000) {
		s.Add(frameAt(f, i+1, int16(i%7)))
	}
	wg.Wait()
}

func BenchmarkAdd8192Links(b *testing.B) {
	s, f := New(DefaultBytes), fabricOf(8192)
	b.ReportAllocs()
	t := int64(0)
	for b.Loop() {
		t++
		s.Add(frameAt(f, t, int16(t%1000)))
	}
}
