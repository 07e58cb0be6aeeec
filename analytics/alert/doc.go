// Package alert turns what is wrong into few alerts.
//
// Others say at each tick what they find wrong (See): a Finding has a kind, a
// subject and a sentence. The Book holds each back until it has lasted for as
// long as its kind wants, raises it once, says so again each minute while it
// lasts, and resolves it once it has been away long enough. Where a value has
// come back halfway, a finding is Weak: it keeps an alert up but raises none.
// Rules mute findings; a muted one is told to nobody, and an alert that becomes
// muted is resolved.
//
// A Book has no clock, no goroutine and no lock.
package alert
