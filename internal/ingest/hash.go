package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"wirehunt/internal/capture"
)

// hashing is the SHA-256 of a file, computed beside its import.
type hashing struct {
	ctx    context.Context
	cancel context.CancelFunc
	path   string
	once   sync.Once
	digest string
	err    error
	w      hash.Hash // for standard input: what is read is written here
	pace   *pace     // nil for as fast as it goes
}

// newHash returns the hash of the file, computed when it is asked for; for
// standard input the import itself writes what it reads to w.
func newHash(ctx context.Context, path string) *hashing {
	h := &hashing{path: path, w: sha256.New()}
	h.ctx, h.cancel = context.WithCancel(ctx)
	return h
}

// hashAll computes the hashes, one after the other.
func hashAll(list []*hashing) {
	for _, h := range list {
		if h.path != "-" {
			h.wait()
		}
	}
}

func (h *hashing) read() error {
	f, err := os.Open(h.path)
	if err != nil {
		return describe(err)
	}
	defer f.Close()
	var r io.Reader = f
	if h.pace != nil {
		r = &pacedReader{h.ctx, f, h.pace}
	}
	_, err = io.CopyBuffer(h.w, &ctxReader{h.ctx, r}, make([]byte, 1<<18))
	return err
}

func (h *hashing) wait() (string, error) {
	h.once.Do(func() {
		if h.path != "-" {
			h.err = h.read()
		}
		if h.err == nil {
			h.digest = hex.EncodeToString(h.w.Sum(nil))
		}
	})
	return h.digest, h.err
}

// stop ends the work on the hash, and waits for that.
func (h *hashing) stop() {
	h.cancel()
	h.once.Do(func() {})
}

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// pacedReader reads a file at the pace of another reader.
type pacedReader struct {
	ctx  context.Context
	r    io.Reader
	pace *pace
}

func (r *pacedReader) Read(p []byte) (int, error) {
	r.pace.wait(r.ctx)
	n, err := r.r.Read(p)
	r.pace.hashed += int64(n)
	return n, err
}

// pace keeps the hashes behind the analysis of a capture, at half its speed:
// all cores are busy then, while what follows, up to the moment at which the
// hashes must be known, keeps one busy.  A disk also likes it better when
// both read at about the same place.
type pace struct {
	src    atomic.Pointer[capture.Source]
	ended  chan struct{} // nil where there is nothing to keep behind
	end    sync.Once
	hashed int64 // bytes
}

func (p *pace) begin() { p.ended = make(chan struct{}) }

// follow tells what is analysed.
func (p *pace) follow(src capture.Source) { p.src.Store(&src) }

// stop lets the hashes run.
func (p *pace) stop() {
	if p.ended != nil {
		p.end.Do(func() { close(p.ended) })
	}
}

const paceStep = 2 * time.Millisecond

// wait returns when the next bytes may be hashed.
func (p *pace) wait(ctx context.Context) {
	for {
		if src := p.src.Load(); src != nil {
			if read, _ := (*src).Progress(); p.hashed <= read/2 {
				return
			}
		}
		select {
		case <-p.ended:
			return
		case <-ctx.Done():
			return
		case <-time.After(paceStep):
		}
	}
}
