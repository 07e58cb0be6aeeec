package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Dump writes the settings as a file that would give the same ones, but
// for secrets; those that are not defaults say where they came from.
func (s *Set) Dump(w io.Writer) error {
	var b strings.Builder
	section := ""
	for i := range s.keys {
		sec, name, nested := strings.Cut(s.keys[i].Name, ".")
		indent := ""
		if !nested {
			sec, name = "", s.keys[i].Name
		} else {
			indent = "  "
		}
		if sec != section && sec != "" {
			fmt.Fprintf(&b, "%s:\n", sec)
		}
		section = sec
		if secret, set := isSecret(s.keys[i].Value); secret {
			if set {
				fmt.Fprintf(&b, "%s# %s is set and not shown (%s)\n", indent, name, s.origin[i])
			}
			continue
		}
		fmt.Fprintf(&b, "%s%s: %s", indent, name, yamlValue(s.keys[i].Value))
		if s.origin[i] != FromDefault {
			fmt.Fprintf(&b, " # %s", s.origin[i])
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// yamlValue writes a value on one line.
func yamlValue(v Value) string {
	items := v.Items()
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = yamlScalar(s, v.Shape() != Scalar)
	}
	if v.Shape() == Scalar {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// yamlScalar quotes what YAML might read as something else.
func yamlScalar(s string, inList bool) string {
	plain := s != "" && !strings.ContainsAny(s[:1], "-?:,[]{}#&*!|>'\"%@` ") && !strings.HasSuffix(s, " ") &&
		!strings.Contains(s, ": ") && !strings.HasSuffix(s, ":") && !strings.Contains(s, " #") &&
		(!inList || !strings.ContainsAny(s, ",[]{}") && !strings.Contains(s, "::"))
	if plain && s != "~" && !strings.EqualFold(s, "null") && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return s
	}
	return strconv.Quote(s)
}

// Reference writes all keys with their help as a Markdown table per section.
func (s *Set) Reference() []byte {
	var b strings.Builder
	section := "\x00"
	for i := range s.keys {
		k := &s.keys[i]
		sec, _, nested := strings.Cut(k.Name, ".")
		if !nested {
			sec = ""
		}
		if sec != section {
			title := "`" + sec + "`"
			if sec == "" {
				title = "General"
			}
			fmt.Fprintf(&b, "\n## %s\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n", title)
			section = sec
		}
		kind := strings.ReplaceAll(k.Value.Kind(), "|", "\\|")
		if k.Value.Shape() != Scalar {
			kind = "list of " + kind
		}
		def := strings.Join(k.Value.Items(), ", ")
		if def != "" {
			def = "`" + def + "`"
		}
		live := ""
		if s.Live(k.Name) {
			live = " ↻"
		}
		fmt.Fprintf(&b, "| `%s`%s | %s | %s | %s |\n", k.Name, live, kind, def, strings.ReplaceAll(k.Help, "|", "\\|"))
	}
	return []byte(b.String())
}
