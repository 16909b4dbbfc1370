package http

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"
)

// compress returns data as gzip, zlib and bare deflate, at several levels.
func compress(t testing.TB, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for _, level := range []int{flate.NoCompression, flate.HuffmanOnly, 1, 6, 9} {
		for _, open := range []func(io.Writer) (io.WriteCloser, error){
			func(w io.Writer) (io.WriteCloser, error) {
				z, err := gzip.NewWriterLevel(w, level)
				z.Name, z.Comment, z.Extra = "name", "comment", []byte("extra")
				return z, err
			},
			func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriterLevel(w, level) },
			func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) },
		} {
			var b bytes.Buffer
			w, err := open(&b)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(data)
			w.Close()
			out = append(out, b.Bytes())
		}
	}
	return out
}

func TestInflate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	for name, data := range map[string][]byte{
		"empty": nil, "short": []byte("hello, hello, hello"), "text": bytes.Repeat([]byte("<p>some text</p>\n"), 9000), "noise": noise,
	} {
		for i, z := range compress(t, data) {
			for _, chunk := range []int{1, 3, 1000, len(z)} {
				var inf inflater
				inf.reset()
				total := uint64(0)
				for b := z; len(b) > 0; b = b[min(chunk, len(b)):] {
					total += inf.write(b[:min(chunk, len(b))])
				}
				if want := data[:min(len(data), headLen)]; total != uint64(len(data)) || !bytes.Equal(inf.out, want) {
					t.Fatalf("%s, stream %d in pieces of %d: %d bytes, want %d; head right: %v", name, i, chunk, total, len(data), bytes.Equal(inf.out, want))
				}
			}
		}
	}
}

func FuzzInflate(f *testing.F) {
	for _, z := range compress(f, []byte("hello, hello, hello")) {
		f.Add(z)
	}
	f.Fuzz(func(t *testing.T, z []byte) {
		var inf inflater
		inf.reset()
		got := inf.write(z)
		if len(inf.out) > headLen || uint64(len(inf.out)) > inf.total {
			t.Fatalf("head of %d bytes of %d", len(inf.out), inf.total)
		}
		// What the standard library decodes without an error we decode too.
		r, err := gzip.NewReader(bytes.NewReader(z))
		if err != nil {
			return
		}
		r.Multistream(false)
		if want, err := io.ReadAll(io.LimitReader(r, 1<<20)); err == nil && len(want) < 1<<20 && got != uint64(len(want)) {
			t.Errorf("%d bytes, want %d", got, len(want))
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	data := bytes.Repeat([]byte("<p>some text, and <b>more</b> of it</p>\n"), 20000)
	z := compress(b, data)[9]
	b.SetBytes(int64(len(data)))
	var inf inflater
	for b.Loop() {
		inf.reset()
		inf.write(z)
	}
}
