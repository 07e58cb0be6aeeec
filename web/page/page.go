// Package page serves the live page: plain files of ours, embedded, with the
// headers that keep them from doing or loading anything else.
package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"spoor/web/answer"
	"spoor/web/live"
)

//go:embed www
var files embed.FS

// policy lets the page use what this server serves and nothing else; text can
// never become markup or script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// types of the files, so that they do not depend on the machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

// file is one of the page's, ready to be sent.
type file struct {
	kind   string
	tag    string
	plain  []byte
	packed []byte
}

// Register adds the page's routes: / and those of its files.
func Register(handle func(pattern string, h http.Handler)) error {
	return fs.WalkDir(files, "www", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := load(name)
		if err != nil {
			return err
		}
		route := strings.TrimPrefix(name, "www")
		if route == "/index.html" {
			route = "/{$}"
		}
		handle(route, answer.Get(f.serve))
		return nil
	})
}

func load(name string) (*file, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text = lighten(name, text)
	f := &file{plain: text, kind: types[path.Ext(name)]}
	if f.kind == "" {
		f.kind = mime.TypeByExtension(path.Ext(name))
	}
	sum := sha256.Sum256(text)
	f.tag = `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	err = z.Close()
	f.packed = b.Bytes()
	return f, err
}

// lighten leaves out what only people read: the indentation, and in scripts the
// lines that are comments. Lines keep their numbers.
func lighten(name string, text []byte) []byte {
	script := path.Ext(name) == ".js"
	if !script && path.Ext(name) != ".css" {
		return text
	}
	out := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " \t")
		if script && bytes.HasPrefix(line, []byte("//")) {
			line = []byte("\n")
		}
		out = append(out, line...)
	}
	return out
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache") // ask each time: a new version shows at once
	h.Set("Etag", f.tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	if live.Compressed(r) {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(f.packed)
		return
	}
	_, _ = w.Write(f.plain)
}
