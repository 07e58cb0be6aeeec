package flowtable_test

import (
	"testing"

	"spoor/analytics/flowtable"
)

// TestSet: tables of a set are apart from each other, and stay what they are
// while their memory moves into huge pages.
func TestSet(t *testing.T) {
	const tables, flows = 3, 20_000
	s := flowtable.NewSet(tables, 40_000, [2]uint64{1, 2})
	steps := 0
	for i := range tables * flows {
		k := numbered(i)
		slot, fresh := s.Tables[i%tables].Get(&k, second)
		if !fresh {
			t.Fatalf("flow %d was there before it came", i)
		}
		s.Tables[i%tables].Entry(slot).Bytes = uint64(i)
		if i%(tables*flows/8) == 0 {
			steps += s.Enlarge(1, float64(s.Tables[0].Used())/float64(s.Tables[0].Cap()))
		}
	}
	if n := s.Enlarge(100, 1.0/1024); n != 0 {
		t.Errorf("%d pages for next to no flows", n)
	}
	for n := 1; n > 0; steps += n {
		n = s.Enlarge(1, 1)
	}
	if steps < 5 { // 120,000 slots take 14 MB
		t.Errorf("%d steps", steps)
	}
	for i := range tables * flows {
		k := numbered(i)
		for j, tb := range s.Tables {
			slot := tb.Find(&k)
			if own := j == i%tables; own != (slot != flowtable.NoSlot) || own && tb.Entry(slot).Bytes != uint64(i) {
				t.Fatalf("flow %d in table %d: slot %d", i, j, slot)
			}
		}
	}
}
