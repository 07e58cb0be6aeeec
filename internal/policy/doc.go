// Package policy holds the house rules that a test can check: which room may import
// which, one comment for each package, limits of length, documents whose commands and
// links work. It has tests only.
//
// The tests read the whole tree themselves instead of asking the go command: the files
// they open become part of the test cache's key, so a change anywhere runs them again.
package policy
