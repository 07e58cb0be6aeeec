// Package proof holds tests against real brokers that are killed, and
// against the program itself that is killed: that each record arrives once and in
// order, or is counted under the reason why it does not. `make integration` starts
// the brokers and runs them.
package proof
