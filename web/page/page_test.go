package page

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func routes(t *testing.T) *http.ServeMux {
	t.Helper()
	mux := http.NewServeMux()
	if err := Register(mux.Handle); err != nil {
		t.Fatal(err)
	}
	return mux
}

func get(mux *http.ServeMux, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, http.NoBody)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// maxAssets bounds what a browser loads for the page, uncompressed.
const maxAssets = 150_000

func TestAssets(t *testing.T) {
	mux, sum, small := routes(t), 0, 0
	err := fs.WalkDir(files, "www", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		text = lighten(name, text)
		sum += len(text)
		url := strings.TrimPrefix(name, "www")
		if url == "/index.html" {
			url = "/"
		}
		small += get(mux, url, "Accept-Encoding", "gzip").Body.Len()
		w := get(mux, url)
		if w.Code != 200 || w.Body.String() != string(text) || w.Header().Get("Content-Type") != types[path.Ext(name)] || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", url, w.Code, w.Header())
		}
		if csp := w.Header().Get("Content-Security-Policy"); csp != policy || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: %s", url, csp)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum == 0 || sum > maxAssets {
		t.Errorf("the page takes %d bytes, at most %d", sum, maxAssets)
	}
	t.Logf("the page takes %d bytes, %d compressed", sum, small)
	for _, none := range []string{"/js/", "/www/index.html", "/../page.go", "/js/../../page.go", "/index.html"} {
		if w := get(mux, none); w.Code == 200 {
			t.Errorf("%s is served", none)
		}
	}
}

func TestLighten(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.js", "// a\n  if (x) // b\n\t\ty('//');\n", "\nif (x) // b\ny('//');\n"},
		{"a.css", "a {\n  b: c;\n}", "a {\nb: c;\n}"},
		{"a.html", "  <p>\n", "  <p>\n"},
	} {
		if got := string(lighten(c.name, []byte(c.text))); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestEncodingsAndTags(t *testing.T) {
	mux := routes(t)
	plain := get(mux, "/js/view.js")
	packed := get(mux, "/js/view.js", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || string(text) != plain.Body.String() {
		t.Errorf("%v: %d bytes unpacked, %d plain", err, len(text), plain.Body.Len())
	}
	if again := get(mux, "/js/view.js", "If-None-Match", plain.Header().Get("Etag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("%d", again.Code)
	}
}

// markup are the ways by which text could become markup or script.
var markup = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|createContextualFragment|srcdoc|javascript:`)

// TestNothingForeign: no third-party code, nothing from elsewhere, and no way for text to become markup but the one guarded place.
func TestNothingForeign(t *testing.T) {
	foreign := regexp.MustCompile(`https?://[^'"\s)]+`)
	err := fs.WalkDir(files, "www", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		for _, u := range foreign.FindAllString(string(text), -1) {
			if !strings.HasPrefix(u, "http://www.w3.org/") {
				t.Errorf("%s names %s", name, u)
			}
		}
		for line := range strings.Lines(string(text)) {
			if m := markup.FindString(line); m != "" && !strings.Contains(name, "view.js") && !strings.HasPrefix(strings.TrimSpace(line), "//") {
				t.Errorf("%s uses %s", name, m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
