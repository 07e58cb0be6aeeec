// Package settings is the configuration of the whole program: the rooms' own put
// together, the name and meaning of each setting, where settings come from, and
// what can be told of them before anything runs.
package settings

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"spoor/analytics"
	"spoor/collector"
	"spoor/collector/forward"
	"spoor/internal/config"
	"spoor/internal/telemetry"
	"spoor/publish"
	"spoor/publish/file"
	"spoor/publish/kafka"
	"spoor/publish/post"
	"spoor/topology"
	"spoor/web"
)

// Config is that of the whole program, composed of the rooms' own.
type Config struct {
	DataDir      string // "" = the user's state directory
	Listen       collector.Config
	Agents       collector.AgentsConfig
	Forward      forward.Config
	Kafka        KafkaConfig
	Analytics    analytics.Config
	TopologyFile string // sFlow-RT's JSON, "" = none
	NamesFile    string // CSV, "" = none
	Publish      publish.Config
	Post         post.Config
	Output       OutputConfig
	HTTP         web.Config
	Log          telemetry.LogConfig
}

// KafkaConfig says where to publish.
type KafkaConfig struct {
	kafka.Config
	Required bool // no embedded broker in place of missing brokers
}

// Validate reports what cannot work.
func (c *KafkaConfig) Validate() error {
	if len(c.Brokers) == 0 {
		if c.Required {
			return errors.New("kafka.required is set and kafka.brokers is empty: name your brokers")
		}
		return nil
	}
	var errs []error
	for _, b := range c.Brokers {
		_, port, err := net.SplitHostPort(b)
		if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 {
			errs = append(errs, fmt.Errorf("kafka.brokers: %q is no host:port such as kafka1:9092", b))
		}
	}
	return errors.Join(append(errs, c.Config.Validate())...)
}

// OutputConfig says where messages go as files.
type OutputConfig struct {
	Dir      string // "" = nowhere
	MaxBytes int64  // bound on what Run keeps; 0 = none
}

// Validate reports a bound that is too small.
func (c *OutputConfig) Validate() error {
	if c.MaxBytes != 0 && c.MaxBytes < file.MinBytes {
		return fmt.Errorf("output.max_bytes is %d: want at least %d, or 0 for no bound", c.MaxBytes, file.MinBytes)
	}
	return nil
}

// DefaultConfig is that of a program that was told nothing.
func DefaultConfig() Config {
	return Config{
		Listen:    collector.DefaultConfig(),
		Agents:    collector.DefaultAgentsConfig(),
		Kafka:     KafkaConfig{Config: kafka.DefaultConfig()},
		Analytics: analytics.DefaultConfig(),
		Publish:   publish.DefaultConfig(),
		Output:    OutputConfig{MaxBytes: 1 << 30},
		HTTP:      web.DefaultConfig(),
		Log:       telemetry.DefaultLogConfig(),
	}
}

// Sources are where settings come from, beside the flags.
type Sources struct {
	File    string   // path of the YAML file, "" = none
	Environ []string // as os.Environ gives it
}

// Load fills c, whose keys set holds, from the sources and the flags bound to
// set, and checks it all. Warnings are for the log. The error has a line for each
// fault; what values mean together is judged only where each can be read.
func (c *Config) Load(set *config.Set, from Sources) (warnings []string, err error) {
	var errs []error
	if from.File != "" {
		data, err := os.ReadFile(from.File)
		if err != nil {
			return nil, fmt.Errorf("configuration file: %w", err)
		}
		errs = append(errs, set.File(from.File, data))
	}
	warnings, err = set.Env(from.Environ)
	if err := errors.Join(append(errs, err, set.Flags())...); err != nil {
		return warnings, err
	}
	var static, names error
	if c.TopologyFile != "" {
		c.Analytics.Topology.Static, static = topology.LoadStatic(c.TopologyFile)
	}
	if c.NamesFile != "" {
		c.Analytics.Topology.Names, names = topology.LoadNames(c.NamesFile)
	}
	return warnings, set.Locate(errors.Join(static, names, c.Validate()))
}

// Validate reports all that cannot work, one error a line.
func (c *Config) Validate() error {
	return errors.Join(
		c.Listen.Validate(),
		c.Agents.Validate(),
		c.Forward.Validate(),
		c.Kafka.Validate(),
		c.Analytics.Validate(),
		c.Post.Validate(),
		c.Publish.Validate(),
		c.Output.Validate(),
		c.HTTP.Validate(),
	)
}

// StateDir gives the directory for what the program keeps: data_dir, else the
// one that systemd made, else the user's.
func (c *Config) StateDir(getenv func(string) string) (string, error) {
	if c.DataDir != "" {
		return c.DataDir, nil
	}
	if dir := getenv("STATE_DIRECTORY"); dir != "" {
		return filepath.SplitList(dir)[0], nil
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "spoor"), nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "spoor"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", errors.New("no directory for data: name one with --data_dir")
	}
	return filepath.Join(dir, "spoor"), nil
}
