package config

import "strings"

// Nearest gives the one of names that a misspelt word most likely meant, "" if
// none is like it: at most a third of its letters differ, or it is the last
// part of a dotted name.
func Nearest(word string, names []string) string {
	best, bestCost := "", len(word)/3+1
	for _, n := range names {
		if c := distance(strings.ToLower(word), strings.ToLower(n)); c < bestCost {
			best, bestCost = n, c
		}
	}
	if best != "" {
		return best
	}
	last := word[strings.LastIndexByte(word, '.')+1:]
	for _, n := range names {
		if n[strings.LastIndexByte(n, '.')+1:] == last {
			return n
		}
	}
	return ""
}

// distance counts the letters to insert, remove, replace or swap.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			c := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				c = min(c, rows[i-2][j-2]+1)
			}
			rows[i][j] = c
		}
	}
	return rows[len(a)][len(b)]
}
