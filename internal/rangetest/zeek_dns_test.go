package rangetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type dnsRow struct {
	flow
	Proto   string    `json:"proto"`
	TransID *int      `json:"trans_id,omitempty"`
	Query   string    `json:"query"`
	Type    string    `json:"qtype_name"`
	Rcode   string    `json:"rcode_name,omitempty"`
	AA      bool      `json:"AA"`
	TC      bool      `json:"TC"`
	RD      bool      `json:"RD"`
	RA      bool      `json:"RA"`
	Answers []string  `json:"answers,omitempty"`
	TTLs    []float64 `json:"TTLs,omitempty"`
}

type dnsFact struct {
	ends
	Proto   string   `json:"proto"`
	TransID *int     `json:"trans_id"`
	Name    string   `json:"qname"`
	Type    string   `json:"qtype"`
	Rcode   string   `json:"rcode"`
	Flags   []string `json:"flags"`
	Answers []struct {
		TTL  float64 `json:"ttl"`
		Type string  `json:"type"`
		Data string  `json:"data"`
	} `json:"answers"`
}

// zeekAnswer gives the data of an answer, as dig prints it, as Zeek does.
func zeekAnswer(t *testing.T, typ, data string) string {
	t.Helper()
	words := strings.Fields(data)
	switch typ {
	case "A", "AAAA":
		return data
	case "CNAME", "PTR":
		return strings.TrimSuffix(data, ".")
	case "MX", "SRV": // Zeek gives the name only
		return strings.TrimSuffix(words[len(words)-1], ".")
	case "TXT": // "one" "two" is TXT 3 one TXT 3 two
		var out []string
		for rest := data; rest != ""; {
			q, err := strconv.QuotedPrefix(rest)
			if err != nil {
				t.Fatalf("TXT record %s: %v", data, err)
			}
			s := q[1 : len(q)-1]
			out = append(out, fmt.Sprintf("TXT %d %s", len(s), s))
			rest = strings.TrimLeft(rest[len(q):], " ")
		}
		return strings.Join(out, " ")
	}
	t.Fatalf("the facts hold an answer of type %s", typ)
	return ""
}

func checkDNS(t *testing.T, r records) {
	var truth struct {
		Queries   []dnsFact
		Forwarded []dnsFact `json:"forwarded_by_resolver"`
	}
	loadTruth(t, "dns", &truth)
	forwarded := map[flow]bool{}
	var want []dnsRow
	var all []ends
	for _, f := range truth.Forwarded {
		// The resolver logs the name and type of what it forwards.
		forwarded[f.flow()] = true
		want = append(want, dnsRow{flow: f.flow(), Proto: f.Proto, Query: f.Name, Type: f.Type})
		all = append(all, f.ends)
	}
	for _, f := range truth.Queries {
		flag := func(s string) bool { return slices.Contains(f.Flags, s) }
		w := dnsRow{f.flow(), f.Proto, f.TransID, f.Name, f.Type, f.Rcode, flag("aa"), flag("tc"), flag("rd"), flag("ra"), nil, nil}
		if len(f.Answers) == 0 {
			w.AA, w.RA = false, false // Zeek takes them along with the first answer
		}
		for _, a := range f.Answers {
			w.Answers = append(w.Answers, zeekAnswer(t, a.Type, a.Data))
			w.TTLs = append(w.TTLs, a.TTL)
		}
		want = append(want, w)
		all = append(all, f.ends)
	}
	got := rows[dnsRow](t, r, "dns")
	for i, g := range got {
		if forwarded[g.flow] {
			got[i] = dnsRow{flow: g.flow, Proto: g.Proto, Query: g.Query, Type: g.Type}
		}
	}
	sameRows(t, "queries", got, want)
	sameServices(t, r, "dns", all)
}
