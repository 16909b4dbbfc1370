package pipeline

// share is what a partition has of what is bounded over all: flows, and bytes
// of analyzers.
type share struct{ flows, bytes int }

// shares are those of all partitions.
type shares [partitions]share

// limitLag is after how many marks the use of memory has an effect.  The same
// for any number of goroutines makes evictions the same, too; more than one
// lets the fastest partition go ahead of the slowest.
const limitLag = 4

// limits returns what each partition may use, from what each used limitLag
// marks ago.  Partitions share what is free: each may take a quarter of it, so
// that one pair of hosts with very many flows is not cut short while there is
// room, and all together stay below twice the bounds at any time, and below
// the bounds in the long run.
func (o *Options) limits(used *shares) *shares {
	var sum share
	for _, u := range used {
		sum.flows += u.flows
		sum.bytes += u.bytes
	}
	var l shares
	for k, u := range used {
		l[k] = share{allot(o.MaxFlows, sum.flows, u.flows), allot(o.AnalyzerBytes, sum.bytes, u.bytes)}
	}
	return &l
}

// allot returns the limit of a partition that uses mine of the used of total.
func allot(total, used, mine int) int {
	if used < total {
		return mine + max((total-used)/4, 1)
	}
	return max(int(int64(mine)*int64(total)/int64(used)), 1)
}
