package duckdb

import "strconv"

// defaultMemory is what DuckDB may take where nothing else is said.
const defaultMemory = 4 << 30

func (o *Options) memoryLimit() string {
	if o.MemoryLimit == 0 {
		return mebibytes(defaultMemory)
	}
	return mebibytes(o.MemoryLimit)
}

func mebibytes(n int64) string { return strconv.FormatInt(n>>20, 10) + "MiB" }

// spareMemory keeps DuckDB small while rows are imported; release gives it
// all that it may have, for statements that look at all rows.
func (tx *importTx) spareMemory() error {
	o := &tx.db.opt
	if o.AppendMemory == 0 || o.MemoryLimit > 0 && o.MemoryLimit < o.AppendMemory {
		return nil
	}
	return tx.exec(`SET memory_limit=` + text(mebibytes(o.AppendMemory)))
}

func (tx *importTx) releaseMemory() error {
	if tx.db.opt.AppendMemory == 0 {
		return nil
	}
	return tx.exec(`SET memory_limit=` + text(tx.db.opt.memoryLimit()))
}
