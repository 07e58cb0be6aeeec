// Package loads tries the pipeline on random fabrics whose agents are written down at
// the wire, apart from package fabric: speeds, sampling rates, frames, headers and agents
// differ from port to port and flow to flow, datagrams get lost, copied and late. Each
// flow is judged by itself: found in time, once, on the right links, ended. `make loads` runs it.
package loads
