// Package proto holds the protobuf schemas of the topics flows, counters and
// drops; package flowpb beside it is the code generated from them. FlowMessage
// keeps the field numbers of goflow2's message below 200.
package proto

import _ "embed" // the schemas, for a registry

// The generators are pinned: protoc 3.21.12 (Debian 12's protobuf-compiler) and
// protoc-gen-go of go.mod's google.golang.org/protobuf.
//
//go:generate sh -c "protoc --version | grep -qx 'libprotoc 3.21.12' || { echo 'protoc 3.21.12 is needed' >&2; exit 1; }"
//go:generate go build -o ../dist/protoc-gen-go google.golang.org/protobuf/cmd/protoc-gen-go
//go:generate protoc --plugin=../dist/protoc-gen-go --go_out=.. --go_opt=module=spoor flow.proto counters.proto drops.proto

// Sources of the schemas, as a schema registry wants them.
var (
	//go:embed flow.proto
	Flow string
	//go:embed counters.proto
	Counters string
	//go:embed drops.proto
	Drops string
)
