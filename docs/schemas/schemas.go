// Package schemas holds the published JSON Schemas of the topics whose messages
// are JSON, for a schema registry.
package schemas

import _ "embed" // the schemas

// Schemas by topic.
var (
	//go:embed paths.json
	Paths string
	//go:embed elephants.json
	Elephants string
	//go:embed alerts.json
	Alerts string
	//go:embed topology.json
	Topology string
)
