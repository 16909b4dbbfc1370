package pipeline

import "wirehunt/analyzer"

// Limited implements analyzer.Control.
func (s *shard) Limited(c *analyzer.Conn) { s.flow(c).Limited() }
