package settings

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"spoor/analytics/alert"
	"spoor/internal/config"
	"spoor/internal/telemetry"
	"spoor/publish/kafka"
	"spoor/topology"
)

// Keys gives every setting of c by name (docs/interfaces.md, section 6).
func (c *Config) Keys() *config.Set {
	var keys []config.Key
	add := func(name string, v config.Value, help string) {
		keys = append(keys, config.Key{Name: name, Help: help, Value: v})
	}
	add("collector", config.String(&c.Publish.Collector),
		"Name of this collector in every message. By default the host's name.")
	add("data_dir", config.String(&c.DataDir),
		"Directory for what must survive a restart, such as the spool and the embedded broker's topics. Empty: systemd's state directory, else $XDG_STATE_HOME/spoor, else ~/.local/state/spoor.")
	add("forward", config.Strings(&c.Forward.Targets),
		"Collectors, as host:port, that get every datagram as it came, from sources that are heard. What one does not take in time is dropped for it and counted.")
	c.inputKeys(add)
	c.kafkaKeys(add)
	c.securityKeys(add)
	c.registryKeys(add)
	c.topicKeys(add)
	c.spoolKeys(add)
	c.analyticsKeys(add)
	c.alertKeys(add)
	c.outputKeys(add)
	set := config.NewSet(keys...)
	set.MarkLive(live)
	return set
}

// liveKeys are the settings, or the beginnings of their names, that Reload puts into force.
var liveKeys = []string{"listen.allow", "agents.", "names.", "elephants.", "topology.file", "topology.hosts", "topology.speeds", "topology.expire", "flows.idle", "paths.", "alerts.detection_within", "log.level"}

func live(name string) bool {
	return slices.ContainsFunc(liveKeys, func(k string) bool { return name == k || strings.HasSuffix(k, ".") && strings.HasPrefix(name, k) })
}

// adder takes one key.
type adder func(name string, v config.Value, help string)

func (c *Config) inputKeys(add adder) {
	add("listen.address", config.String(&c.Listen.Address),
		"UDP address for sFlow. Without a host it listens on IPv4 and IPv6; port 0 takes a free one.")
	add("listen.allow", config.Prefixes(&c.Listen.Allow),
		"UDP sources that are heard. Empty: all, which start-up says.")
	add("listen.workers", config.Number(&c.Listen.Workers, 0),
		"Sockets and goroutines that receive. 0: one per core, at most 16; always 1 where the system cannot share a port.")
	add("listen.buffer", config.Size(&c.Listen.Buffer),
		"Socket buffer per worker. 0: the system's default. The system may grant less, which start-up says.")
	add("agents.allow", config.Prefixes(&c.Agents.Allow),
		"sFlow agent addresses that are heard, as stated in the datagram. Empty: all.")
	add("agents.alias", aliases{&c.Agents.Alias},
		"Agent addresses that are to be known by another one, as FROM=TO.")
}

func (c *Config) kafkaKeys(add adder) {
	add("kafka.brokers", config.Strings(&c.Kafka.Brokers),
		"Kafka brokers to begin with, as host:port. Empty: run starts an embedded broker, for evaluation.")
	add("kafka.required", config.Bool(&c.Kafka.Required),
		"Refuse to run without kafka.brokers, so that forgotten brokers are no silent outage.")
	add("kafka.topic_prefix", config.String(&c.Kafka.TopicPrefix),
		"What topic names begin with.")
	add("kafka.partitions", config.Number(&c.Kafka.Partitions, 0),
		"Partitions of flows, paths and elephants where spoor creates them. 0: 64.")
	add("kafka.replication", config.Number(&c.Kafka.Replication, -1),
		"Replicas of topics that spoor creates. -1: the brokers' default.")
	add("kafka.compression", config.Enum(&c.Kafka.Compression, "none", "gzip", "snappy", "lz4", "zstd"),
		"Compression of record batches.")
	add("kafka.acks", config.Enum(&c.Kafka.Acks, "all", "leader"),
		"Who must have a record before it counts as delivered: all replicas in sync, or the leader alone (faster, and a dying leader loses what it had alone).")
}

func (c *Config) securityKeys(add adder) {
	t, s := &c.Kafka.Security.TLS, &c.Kafka.Security.SASL
	add("kafka.tls.enabled", config.Bool(&t.Enabled),
		"Reach the brokers by TLS.")
	add("kafka.tls.ca_file", config.String(&t.CAFile),
		"Certificates in PEM form that sign the brokers'. Empty: the system's. Renewed files are used for the next connection, without a restart.")
	add("kafka.tls.cert_file", config.String(&t.CertFile),
		"Our certificate, for brokers that ask for one. Empty: none.")
	add("kafka.tls.key_file", config.String(&t.KeyFile),
		"The key of our certificate.")
	add("kafka.tls.server_name", config.String(&t.ServerName),
		"Name that the brokers' certificates must have. Empty: the host that is dialled.")
	add("kafka.sasl.mechanism", config.Enum(&s.Mechanism, kafka.SASLNone, kafka.SASLPlain, kafka.SASLScram1, kafka.SASLScram2, kafka.SASLBearer),
		"How to log in to the brokers.")
	add("kafka.sasl.username", config.String(&s.Username),
		"User for plain and the two of scram.")
	add("kafka.sasl.password", config.Secret(&s.Password),
		"Its password, from the file or the environment only; it is never shown.")
	add("kafka.sasl.password_file", config.String(&s.PasswordFile),
		"A file that holds the password instead, read at each login.")
	add("kafka.sasl.token_file", config.String(&s.TokenFile),
		"For oauthbearer: a file that holds the token, read at each login.")
	add("kafka.sasl.token_url", config.String(&s.TokenURL),
		"For oauthbearer: where OAuth 2.0 gives tokens for client credentials.")
	add("kafka.sasl.client_id", config.String(&s.ClientID),
		"Client id for token_url.")
	add("kafka.sasl.client_secret", config.Secret(&s.ClientSecret),
		"Client secret for token_url, from the file or the environment only; it is never shown.")
	add("kafka.sasl.client_secret_file", config.String(&s.ClientSecretFile),
		"A file that holds the client secret instead.")
	add("kafka.sasl.scopes", config.Strings(&s.Scopes),
		"Scopes to ask token_url for.")
}

func (c *Config) spoolKeys(add adder) {
	s := &c.Publish.Spool
	add("spool.max_bytes", config.Size(&s.MaxBytes),
		"Bound on the disk space for samples that wait for Kafka, in data_dir; the oldest go first. Beside it paths and topology have an eighth of it, elephants and alerts a 64th. 0: no spool, memory alone.")
	add("spool.max_age", config.Duration(&s.MaxAge),
		"What waited longer is dropped. 0s: never.")
	add("spool.sync", config.Duration(&s.Sync),
		"How long spooled data waits at most to be synced to the disk, which only a loss of power can undo. 0s: synced at once.")
}

func (c *Config) analyticsKeys(add adder) {
	a := &c.Analytics
	add("elephants.share", config.Ratio(&a.Elephants.Share),
		"Share of a link's speed from which a flow is an elephant (a large flow, RFC 7424).")
	add("elephants.links", config.MapOf(&a.Elephants.Links, "share", topology.ParseShare, topology.Share.String),
		"Shares of some links that override elephants.share: fabric=10%, host=20% and border=5% for links between switches, to hosts and to routers that we do not hear, AGENT/IFINDEX=20% or AGENT/*=20% for ports; the most specific wins.")
	add("elephants.preset", config.Enum(&a.Elephants.Preset, "fast", "default", "strict"),
		"How sure the detector must be: fast alerts earlier, strict gives fewer false alerts.")
	add("elephants.min_bytes", config.Size(&a.Elephants.MinBytes),
		"Estimated bytes below which a flow raises no alert.")
	add("elephants.min_duration", config.Duration(&a.Elephants.MinDuration),
		"How long the excess must last before an alert starts.")
	add("elephants.mute", config.ListOf(&a.Alerts.Mute, "rule", parseMute, func(r alert.Rule) string { return r.String() }),
		"Rules that mute alerts, of any kind: words like src=10.1.0.0/16 dst=10.2.0.5 between=\"10.1.0.0/16,10.2.0.0/16\" alert=PortDown switch=leaf1 port=swp5 link=leaf1:swp5--spine1:swp1 schedule=\"Mon-Fri 22:00-04:00\" until=2027-01-31 reason=\"nightly backup\". Muted elephants stay in their topic.")
	add("names.file", config.String(&c.NamesFile),
		"What you call switches and ports, and their speeds: a CSV file with the columns agent, ifIndex (empty for the switch itself), name, alias, speed. Empty: none.")
	add("topology.file", config.String(&c.TopologyFile),
		"A given topology in sFlow-RT's JSON form; it overrides what is learned. Empty: none.")
	add("topology.learn", config.Bool(&a.Topology.Learn),
		"Whether links and host locations are learned from samples.")
	add("topology.hosts", config.Prefixes(&a.Topology.Hosts),
		"Addresses of agents that run on hosts (hsflowd) which route for guests, such as Kubernetes nodes: what forwards looks like a switch. Hosts that do not route are recognised.")
	add("topology.speeds", config.MapOf(&a.Topology.Speeds, "speed", topology.ParseSpeed, formatSpeed),
		"Link speeds in bit/s that override what agents say: AGENT/IFINDEX=100M, AGENT/*=10G or *=100M; the most specific wins.")
	add("topology.expire", config.Duration(&a.Topology.Expire),
		"What was learned and no sample spoke for in so long is forgotten: addresses, links, tunnel ends, MACs. 1m to 10000h, or 0s: never.")
	add("flows.max", config.Number(&a.Flows.Max, 0),
		"Flows kept in memory at a time, about 170 bytes each. Beyond it the least promising give way. 0: by the memory that the process may use, an eighth of it (65536 to 1179648 flows); replay takes 262144.")
	add("flows.idle", config.Duration(&a.Flows.Idle),
		"A flow without samples for so long is forgotten.")
	add("paths.min_samples", config.Number(&a.Paths.MinSamples, 1),
		"Samples of a flow before its path is published. Elephants' paths always are.")
	add("paths.max_per_second", config.Number(&a.Paths.MaxPerSecond, 1),
		"Path messages a second at most: elephants first, the rest when there is room.")
}

func (c *Config) outputKeys(add adder) {
	add("output.dir", config.String(&c.Output.Dir),
		"Directory for files with the same messages, one a topic. Empty: none.")
	add("output.max_bytes", config.Size(&c.Output.MaxBytes),
		"Bound on what run keeps in output.dir; the oldest rotated files go first. Replays are not bounded.")
	add("http.listen", config.String(&c.HTTP.Listen),
		"Address for the live page, its API, /metrics, /healthz and /readyz; port 0 takes a free one. Empty: no HTTP.")
	add("http.token_file", config.String(&c.HTTP.TokenFile),
		"A file with the token that who asks must bring, as a bearer token or on the page; read again when it changes. Empty: none is asked for, and beyond this machine page and API answer nobody.")
	add("http.anonymous", config.Bool(&c.HTTP.Anonymous),
		"Serve page and API beyond this machine without a token, where the network keeps strangers out.")
	add("http.tls.cert_file", config.String(&c.HTTP.CertFile),
		"Our certificate in PEM form, for HTTPS; read again when it changes. Empty: HTTP.")
	add("http.tls.key_file", config.String(&c.HTTP.KeyFile),
		"The key of our certificate.")
	add("http.external_url", config.String(&c.Publish.ExternalURL),
		"URL by which people reach the page, for links in alerts, such as https://spoor.example.net. Empty: alerts have none. Without a token who comes by another name (an address aside) is turned away.")
	add("http.profiles", config.Bool(&c.HTTP.Profiles),
		"Serve the runtime's profiles under /debug/pprof/ too, for go tool pprof: they show what runs, and cost while they are taken.")
	add("log.level", config.Enum(&c.Log.Level, telemetry.LevelDebug, telemetry.LevelInfo, telemetry.LevelWarn, telemetry.LevelError),
		"The least severe messages that are logged.")
	add("log.format", config.Enum(&c.Log.Format, telemetry.FormatText, telemetry.FormatJSON),
		"Form of log lines on stderr.")
}

// formatSpeed writes a round speed with its suffix: "*=100M".
func formatSpeed(s topology.Speed) string {
	where, bits, _ := strings.Cut(s.String(), "=")
	suffix := ""
	for _, next := range []string{"K", "M", "G", "T"} {
		short, ok := strings.CutSuffix(bits, "000")
		if !ok {
			break
		}
		bits, suffix = short, next
	}
	return where + "=" + bits + suffix
}

// aliases is the setting agents.alias.
type aliases struct{ m *map[netip.Addr]netip.Addr }

// Set replaces the aliases by FROM=TO items.
func (a aliases) Set(items []string) error {
	m := make(map[netip.Addr]netip.Addr, len(items))
	for _, s := range items {
		x, y, ok := strings.Cut(s, "=")
		from, err1 := netip.ParseAddr(strings.TrimSpace(x))
		to, err2 := netip.ParseAddr(strings.TrimSpace(y))
		if !ok || err1 != nil || err2 != nil {
			return fmt.Errorf("%q is no pair of addresses such as 192.0.2.1=10.255.0.1", s)
		}
		m[from] = to
	}
	*a.m = m
	return nil
}

// Items gives the aliases in the order of their addresses.
func (a aliases) Items() []string {
	items := make([]string, 0, len(*a.m))
	for from, to := range *a.m {
		items = append(items, from.String()+"="+to.String())
	}
	slices.Sort(items)
	return items
}

// Shape says that the file may give a mapping.
func (aliases) Shape() config.Shape { return config.Map }

// Kind names an item.
func (aliases) Kind() string { return "address=address" }

func (c *Config) alertKeys(add adder) {
	p := &c.Post
	add("alerts.alertmanagers", config.Strings(&p.Alertmanagers),
		"Alertmanagers to post alerts to, as http://host:9093; name all of a cluster. Empty: none; the topic of alerts has them in any case.")
	add("alerts.webhooks", config.Strings(&p.Webhooks),
		"URLs to post alerts to, as a JSON array of messages like those of the topic of alerts.")
	add("alerts.token_file", config.String(&p.TokenFile),
		"A file that holds a bearer token for both, read at each post.")
	add("alerts.detection_within", config.Duration(&c.Analytics.Alerts.DetectionWithin),
		"How soon an elephant of twice the threshold is to be found (99th percentile); where the sampling rates do not allow that, DetectionSlow is raised. 0s: never.")
}

// parseMute reads a mute rule; its times are local ones unless it says otherwise.
func parseMute(text string) (alert.Rule, error) { return alert.ParseRule(text, time.Local) }
