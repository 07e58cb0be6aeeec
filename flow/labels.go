package flow

// Labels are what the topology adds to a record: names, and whether this is
// the one observation point of the flow whose samples may be summed.
type Labels struct {
	Switch    string // best name of the agent's switch
	InName    string // names of the input and output ports, "" = unknown
	OutName   string
	Link      string // topology's id of the link on which the packet arrived, "" = none known
	SrcName   string // configured names of the addresses
	DstName   string
	CountOnce bool // the flow's entry into the fabric, seen on ingress
}
