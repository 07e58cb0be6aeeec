package flow

// Names are what the topology calls a port. Who gives Names to an encoder gives the same
// ones as long as they are true, and lets no other encoder see them. They are not copied.
type Names struct {
	// Encoded and EncodedOut are the encoder's: what it made of the names for an input and for an
	// output, to be used again. Whoever changes a name cuts both to no length (Rename does).
	// They lie in the two rooms while they fit there, so that all of an output is in the first 64 bytes, of an
	// input in the first 128: memory that can be asked for before it is read.
	Encoded, EncodedOut []byte
	OutRoom             [16]byte
	InRoom              [128]byte

	Switch string // best name of the agent's switch
	Port   string // "" = unknown
	Link   string // topology's id of the link on which packets arrive by the port, "" = none known
	_      [16]byte
}

// Rename changes the names. If they are what they were, what was made of them stays.
func (n *Names) Rename(sw, port, link string) {
	if n.Switch != sw || n.Port != port || n.Link != link {
		n.Switch, n.Port, n.Link = sw, port, link
		n.Encoded, n.EncodedOut = n.Encoded[:0], n.EncodedOut[:0]
	}
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
