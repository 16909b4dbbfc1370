# Handshakes: versions, resumption, client certificates, ALPN, failures, and
# certificates nobody else signed.

# handshake HOST ADDRESS PORT [S_CLIENT OPTIONS]: openssl, one request, and a
# moment for the session tickets of TLS 1.3 to arrive.
handshake() {
	local host=$1 address=$2 port=$3
	shift 3
	[[ $address == *:* ]] && address=[$address]
	act "$host" "${USER_OF[$host]}" s_client bash -c \
		'{ printf "GET /data.json HTTP/1.1\r\nHost: range\r\nConnection: close\r\n\r\n"; sleep 0.4; } | openssl s_client "$@"' - \
		-connect "$address:$port" -nameopt RFC2253 -CAfile "/srv/pki/ca.crt" "$@"
}

https() {
	local host=$1
	shift
	act "$host" "${USER_OF[$host]}" curl "${CURL:-curl}" -sS -v -w '%{json}\n' -o /dev/null "$@"
}

scenario_tls() {
	local www=www.internet.example ca=(--cacert "/srv/pki/ca.crt")
	capture tls 'tcp port 443 or tcp port 4443 or tcp port 8443 or tcp port 9443'
	# Ordinary, 1.3 and 1.2, with and without h2.
	https ws1 "${ca[@]}" https://$www/index.html
	https ws2 "${ca[@]}" --http1.1 https://$www/index.html
	https ws3 "${ca[@]}" --tls-max 1.2 https://$www/index.html
	https ws4 "${ca[@]}" --tls-max 1.2 --http1.1 https://cdn.internet.example/img/photo.jpg
	handshake ws1 "${IP[www]}" 443 -tls1_2 -servername $www -cipher AES256-GCM-SHA384 # RSA key exchange: no curve
	handshake ws1 "${IP[www]}" 443 -tls1_3 -servername $www -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -groups P-384
	handshake ws2 "${IP[www]}" 443 -tls1_2 -noservername -groups P-256
	handshake ws3 "${IP6[www]}" 443 -tls1_2 -servername $www -alpn h2,http/1.1

	# Resumption: by session id, by ticket, by PSK.
	handshake ws2 "${IP[www]}" 4443 -tls1_2 -servername $www -no_ticket -sess_out "/srv/tmp/id.sess"
	handshake ws2 "${IP[www]}" 4443 -tls1_2 -servername $www -no_ticket -sess_in "/srv/tmp/id.sess"
	handshake ws3 "${IP[www]}" 8443 -tls1_2 -servername $www -sess_out "/srv/tmp/ticket.sess"
	handshake ws3 "${IP[www]}" 8443 -tls1_2 -servername $www -sess_in "/srv/tmp/ticket.sess"
	handshake ws4 "${IP[www]}" 443 -tls1_3 -servername $www -alpn http/1.1 -sess_out "/srv/tmp/psk.sess"
	handshake ws4 "${IP[www]}" 443 -tls1_3 -servername $www -alpn http/1.1 -sess_in "/srv/tmp/psk.sess"

	# A client certificate, and a client without the one it needs.
	handshake ws4 "${IP[www]}" 9443 -tls1_2 -servername $www -cert "/srv/pki/client.crt" -key "/srv/pki/client.key"
	handshake ws1 "${IP[www]}" 9443 -tls1_2 -servername $www

	# Failures: no common cipher, no common version, a client that does not know the authority.
	handshake ws1 "${IP[www]}" 4443 -tls1_2 -servername $www -cipher ECDHE-ECDSA-AES128-GCM-SHA256
	handshake ws2 "${IP[www]}" 4443 -tls1_3 -servername $www
	https ws3 --tls-max 1.2 https://$www:8443/index.html

	# To the public web server, from outside.
	https customer "${ca[@]}" --tls-max 1.2 https://www.range.example/index.html

	# Self-signed: outside in 1.2 (what a hunter looks for), resumed and in 1.3
	# (no certificate to be seen), and inside.
	CURL=/home/bob/update-helper
	https ws2 -k --tls-max 1.2 https://evil.example/
	CURL=
	handshake ws4 "${IP[evil]}" 443 -tls1_2 -noservername -sess_out "/srv/tmp/evil.sess"
	handshake ws4 "${IP[evil]}" 443 -tls1_2 -noservername -sess_in "/srv/tmp/evil.sess"
	handshake ws1 "${IP[evil]}" 8443 -tls1_3 -servername evil.example
	https ws1 -k https://app.range.example:8443/index.html
	end_capture tls
	expect '{
		"self_signed": [
			{"client": "10.10.0.12", "server": "203.0.113.66", "port": 443, "issuer": "CN=evil.example", "process": "update-helper"},
			{"client": "10.10.0.14", "server": "203.0.113.66", "port": 443, "issuer": "CN=evil.example", "process": "openssl"}
		]
	}'
}
