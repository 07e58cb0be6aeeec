package settings

import (
	"slices"
	"strings"
	"testing"

	"spoor/internal/config"
)

// TestEveryKeyEveryWay: for each key its example means the same in the file, in the environment and as a flag.
func TestEveryKeyEveryWay(t *testing.T) {
	changed := 0
	defaults := DefaultConfig()
	for _, k := range defaults.Keys().Keys() {
		if k.Value.Kind() == "secret" { // is never shown; TestSecretsStayHidden
			continue
		}
		value, ok := examples[k.Name]
		if value = strings.TrimPrefix(value, "#"); !ok {
			value = defaultOf(t, &k)
		}
		want := itemsAfter(t, k.Name, func(s *config.Set) error { return s.File("spoor.yaml", []byte(nested(k.Name, value))) })
		if !slices.Equal(want, k.Value.Items()) {
			changed++
		}
		text := strings.Join(want, ",")
		for way, set := range map[string]func(s *config.Set) error{
			"the environment": func(s *config.Set) error { _, err := s.Env([]string{k.Env() + "=" + text}); return err },
			"a flag":          func(s *config.Set) error { return s.Override(k.Name, text) },
		} {
			if got := itemsAfter(t, k.Name, set); !slices.Equal(got, want) {
				t.Errorf("%s: %q from %s, %q from the file", k.Name, got, way, want)
			}
		}
	}
	if changed < 40 {
		t.Errorf("only %d examples are not the default", changed)
	}
}

// nested gives a file with one key.
func nested(name, value string) string {
	var b strings.Builder
	parts := strings.Split(name, ".")
	for i, p := range parts {
		b.WriteString(strings.Repeat("  ", i) + p + ":")
		if i < len(parts)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String() + " " + value + "\n"
}

// itemsAfter gives a key's value after it was set.
func itemsAfter(t *testing.T, name string, set func(s *config.Set) error) []string {
	t.Helper()
	cfg := DefaultConfig()
	s := cfg.Keys()
	if err := set(s); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	i := slices.IndexFunc(s.Keys(), func(k config.Key) bool { return k.Name == name })
	return s.Keys()[i].Value.Items()
}
