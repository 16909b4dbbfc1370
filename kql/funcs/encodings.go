package funcs

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"wirehunt/kql/funcs/dyn"
	"wirehunt/kql/types"
)

// maxInflated bounds what a compressed string may grow to.
const maxInflated = 16 << 20

// encodings are base64, URLs, compression, hashes, and the parsers of
// structured text.
func encodings() []types.Func {
	one := func(name, result, doc string, f func(string) any) types.Func {
		return goFn(name, "(string:string) -> "+result, doc, func(a []types.Value) any { return f(text(a[0])) })
	}
	digest := func(name, sql string, f func([]byte) []byte) types.Func {
		return sqlFn(name, "(source:NotDynamic) -> string", "The "+strings.TrimPrefix(name, "hash_")+" digest in hexadecimal.", textArgs(sql+"($1)"), func(a []types.Value) any {
			return hex.EncodeToString(f([]byte(text(a[0]))))
		})
	}
	return []types.Func{
		one("base64_encode_tostring", "string", "The text in base64.", func(s string) any { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		one("base64_decode_tostring", "string", "The text that base64 stands for; empty if it is not UTF-8.", func(s string) any {
			b, err := decode64(s)
			if err != nil || !utf8.Valid(b) {
				return ""
			}
			return string(b)
		}),
		one("base64_decode_toarray", "dynamic", "The bytes that base64 stands for.", func(s string) any {
			b, err := decode64(s)
			if err != nil {
				return nil
			}
			out := make([]any, len(b))
			for i, c := range b {
				out[i] = int64(c)
			}
			return dyn.JSON(out)
		}),
		one("base64_decode_toguid", "guid", "The guid that base64 stands for.", func(s string) any {
			b, err := decode64(s)
			if err != nil || len(b) != 16 {
				return nil
			}
			g := []byte{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
			h := hex.EncodeToString(g)
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		}),
		goFn("base64_encode_fromarray", "(bytes:DynamicArray) -> string", "An array of bytes in base64.", func(a []types.Value) any {
			var b []byte
			for _, x := range arr(a[0]) {
				n, _ := dyn.Number(x)
				b = append(b, byte(int64(n)))
			}
			return base64.StdEncoding.EncodeToString(b)
		}),
		one("url_encode", "string", "The text with what is special in URLs escaped.", func(s string) any { return urlEncode(s, "-_.!*()", true) }),
		one("url_encode_component", "string", "The text escaped as a part of a URL.", func(s string) any { return urlEncode(s, "-_.~", false) }),
		one("url_decode", "string", "The text with URL escapes undone.", func(s string) any {
			if d, err := url.QueryUnescape(s); err == nil {
				return d
			}
			return s
		}),
		one("gzip_decompress_from_base64_string", "string", "What gzip and base64 stand for.", func(s string) any {
			b, err := decode64(s)
			if err != nil {
				return ""
			}
			r, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				return ""
			}
			return inflate(r)
		}),
		one("zlib_decompress_from_base64_string", "string", "What zlib and base64 stand for.", func(s string) any {
			b, err := decode64(s)
			if err != nil {
				return ""
			}
			r, err := zlib.NewReader(bytes.NewReader(b))
			if err != nil {
				return ""
			}
			return inflate(r)
		}),
		digest("hash_md5", "md5", func(b []byte) []byte { h := md5.Sum(b); return h[:] }),
		digest("hash_sha1", "sha1", func(b []byte) []byte { h := sha1.Sum(b); return h[:] }),
		digest("hash_sha256", "sha256", func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }),
		goFn("parse_url", "(url:string) -> dynamic", "The parts of a URL.", func(a []types.Value) any { return dyn.JSON(parseURL(text(a[0]))) }),
		goFn("parse_urlquery", "(query:string) -> dynamic", "The parameters of a URL's query.", func(a []types.Value) any {
			b := dyn.NewBag()
			b.Set("Query Parameters", queryParams(strings.TrimPrefix(text(a[0]), "?")))
			return dyn.JSON(b)
		}),
		goFn("parse_path", "(path:string) -> dynamic", "The parts of a file's path.", func(a []types.Value) any { return dyn.JSON(parsePath(text(a[0]))) }),
		goFn("parse_command_line", "(command:Scalar, parser:string) -> dynamic", "The arguments of a Windows command line.", func(a []types.Value) any {
			return dyn.JSON(commandLine(text(a[0])))
		}),
		named(goFn("parse_csv", "(csv_text:StringOrDynamic) -> dynamic", "The fields of one CSV record.", func(a []types.Value) any { return dyn.JSON(csvRecord(text(a[0]))) }), types.NameFirstArg, ""),
		hidden(goFn("parse_kv_bag", "(text:string, pair:string, kv:string, quote:string, escape:string, greedy:bool, regex:string) -> dynamic", "The pairs that parse-kv finds.", func(a []types.Value) any {
			return dyn.JSON(keyValues(text(a[0]), text(a[1]), text(a[2]), text(a[3]), text(a[4]), a[5].V == true, text(a[6])))
		})),
	}
}

func decode64(s string) ([]byte, error) {
	s = strings.TrimSpace(s)
	if b, err := base64.StdEncoding.DecodeString(s); err == nil {
		return b, nil
	}
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

func inflate(r io.Reader) any {
	b, err := io.ReadAll(io.LimitReader(r, maxInflated))
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(b), "")
}

func urlEncode(s, keep string, plus bool) string {
	const hexdigits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		case c == ' ' && plus:
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hexdigits[c>>4])
			b.WriteByte(hexdigits[c&15])
		}
	}
	return b.String()
}

func queryParams(q string) *dyn.Bag {
	b := dyn.NewBag()
	for p := range strings.SplitSeq(q, "&") {
		if p == "" {
			continue
		}
		k, v, _ := strings.Cut(p, "=")
		if d, err := url.QueryUnescape(v); err == nil {
			v = d
		}
		b.Set(k, v)
	}
	return b
}

func parseURL(s string) *dyn.Bag {
	b := dyn.NewBag()
	for _, k := range []string{"Scheme", "Host", "Port", "Path", "Username", "Password"} {
		b.Set(k, "")
	}
	b.Set("Query Parameters", dyn.NewBag())
	b.Set("Fragment", "")
	u, err := url.Parse(s)
	if err != nil {
		return b
	}
	b.Set("Scheme", u.Scheme)
	b.Set("Host", u.Hostname())
	b.Set("Port", u.Port())
	b.Set("Path", u.EscapedPath())
	if u.User != nil {
		b.Set("Username", u.User.Username())
		p, _ := u.User.Password()
		b.Set("Password", p)
	}
	b.Set("Query Parameters", queryParams(u.RawQuery))
	b.Set("Fragment", u.Fragment)
	return b
}

func parsePath(s string) *dyn.Bag {
	b := dyn.NewBag()
	scheme, root, stream := "", "", ""
	rest := s
	if i := strings.Index(rest, "://"); i > 0 {
		scheme, rest = rest[:i], rest[i+3:]
	}
	if len(rest) > 1 && rest[1] == ':' {
		root = rest[:2]
	} else if scheme != "" {
		root, _, _ = strings.Cut(rest, "/")
	}
	cut := strings.LastIndexAny(rest, `/\`)
	dir, file := "", rest
	if cut >= 0 {
		dir, file = rest[:cut], rest[cut+1:]
	}
	if i := strings.IndexByte(file, ':'); i > 0 {
		file, stream = file[:i], file[i+1:]
	}
	ext := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		ext = file[i+1:]
	}
	parent := dir
	if i := strings.LastIndexAny(dir, `/\`); i >= 0 {
		parent = dir[i+1:]
	}
	b.Set("Scheme", scheme)
	b.Set("RootPath", root)
	b.Set("DirectoryPath", dir)
	b.Set("DirectoryName", parent)
	b.Set("Filename", file)
	b.Set("Extension", ext)
	b.Set("AlternateDataStreamName", stream)
	return b
}

// commandLine splits as Windows' CommandLineToArgvW does: quotes group,
// backslashes escape only before quotes.
func commandLine(s string) any {
	out := []any{}
	if strings.TrimSpace(s) == "" {
		return nil
	}
	for i := 0; i < len(s); {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if i >= len(s) {
			break
		}
		var b strings.Builder
		quoted := false
		for i < len(s) && (quoted || s[i] != ' ' && s[i] != '\t') {
			n := 0
			for i < len(s) && s[i] == '\\' {
				n++
				i++
			}
			if i < len(s) && s[i] == '"' {
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					b.WriteByte('"')
				} else {
					quoted = !quoted
				}
				i++
				continue
			}
			b.WriteString(strings.Repeat(`\`, n))
			if i < len(s) && (quoted || s[i] != ' ' && s[i] != '\t') {
				b.WriteByte(s[i])
				i++
			}
		}
		out = append(out, b.String())
	}
	return out
}

func csvRecord(s string) any {
	out := []any{}
	for i := 0; ; {
		var b strings.Builder
		if i < len(s) && s[i] == '"' {
			i++
			for i < len(s) {
				if s[i] == '"' {
					if i+1 < len(s) && s[i+1] == '"' {
						i++
					} else {
						i++
						break
					}
				}
				b.WriteByte(s[i])
				i++
			}
		}
		for i < len(s) && s[i] != ',' && s[i] != '\n' && s[i] != '\r' {
			b.WriteByte(s[i])
			i++
		}
		out = append(out, b.String())
		if i >= len(s) || s[i] != ',' {
			return out
		}
		i++
	}
}
