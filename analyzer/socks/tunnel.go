package socks

import "wirehunt/packet"

// proxy is a proxy with one of its clients.
type proxy struct {
	client, server packet.Addr
	port           uint16
}

// proxies are those that an engine has seen, with the time.
type proxies map[proxy]int64

// tunnelTimeout is how long Zeek remembers tunnels, in ns
// (Tunnel::expiration_interval), maxProxies how many are remembered.
const (
	tunnelTimeout = 24 * 3600e9
	maxProxies    = 1 << 14
)

// tunnel writes to tunnel.log that the server is a proxy, once for a client
// and a day.
func (s *session) tunnel() {
	c := s.Conn
	x := s.Shared().(proxies)
	p := proxy{c.Orig, c.Resp, c.RespPort}
	last, seen := x[p]
	if seen || len(x) < maxProxies {
		x[p] = c.Now
	}
	if !seen || c.Now-last > tunnelTimeout {
		c.Tunnel(c.Orig, 0, c.Resp, c.RespPort, "SOCKS")
	}
}
