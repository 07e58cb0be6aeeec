// Package tail reads the topics that spoor publishes and prints one line a
// message: for people, or the message as JSON.
package tail
