package alert

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// schedule is hours of days of the week. The zero value is always.
type schedule struct {
	set      bool
	days     [7]bool // by time.Weekday; of hours that pass midnight the day that they begin on
	from, to int     // minutes of the day, to at most 24:00; equal: 24 hours
	zone     *time.Location
}

// parseSchedule reads days ("Mon-Fri", "Sat,Sun"), hours ("22:00-04:00") and a time zone, each of which may be missing.
func parseSchedule(text string, zone *time.Location) (schedule, error) {
	s := schedule{set: true, zone: zone}
	words := strings.Fields(text)
	if len(words) == 0 {
		return s, fmt.Errorf("schedule %q: %w", text, errSchedule)
	}
	if isDays(words[0]) {
		if err := s.parseDays(words[0]); err != nil {
			return s, err
		}
		words = words[1:]
	} else {
		s.days = [7]bool{true, true, true, true, true, true, true}
	}
	if len(words) > 0 && strings.Contains(words[0], ":") {
		from, to, ok := strings.Cut(words[0], "-")
		var err1, err2 error
		s.from, err1 = minute(from)
		s.to, err2 = minute(to)
		if !ok || err1 != nil || err2 != nil || s.from == 24*60 {
			return s, fmt.Errorf("schedule %q: %q: %w", text, words[0], errSchedule)
		}
		words = words[1:]
	}
	if len(words) > 0 {
		z, err := time.LoadLocation(words[0])
		if err != nil {
			return s, fmt.Errorf("schedule %q: %q is no time zone: %w", text, words[0], errSchedule)
		}
		s.zone = z
		words = words[1:]
	}
	if len(words) > 0 {
		return s, fmt.Errorf("schedule %q: %q: %w", text, words[0], errSchedule)
	}
	return s, nil
}

var weekdays = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

func weekday(text string) int {
	for i, d := range weekdays {
		if strings.EqualFold(d, text) {
			return i
		}
	}
	return -1
}

func isDays(text string) bool { return len(text) >= 3 && weekday(text[:3]) >= 0 }

func (s *schedule) parseDays(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		first, last, ok := strings.Cut(part, "-")
		if !ok {
			last = first
		}
		a, b := weekday(first), weekday(last)
		if a < 0 || b < 0 {
			return fmt.Errorf("schedule %q: %q are no days: %w", text, part, errSchedule)
		}
		for d := a; ; d = (d + 1) % 7 {
			s.days[d] = true
			if d == b {
				break
			}
		}
	}
	return nil
}

// minute reads "22:00" as a minute of the day.
func minute(text string) (int, error) {
	h, m, ok := strings.Cut(text, ":")
	hours, err1 := strconv.Atoi(h)
	minutes, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || len(m) != 2 || hours < 0 || minutes < 0 || minutes > 59 || hours*60+minutes > 24*60 {
		return 0, errSchedule
	}
	return hours*60 + minutes, nil
}

// holds reports whether a time lies in the schedule, its end not included.
func (s *schedule) holds(t time.Time) bool {
	if !s.set {
		return true
	}
	t = t.In(s.zone)
	m := t.Hour()*60 + t.Minute()
	today, yesterday := s.days[t.Weekday()], s.days[(t.Weekday()+6)%7]
	if s.from < s.to {
		return today && m >= s.from && m < s.to
	}
	return today && m >= s.from || yesterday && m < s.to
}
