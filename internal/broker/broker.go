// Package broker runs a Kafka broker inside the process, for trying spoor out
// and for tests: one broker, nothing replicated, on the loopback only.
//
// What persistence needs: a data directory of its own on a local disk, used by
// one process at a time (a lock file sees to it), and room for the retention's
// bytes times the partitions. Topics, records, consumer groups' offsets and
// producers' sequences are in it and survive a restart, and also a kill -9 of
// the process: what was acknowledged was handed to the operating system. It is
// not synced to the disk before the acknowledgement, so a loss of power may cost
// the last seconds, as with Kafka's defaults.
//
// The broker is franz-go's kfake. It keeps no record in memory as long as it has
// a data directory, which is why there always is one.
package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

// ClusterID is how clients may know an embedded broker.
const ClusterID = "spoor-embedded"

// Config says where the broker listens and keeps its data.
type Config struct {
	Dir            string // data directory; "" = a temporary one, removed by Close
	Port           int    // first port to try, 0 = any free one
	Tries          int    // ports to try from Port on
	RetentionBytes int64  // a partition's, for topics that do not say; checked each ten seconds
	SegmentBytes   int64  // retention removes whole segments
	// Log hears of what cannot be written; nil is nobody. It should be throttled.
	Log *slog.Logger
}

// DefaultConfig gives the defaults.
func DefaultConfig() Config {
	return Config{Port: 9092, Tries: 20, RetentionBytes: 16 << 20, SegmentBytes: 4 << 20}
}

// Broker is a running broker.
type Broker struct {
	cluster   *kfake.Cluster
	addr      string
	failures  failures
	lock      *os.File
	temporary string
}

// Start starts a broker on 127.0.0.1, on the configured port or the next free one.
func Start(cfg Config) (*Broker, error) {
	b := &Broker{failures: failures{log: cfg.Log}}
	dir := cfg.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "spoor-broker-"); err != nil {
			return nil, fmt.Errorf("embedded broker: %w", err)
		}
		b.temporary = dir
	}
	if err := b.start(cfg, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("embedded broker: %w", err), b.release())
	}
	return b, nil
}

func (b *Broker) start(cfg Config, dir string) error {
	err := os.MkdirAll(dir, 0o750)
	if err == nil {
		err = b.acquire(filepath.Join(dir, "lock"))
	}
	if err != nil {
		return fmt.Errorf("%w: choose another directory with --data_dir", err)
	}
	data := filepath.Join(dir, "kafka")
	if cfg.Port == 0 {
		return b.listen(cfg, data, 0)
	}
	for i := range max(cfg.Tries, 1) {
		if err = b.listen(cfg, data, cfg.Port+i); !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return fmt.Errorf("ports %d to %d are taken: %w", cfg.Port, cfg.Port+cfg.Tries-1, err)
}

// listen starts the broker on one port.
func (b *Broker) listen(cfg Config, data string, port int) error {
	c, err := kfake.NewCluster(
		kfake.Ports(port),
		kfake.DataDir(data),
		kfake.ClusterID(ClusterID),
		kfake.WithLogger(&b.failures),
		kfake.BrokerConfigs(map[string]string{
			"log.retention.bytes":    strconv.FormatInt(cfg.RetentionBytes, 10),
			"log.segment.bytes":      strconv.FormatInt(cfg.SegmentBytes, 10),
			"log.cleaner.backoff.ms": "10000",
		}),
	)
	if err != nil {
		return err
	}
	b.cluster, b.addr = c, c.ListenAddrs()[0]
	return nil
}

// Addr gives the broker's address, host:port.
func (b *Broker) Addr() string { return b.addr }

// Port gives the broker's port.
func (b *Broker) Port() int {
	_, port, err := net.SplitHostPort(b.addr)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0
	}
	return n
}

// Close stops the broker and writes its state out.
func (b *Broker) Close() error {
	b.cluster.Close()
	return b.release()
}

// release gives up the lock and the temporary directory.
func (b *Broker) release() error {
	var errs []error
	if b.lock != nil {
		errs = append(errs, b.lock.Close())
	}
	if b.temporary != "" {
		errs = append(errs, os.RemoveAll(b.temporary))
	}
	return errors.Join(errs...)
}
