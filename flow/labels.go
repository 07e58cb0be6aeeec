package flow

// Names are what the topology calls a port, at the side of a packet's way where
// it stands: as input, or as output. Who gives Names to an encoder gives the same
// ones as long as they are true, and lets no other encoder see them.
type Names struct {
	Switch string // best name of the agent's switch
	Port   string // "" = unknown
	Link   string // topology's id of the link on which packets arrive, "" = none known, or an output

	// Encoded is the encoder's: what it made of the names, to be used again. Whoever
	// changes a name cuts it to no length.
	Encoded []byte
}

// Labels are what a record has beside its sample. The topology adds names, and whether this
// is the one observation point of the flow whose samples may be summed.
type Labels struct {
	In, Out   *Names // of the input with its switch, and of the output, of which Port alone counts; nil = unknown
	SrcName   string // configured names of the addresses
	DstName   string
	CountOnce bool     // the flow's entry into the fabric, seen on ingress
	Gateway   *Gateway // what BGP told of the packet's way, nil nothing; borrowed as the sample is
}

// nobody stands for names that are not known.
var nobody Names

// Input gives the names of the input; they may be read only.
func (l *Labels) Input() *Names {
	if l.In == nil {
		return &nobody
	}
	return l.In
}

// Output gives the names of the output; they may be read only.
func (l *Labels) Output() *Names {
	if l.Out == nil {
		return &nobody
	}
	return l.Out
}
