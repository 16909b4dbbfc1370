package zeeklog_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"wirehunt/event"
	"wirehunt/zeeklog"
)

// doorLog is the log of a script of one's own, declared like those of Zeek.
// Its first field is ts.
var (
	doorLog  = event.NewBareLog("door", "", "Doors that opened.")
	doorName = doorLog.StringField("name", "Which door.")
	doorFor  = doorLog.IntervalField("open_for", "How long.")
)

const doorFile = `#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	door
#fields	ts	name	open_for
#types	time	string	interval
1767225600.500000	front	2.250000
1767225700.000000	back	-
`

// A Reader takes Zeek's logs, TSV or JSON, and gives typed rows.
func ExampleReader() {
	r := zeeklog.NewReader("door.log", []*event.Log{doorLog})
	err := r.Read(strings.NewReader(doorFile), func(batches ...*event.Batch) error {
		for _, b := range batches {
			for n := range b.Len() {
				fmt.Printf("%s", b.Bytes(n, doorName.Index()))
				if b.IsSet(n, doorFor.Index()) {
					fmt.Printf(" for %d ms", b.Int(n, doorFor.Index())/1e6)
				}
				fmt.Println()
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// front for 2250 ms
	// back
}

// WriteBatch writes rows as Zeek would, here as JSON.
func ExampleWriteBatch() {
	b := event.NewBatch(doorLog)
	row := b.Add(event.Order{Time: 1767225600_500000000})
	row.SetTs(1767225600_500000000)
	doorName.SetString(row, "front")
	doorFor.Set(row, 2_250_000_000)
	if err := zeeklog.WriteBatch(os.Stdout, b, zeeklog.Options{JSON: true}); err != nil {
		log.Fatal(err)
	}
	// Output: {"ts":1767225600.5,"name":"front","open_for":2.25}
}
