// Package whole measures what a flow sample costs on its whole way, from UDP to
// Kafka records, beside the prototype that spoor is held to. It holds tests only.
package whole
