package analyzer

// ViolateEarly is Violate on connections of up to 10 KiB and does nothing on
// larger ones, where Zeek lets analyzers go on (DPD::ignore_violations_after).
// It is for analyzers that can: those of datagrams, or of messages that are
// found again.
func (b *Base) ViolateEarly(reason string) {
	if b.Conn.eng.control.Size(b.Conn) <= maxViolationSize {
		b.Violate(reason)
	}
}
