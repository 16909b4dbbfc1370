package analyzer

// Feeder gives a child analyzer its bytes, with the same rules as the engine
// gives them to the analyzers of a connection.
type Feeder struct {
	a    Analyzer
	next *Feeder
}

// Analyzer returns the child, for type assertions to small interfaces such
// as AuthResult.
func (f *Feeder) Analyzer() Analyzer { return f.a }

// Active reports whether the child still takes input.
func (f *Feeder) Active() bool { return f != nil && f.a.base().flags&(violated|removed) == 0 }
