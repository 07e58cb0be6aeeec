// Package config reads the program's settings: defaults, then one strict YAML
// file, then the environment, then flags, each overriding the one before.
//
// A setting is a Key: a dotted name, a help text and a Value that points into
// the Config struct of the room that it belongs to. One list of keys makes the
// file format, the environment variables, the flags, the dump and the
// reference, so these cannot disagree. The package knows no key by name.
package config
