package topology_test

import (
	"fmt"

	"spoor/topology"
)

// A given cabling in sFlow-RT's form; what is wrong with one is said with its place.
func ExampleParseStatic() {
	g, err := topology.ParseStatic([]byte(`{
		"nodes": {
			"leaf1":  {"agent": "10.255.0.1", "ports": {"swp5": {"ifindex": "150"}}},
			"spine1": {"agent": "10.254.0.1", "ports": {"swp1": {"ifindex": "1"}}}
		},
		"links": {"a": {"node1": "leaf1", "port1": "swp5", "node2": "spine1", "port2": "swp1"}}
	}`))
	fmt.Println(len(g.Nodes), "nodes,", len(g.Links), "link,", err)
	_, err = topology.ParseStatic([]byte("{\n \"nodes\": {\n"))
	fmt.Println(err)
	// Output:
	// 2 nodes, 1 link, <nil>
	// line 2: unexpected EOF (want sFlow-RT's topology JSON)
}
