package doctor

// Facts are what is known of the collector and of those that it hears. Ratios
// are parts of 1; times are in seconds unless said otherwise.
type Facts struct {
	Agents []Agent
	Ports  []Port
	Links  []Link

	Socket Socket
	Clock  Clock
	Kafka  Kafka

	Promised    float64 // within which elephants of twice the threshold should be found, 0: whenever
	CutTunnels  uint64  // samples of tunnels whose header ended before the inner ports
	CutFrom     string  // a switch that sent such
	Input       Input
	Unaccounted int64  // records that ledger 2 lacks
	SpoolFailed string // why the spool cannot be used, "" it can or there is none
	Stranded    int64  // bytes in a spool that this run does not use
}

// Agent is one agent or sub-agent.
type Agent struct {
	Switch   string // its name, else its address
	Address  string
	SubAgent uint32
	Silent   float64 // since it was last heard
	Shared   string  // another UDP source that states the same address, "" none

	Datagrams, DatagramsLost uint64
	Samples                  uint64 // flow samples
	Dropped                  uint64 // flow samples that the agent says it could not send
	Counters                 uint64 // counters samples
	Misnames                 string // how most flow samples misname ports, "" they do not

	Stated, Effective float64 // sampling rate of most data sources, and what a sample stands for; 0 unknown
	Unrated           bool    // it sends flow samples, and all state a sampling rate of 0
	Drift             float64 // seconds of its uptime in a second of ours, less 1
	DriftOver         float64 // seconds over which that was seen, 0 unknown
}

// Port is a port that leads somewhere.
type Port struct {
	Switch, Name string
	IfIndex      uint32
	Speed        float64 // bit/s, 0 unknown
	Inferred     bool    // the agent does not say the speed, or the other end says otherwise
	Disproved    float64 // bit/s, the speed that the agent states and traffic disproves; 0 none
	Dark         bool    // forwarded frames come in from a switch that nobody reports
}

// Link is a link in one direction.
type Link struct {
	Name, Switch, Port string
	IfIndex            uint32
	Agreement          float64 // what samples said passed over what counters said
	Samples            float64 // from how many samples that is; 0: it cannot be said
	Detect             float64 // seconds to detect, p99, +Inf never
	Rate               uint32  // one in so many is sampled, 0 nobody samples
	Rated              bool    // Detect and Rate are known
}

// Input is what came in and was not taken, in datagrams.
type Input struct {
	NotSFlow    uint64
	Refused     uint64 // of agents or sources that are not allowed
	Untracked   uint64 // of agents for which there was no place
	Unaccounted int64  // that ledger 1 lacks
}

// Socket is how datagrams come in.
type Socket struct {
	Received, Dropped uint64 // datagrams; dropped by the kernel
	Asked, Granted    int    // bytes of the socket buffer, 0 unknown
	Sysctl            string // what raises the bound on it, "" unknown
}

// Clock is our own.
type Clock struct {
	Known        bool
	Synchronised bool
	ErrorBound   float64 // seconds by which it may be off, as the system believes
}

// Kafka is where messages go.
type Kafka struct {
	Embedded bool
	Problem  string   // what is wrong, "" nothing
	Topics   []string // what is wrong with topics, one sentence each
	Dropped  uint64   // records that were dropped
}
