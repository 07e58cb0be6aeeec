// Package recipes runs the recipes of docs/kafka.md as they stand there, against a
// real Kafka that holds what spoor made of a simulated fabric: consumers that others
// wrote must read all that was published, and find the bytes that really flowed.
// `make integration` starts the broker and runs them.
package recipes
