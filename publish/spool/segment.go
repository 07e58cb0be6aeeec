package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// segment is one file of records with its journal.
type segment struct {
	number  uint64
	name    string   // without the ending
	data    *os.File // nil while nobody reads or writes it
	log     *os.File // nil until something is noted
	size    int64    // of the records' file
	logSize int64
	readAt  int64 // offset of the next unread record
	unread  Counts
	all     Counts // of the records' file
	pending int    // records that were read and are not finished
	oldest  int64  // Unix ms, as newest: when records were written; 0 = there are none
	newest  int64
	gone    bool // dropped: its files are no more
	marks   map[int64]*Marks
}

func (g *segment) dataName() string { return g.name + ".seg" }

func (g *segment) logName() string { return g.name + ".log" }

// create makes an empty segment.
func create(dir string, number uint64) (*segment, error) {
	g := &segment{number: number, name: filepath.Join(dir, fmt.Sprintf("%016x", number)), size: int64(len(magic)), readAt: int64(len(magic))}
	f, err := os.OpenFile(g.dataName(), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(magic); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(g.dataName()))
	}
	g.data = f
	return g, nil
}

// open opens a segment that an earlier run left. One without an index, because it
// was not finished when that run ended, is read and cut where it is torn; torn is
// the number of bytes that were cut.
func open(dir string, number uint64) (g *segment, torn int64, err error) {
	g = &segment{number: number, name: filepath.Join(dir, fmt.Sprintf("%016x", number))}
	log, err := os.ReadFile(g.logName())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	var whole int
	g.marks, whole = readJournal(log)
	if g.logSize = int64(whole); whole < len(log) {
		if err := os.Truncate(g.logName(), g.logSize); err != nil {
			return nil, 0, err
		}
	}
	info, err := os.Stat(g.dataName())
	if err != nil {
		return nil, 0, err
	}
	if g.readIndex(info.Size()) {
		return g, 0, g.subtract()
	}
	data, err := os.ReadFile(g.dataName())
	if err != nil {
		return nil, 0, err
	}
	g.scan(data)
	if torn = int64(len(data)) - g.size; torn > 0 {
		if err := os.Truncate(g.dataName(), g.size); err != nil {
			return nil, 0, err
		}
	}
	return g, torn, nil
}

// scan takes in what whole records there are, with what the journal says of them.
func (g *segment) scan(data []byte) {
	if !bytes.HasPrefix(data, magic) {
		return
	}
	g.size = int64(len(magic))
	g.readAt = g.size
	for {
		h, n, err := readRecord(data[g.size:])
		if err != nil {
			return
		}
		g.unread[h.Topic] += int64(max(0, h.Records-g.marks[g.size].finished()))
		g.all[h.Topic] += int64(h.Records)
		g.wrote(h.written)
		g.size += int64(n)
	}
}

// append writes a finished record; after a failure the file is as before.
func (g *segment) append(record []byte, b *Batch, written int64) error {
	if _, err := g.data.WriteAt(record, g.size); err != nil {
		_ = g.data.Truncate(g.size) // else Open cuts it
		return err
	}
	g.size += int64(len(record))
	g.unread[b.Topic] += int64(b.Records)
	g.all[b.Topic] += int64(b.Records)
	g.wrote(written)
	return nil
}

// wrote notes the time of a record.
func (g *segment) wrote(at int64) {
	if g.oldest == 0 || at < g.oldest {
		g.oldest = at
	}
	g.newest = max(g.newest, at)
}

// read reads the record at readAt into buf, which is given back grown.
func (g *segment) read(buf []byte) (h header, body, grown []byte, err error) {
	if g.data == nil {
		if g.data, err = os.OpenFile(g.dataName(), os.O_RDWR, 0); err != nil {
			return h, nil, buf, err
		}
	}
	if cap(buf) < headerSize {
		buf = make([]byte, headerSize, 64<<10)
	}
	buf = buf[:headerSize]
	if _, err = g.data.ReadAt(buf, g.readAt); err != nil {
		return h, nil, buf, err
	}
	if h, err = readHeader(buf); err != nil {
		return h, nil, buf, err
	}
	size := headerSize + h.body
	if int64(size) > g.size-g.readAt {
		return h, nil, buf, errTorn
	}
	if cap(buf) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	if _, err = g.data.ReadAt(buf, g.readAt); err != nil {
		return h, nil, buf, err
	}
	if h, _, err = readRecord(buf); err != nil {
		return h, nil, buf, err
	}
	return h, buf[headerSize:size], buf, nil
}

// note writes an entry into the journal.
func (g *segment) note(e *entry) (err error) {
	if g.log == nil {
		if g.log, err = os.OpenFile(g.logName(), os.O_WRONLY|os.O_CREATE, 0o640); err != nil {
			return err
		}
	}
	if _, err := g.log.WriteAt(e.append(nil), g.logSize); err != nil {
		return err
	}
	g.logSize += entrySize
	return nil
}

// close closes the files.
func (g *segment) close() error {
	var errs []error
	if g.data != nil {
		errs = append(errs, g.data.Close())
		g.data = nil
	}
	if g.log != nil {
		errs = append(errs, g.log.Close())
		g.log = nil
	}
	return errors.Join(errs...)
}

// remove deletes the files, the records first: a journal alone means nothing.
func (g *segment) remove() error {
	g.gone = true
	err := g.close()
	err = errors.Join(err, os.Remove(g.dataName()))
	for _, name := range []string{g.logName(), g.indexName()} {
		if e := os.Remove(name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
