package redis

import (
	"fmt"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

// cmd is a command as programs send it.
func cmd(args ...string) string {
	s := fmt.Sprintf("*%d\r\n", len(args))
	for _, a := range args {
		s += fmt.Sprintf("$%d\r\n%s\r\n", len(a), a)
	}
	return s
}

func dialogues() map[string][]analyzertest.Step {
	o, r := analyzertest.Orig, analyzertest.Resp
	big := strings.Repeat("v", 3*maxReply)
	return map[string][]analyzertest.Step{
		"set":       {o(cmd("SET", "hi", "3")), r("+OK\r\n"), o(cmd("get", "hi")), r("$1\r\n3\r\n"), o(cmd("GET", "none")), r("$-1\r\n")},
		"errors":    {o(cmd("AUTH", "secret")), r("-WRONGPASS invalid\r\n"), o(cmd("NOPE")), r("-ERR unknown command\r\n")},
		"inline":    {o("PING\r\nset \"a key\" 'x y'\r\n\r\n"), r("+PONG\r\n+OK\r\n")},
		"lists":     {o(cmd("KEYS", "*")), r("*3\r\n$1\r\na\r\n:7\r\n*2\r\n+b\r\n*-1\r\n"), o(cmd("EXEC")), r("*0\r\n")},
		"RESP3":     {o(cmd("HELLO", "3")), r("%2\r\n+server\r\n$5\r\nredis\r\n+proto\r\n:3\r\n"), o(cmd("X")), r("~2\r\n#t\r\n_\r\n"), o(cmd("Y")), r(",1.5\r\n"), o(cmd("Z")), r("!3\r\nERR\r\n"), o(cmd("V")), r("=7\r\ntxt:abc\r\n"), o(cmd("N")), r("(12345678901234567890\r\n")},
		"push":      {o(cmd("HELLO", "3")), r("%0\r\n"), o(cmd("SUBSCRIBE", "c")), r(">3\r\n+subscribe\r\n+c\r\n:1\r\n"), o(cmd("GET", "a")), r("$1\r\n1\r\n"), r(">1\r\n+x\r\n")},
		"subscribe": {o(cmd("PING")), r("+PONG\r\n"), o(cmd("SUBSCRIBE", "c")), r("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"), r("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n"), o(cmd("UNSUBSCRIBE")), o(cmd("PING")), r("+PONG\r\n")},
		"attribute": {o(cmd("GET", "a")), r("|1\r\n+ttl\r\n:3600\r\n*2\r\n+x\r\n|1\r\n+y\r\n:1\r\n+z\r\n"), o(cmd("GET", "b")), r("+2\r\n")},
		"pipeline":  {o(cmd("INCR", "n") + cmd("INCRBY", "n", "5") + cmd("BITOP", "AND", "dst", "a") + cmd("BLMPOP", "0", "1", "k")), r(":1\r\n:6\r\n"), r(":0\r\n*-1\r\n")},
		"silent":    {o(cmd("CLIENT", "REPLY", "OFF") + cmd("SET", "a", "1") + cmd("client", "reply", "on") + cmd("GET", "a")), r("+OK\r\n$1\r\n1\r\n"), o(cmd("CLIENT", "REPLY", "SKIP") + cmd("SET", "b", "2") + cmd("GET", "b")), r("$1\r\n2\r\n")},
		"large":     {o(cmd("SET", "k", big)), r("+OK\r\n"), o(cmd("GET", "k")), r(fmt.Sprintf("$%d\r\n%s\r\n", len(big), big)), o(cmd("PING")), r("+PONG\r\n")},
		"binary":    {o(cmd("SET", "k\n\x00", "a\r\nb")), r("+OK\r\n")},
		"left":      {o(cmd("PING")), r("+PONG\r\n"), o(cmd("BLPOP", "q", "0"))},
		"unanswered": {
			o(cmd("PING")), o(cmd("PING")),
		},
		"not":  {o(cmd("PING")), r("HTTP/1.1 400 Bad Request\r\n")},
		"deep": {o(cmd("X")), r(strings.Repeat("*1\r\n", maxDepth+1))},
		"gap":  {o(cmd("PING")), r("+PONG\r\n"), o(cmd("GET", "a")), analyzertest.Gap(analyzer.Resp, 4), r("+PONG\r\n")},
	}
}

func TestGolden(t *testing.T) {
	for name, steps := range dialogues() {
		t.Run(name, func(t *testing.T) {
			got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
			golden.Check(t, "testdata/"+name+".golden", []byte(got))
		})
	}
}

func TestProbe(t *testing.T) {
	for _, tc := range []struct {
		name, orig, resp string
		want             analyzer.Verdict
	}{
		{"ping", cmd("PING"), "+PONG\r\n", analyzer.Yes},
		{"get", cmd("GET", "a"), "$1\r\n", analyzer.Yes},
		{"no answer", cmd("PING"), "", analyzer.NeedMore},
		{"start of a command", "*2\r", "+OK\r\n", analyzer.NeedMore},
		{"start of an answer", cmd("PING"), "+PO", analyzer.NeedMore},
		{"another answer", cmd("PING"), "HTTP/1.1 400\r\n", analyzer.No},
		{"not a length", cmd("PING"), "$x\r\n", analyzer.No},
		{"POP3", "USER joe\r\n", "+OK ready\r\n", analyzer.No},
		{"not a count", "*x\r\n$1\r\n", "+OK\r\n", analyzer.No},
		{"no string", "*1\r\n+OK\r\n", "+OK\r\n", analyzer.No},
		{"a long line", "*" + strings.Repeat("1", 20), "", analyzer.No},
	} {
		if got := probe(&analyzer.Start{Orig: []byte(tc.orig), Resp: []byte(tc.resp)}); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestPipelining bounds what waits for replies, and keeps the order of a
// client that is always ahead of the server.
func TestPipelining(t *testing.T) {
	n := maxPending + 100
	got := analyzertest.Run(t, Spec(), analyzertest.Options{Size: 1 << 20}, analyzertest.Orig(strings.Repeat(cmd("PING"), n)), analyzertest.Resp("+PONG\r\n"))
	if rows := strings.Count(got, "redis {"); rows == 0 || rows > 100 || !strings.Contains(got, "Redis_excessive_pipelining") {
		t.Errorf("%d rows", rows)
	}
	steps := []analyzertest.Step{analyzertest.Orig(strings.Repeat(cmd("GET", "first"), 200))}
	for i := range 1000 {
		steps = append(steps, analyzertest.Orig(cmd("GET", fmt.Sprint("key", i))), analyzertest.Resp(fmt.Sprintf("+reply%d\r\n", i-200)))
	}
	got = analyzertest.Run(t, Spec(), analyzertest.Options{Size: 1 << 20}, steps...)
	for i := range 800 {
		if want := fmt.Sprintf(`"cmd.key":"key%d","success":true,"reply.value":"reply%d"`, i, i); !strings.Contains(got, want) {
			t.Fatalf("no %s", want)
		}
	}
}

func FuzzStreams(f *testing.F) {
	for _, steps := range [][2]string{
		{cmd("SET", "a", "b") + "PING\r\n", "+OK\r\n*2\r\n$1\r\na\r\n:1\r\n"},
		{cmd("HELLO", "3"), "|1\r\n+a\r\n+b\r\n%1\r\n+k\r\n~1\r\n#f\r\n"},
		{cmd("CLIENT", "REPLY", "SKIP"), "$-1\r\n*-1\r\n"},
	} {
		f.Add([]byte(steps[0]), []byte(steps[1]))
	}
	f.Fuzz(func(t *testing.T, client, server []byte) {
		analyzertest.Chunkings(t, Spec(), analyzertest.Options{Size: 1}, analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server),
			analyzertest.Send(analyzer.Orig, client), analyzertest.Send(analyzer.Resp, server))
	})
}
