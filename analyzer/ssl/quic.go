package ssl

// OverQUIC tells the analyzer that its bytes are the handshake messages of
// QUIC, put into records (RFC 9001, 4): JA4 and JA4S name that transport.
func (a *stream) OverQUIC() { a.quic = true }
