package analyzer

// Has reports whether an analyzer of that name is alive on the connection,
// whichever analyzer started it.  Carriers of authentication inside one
// another (RPC in SMB) use it to tell a new authentication from a repeated
// one.
func (c *Conn) Has(name string) bool {
	i, ok := c.eng.byName[name]
	return ok && hasBelow(c.top, i)
}

// hasBelow is has for the list and all that its analyzers started.
func hasBelow(list *Feeder, spec int) bool {
	for f := list; f != nil; f = f.next {
		if f.det != nil {
			if hasBelow(f.det.found, spec) {
				return true
			}
			continue
		}
		if f.base.flags&gone != 0 {
			continue
		}
		if f.spec == spec || hasBelow(f.base.children, spec) {
			return true
		}
	}
	return false
}
