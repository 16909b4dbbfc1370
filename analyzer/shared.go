package analyzer

// Shared returns what Spec.Shared made for this engine: state that the
// analyzers of one protocol have in common, whatever their connections (DHCP,
// whose exchanges go over several).  Only connections of the same engine
// share it; who spreads work over engines must keep such connections together.
func (b *Base) Shared() any {
	e := b.Conn.eng
	v, ok := e.shared[b.spec]
	if !ok {
		if e.shared == nil {
			e.shared = make(map[*Spec]any)
		}
		v = b.spec.Shared()
		e.shared[b.spec] = v
	}
	return v
}
