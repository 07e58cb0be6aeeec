package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"spoor/fabric"
	"spoor/topology"
)

// parseElephant reads SHARE[*FLOWS][@START][+DURATION][/EVERY][~ON-OFF][:udp].
func parseElephant(s string) (e fabric.Elephant, err error) {
	bad := func() (fabric.Elephant, error) {
		return e, fmt.Errorf("%q is no elephant: write it like 30%%@3s+30s/1m (share, start, duration, period) or 0.15:udp", s)
	}
	rest, kind, typed := strings.Cut(s, ":")
	if typed && kind != "udp" && kind != "tcp" {
		return bad()
	}
	e.UDP = kind == "udp"
	if before, turns, ok := strings.Cut(rest, "~"); ok {
		on, off, _ := strings.Cut(turns, "-")
		var errs [2]error
		e.On, errs[0] = time.ParseDuration(on)
		e.Off, errs[1] = time.ParseDuration(off)
		if errors.Join(errs[:]...) != nil || e.On <= 0 || e.Off <= 0 {
			return bad()
		}
		rest = before
	}
	for _, part := range []struct {
		mark string
		to   *time.Duration
	}{{"/", &e.Every}, {"+", &e.Duration}, {"@", &e.Start}} {
		before, text, ok := strings.Cut(rest, part.mark)
		if !ok {
			continue
		}
		if *part.to, err = time.ParseDuration(text); err != nil || *part.to < 0 {
			return bad()
		}
		rest = before
	}
	if share, count, many := strings.Cut(rest, "*"); many {
		if e.Flows, err = strconv.Atoi(count); err != nil || e.Flows < 1 {
			return bad()
		}
		rest = share
	}
	if e.Share, err = parseShare(rest); err != nil || e.Share == 0 {
		return bad()
	}
	return e, nil
}

func formatElephant(e fabric.Elephant) string {
	s := strconv.FormatFloat(math.Round(e.Share*1e6)/1e4, 'g', -1, 64) + "%"
	if e.Flows > 0 {
		s += "*" + strconv.Itoa(e.Flows)
	}
	for _, part := range []struct {
		mark string
		d    time.Duration
	}{{"@", e.Start}, {"+", e.Duration}, {"/", e.Every}} {
		if part.d > 0 {
			s += part.mark + part.d.String()
		}
	}
	if e.On > 0 {
		s += fmt.Sprintf("~%v-%v", e.On, e.Off)
	}
	if e.UDP {
		s += ":udp"
	}
	return s
}

// parseBurst reads BYTES/EVERY[*COUNT].
func parseBurst(s string) (b fabric.Burst, err error) {
	size, rest, _ := strings.Cut(s, "/")
	every, count, many := strings.Cut(rest, "*")
	var errs [3]error
	x, err := topology.ParseSpeed("*=" + size)
	b.Bytes, b.Count = uint64(x.Bps), 1
	errs[0] = err
	b.Every, errs[1] = time.ParseDuration(every)
	if many {
		b.Count, errs[2] = strconv.Atoi(count)
	}
	if errors.Join(errs[:]...) != nil || b.Bytes == 0 || b.Count < 1 {
		return b, fmt.Errorf("%q is no burst: write it like 10M/4s*5 (bytes, period, number of flows)", s)
	}
	return b, nil
}

func formatBurst(b fabric.Burst) string {
	return fmt.Sprintf("%d/%v*%d", b.Bytes, b.Every, b.Count)
}
