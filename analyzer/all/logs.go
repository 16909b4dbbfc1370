package all

import (
	"slices"
	"strings"

	"wirehunt/analyzer"
	"wirehunt/event"
)

// Logs returns every log that is written, by name: those of the engine
// itself, and those of the protocols.
func Logs() []*event.Log {
	logs := []*event.Log{analyzer.ConnLog, analyzer.ConnInterimLog, analyzer.WeirdLog, analyzer.TunnelLog}
	for _, s := range Specs() {
		for _, l := range s.Logs {
			if !slices.Contains(logs, l) {
				logs = append(logs, l)
			}
		}
	}
	slices.SortFunc(logs, func(a, b *event.Log) int { return strings.Compare(a.Name, b.Name) })
	return logs
}
