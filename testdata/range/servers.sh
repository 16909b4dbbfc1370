# Puts up the range's servers. Sourced by record.sh.

# fill TEMPLATE OUTPUT NAME=VALUE...: replace @NAME@ in a configuration.
fill() {
	local in=$1 out=$2 args=(-e '') pair
	shift 2
	for pair; do args+=(-e "s|@${pair%%=*}@|${pair#*=}|g"); done
	sed "${args[@]}" "$RANGE/servers/$in" >"$out"
}

# --- keys, accounts, content -------------------------------------------------

# certificate NAME SUBJECT SAN: signed by the range's authority.
certificate() {
	local dir=$W/srv/pki
	openssl req -new -newkey rsa:2048 -nodes -keyout "$dir/$1.key" -subj "$2" -out "$dir/$1.csr" 2>/dev/null
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
		-extfile <(printf 'subjectAltName=%s\n' "$3") -out "$dir/$1.crt" 2>/dev/null
}

# self_signed NAME SUBJECT: subject and issuer are the same.
self_signed() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/srv/pki/$1.key" -out "$W/srv/pki/$1.crt" -days 3650 -subj "$2" 2>/dev/null
}

make_keys() {
	local h
	mkdir -p "$W/keys"
	# Blanks in the issuer keep "CN=\S+$" from matching what the authority signed.
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/srv/pki/ca.key" -out "$W/srv/pki/ca.crt" -days 3650 \
		-subj '/C=US/O=Range Example/CN=Range Test CA' 2>/dev/null
	certificate www '/C=US/O=Internet Example/CN=www.internet.example' DNS:www.internet.example,DNS:cdn.internet.example
	certificate web '/C=US/O=Range Example/CN=www.range.example' DNS:www.range.example
	certificate ftp '/C=US/O=Range Example/CN=ftp.range.example' DNS:ftp.range.example
	certificate mail '/C=US/O=Range Example/CN=mail.range.example' DNS:mail.range.example
	certificate client '/C=US/O=Range Example/CN=dave' email:dave@range.example
	self_signed evil '/CN=evil.example'
	self_signed app '/CN=app.range.example'
	for h in srv-ssh1 srv-ssh2 srv-ssh3; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$W/keys/${h}_ed25519"
		ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f "$W/keys/${h}_rsa"
	done
	ssh-keygen -q -t ed25519 -N '' -C dave -f "$W/keys/dave"
	chmod 644 "$W/srv/pki"/*.key # read by clients and servers of many accounts
}

# The accounts of the range, the same on every machine; password = name + "-Pass1".
ACCOUNTS=(alice bob carol dave erin mallory deploy backup2)
make_accounts() {
	local uid=2001 u hash
	mkdir -p "$W/etc"
	cp /etc/passwd /etc/shadow /etc/group "$W/etc/"
	for u in "${ACCOUNTS[@]}"; do
		hash=$(openssl passwd -6 "$u-Pass1")
		echo "$u:x:$uid:$uid::/home/$u:/bin/bash" >>"$W/etc/passwd"
		echo "$u:$hash:19000:0:99999:7:::" >>"$W/etc/shadow"
		echo "$u:x:$uid:" >>"$W/etc/group"
		((uid++))
	done
	cat >"$W/etc/hosts" <<-HOSTS
		127.0.0.1 localhost
		203.0.113.80 www.internet.example cdn.internet.example
		2001:db8:113::80 www6.internet.example
		203.0.113.66 evil.example
		10.10.0.20 www.range.example web.range.example
		fd00:10:10::20 www6.range.example
		10.10.0.25 mail.range.example
		10.10.0.30 files.range.example
		10.10.0.31 proxy.range.example
		10.10.0.32 ftp.range.example
		10.10.0.40 app.range.example
	HOSTS
	# Own names as well: programs that look themselves up need no DNS.
	for u in "${HOSTS[@]}"; do
		echo "${IP[$u]} $u.range.example $u"
	done >>"$W/etc/hosts"
	printf 'hosts: files dns\npasswd: files\ngroup: files\nshadow: files\n' >"$W/etc/nsswitch.conf"
}

make_content() {
	local d=$W/www
	mkdir -p "$d"/{img,files,members,tools}
	/usr/bin/python3 - "$d" <<-'PY'
		import gzip, os, struct, sys, zipfile, zlib
		d = sys.argv[1]
		def put(name, data):
		    with open(os.path.join(d, name), "wb") as f:
		        f.write(data)
		page = "<!doctype html><title>Range</title><link rel=stylesheet href=/style.css><img src=/img/logo.png><h1>%s</h1>\n"
		put("index.html", (page % "Welcome").encode())
		put("news.html", (page % "News").encode() + b"<p>Nothing happened today.</p>\n" * 40)
		put("live.html", (page % "@@NOW@@").encode() + b"<p>Live at @@NOW@@.</p>\n" * 200)
		put("members/index.html", (page % "Members").encode())
		put("style.css", b"body { font: 16px sans-serif; color: #222 }\n" * 20)
		put("app.js", b"document.title = 'Range';\n" * 30)
		put("data.json", b'{"ok":true}\n')
		text = b"".join(b"line %d of a long text that compresses well\n" % i for i in range(800))
		put("long.txt", text)
		put("long.txt.gz", gzip.compress(text, mtime=0))
		raw = b"".join(b"\0" + bytes([40, 90, 160]) * 32 for _ in range(32))
		chunk = lambda t, b: struct.pack(">I", len(b)) + t + b + struct.pack(">I", zlib.crc32(t + b))
		put("img/logo.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
		    + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
		put("img/photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\0" * 3000 + b"\xff\xd9")
		# A DOS header, a PE header and zeros: no program, but looks like one.
		exe = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0xF0, 0x22)
		put("files/setup.exe", exe + bytes(20000))
		put("files/stage2.exe", exe + bytes(9000))
		with zipfile.ZipFile(os.path.join(d, "files/report.zip"), "w", zipfile.ZIP_DEFLATED) as z:
		    z.writestr("report.txt", text)
		put("files/inventory.ps1", b"Get-ComputerInfo | Out-File inventory.txt\r\n" * 5)
		put("files/manual.txt", b"Read me first.\n" * 100)
	PY
	# A known date, so that a client can ask whether a file has changed.
	find "$d" -type f -exec touch -d 2026-01-01T00:00:00Z {} +
	/usr/bin/python3 -c 'print("an uploaded line\n" * 300, end="")' >"$W/srv/upload/notes.txt"
	chmod 644 "$W/srv/upload/notes.txt"
	echo "alice:$(openssl passwd -apr1 alice-Pass1)" >"$W/htpasswd"
}

# --- servers -----------------------------------------------------------------

start_nginx() {
	local host=$1 site=$2 cert=$3 log=$W/m/$1/log
	fill nginx-site.conf "$log/site.conf" DOCROOT="$W/www"
	fill "nginx-$site.conf" "$log/servers.part" LOG="$log" PKI="$W/srv/pki"
	fill nginx-common.conf "$log/nginx.tmp" LOG="$log" PKI="$W/srv/pki" CERT="$cert"
	sed -e "/@SERVERS@/{r $log/servers.part" -e 'd}' "$log/nginx.tmp" >"$log/nginx.conf"
	serve "$host" nginx.out nginx -c "$log/nginx.conf"
}

start_sshd() {
	local host=$1 log=$W/m/$1/log extra=
	[[ $host == srv-ssh1 ]] && extra='Port 2222'
	fill sshd.conf "$log/sshd.conf" PORT2="$extra" KEYS="$W/keys" HOST="$host"
	chmod 600 "$W/keys/$host"_*
	serve "$host" sshd.log /usr/sbin/sshd -D -e -f "$log/sshd.conf"
}

start_samba() {
	local host=srv-files log=$W/m/srv-files/log state=$W/m/srv-files/samba u
	mkdir -p "$state"/{private,lock,state,cache,pid,ncalrpc,share}
	chmod 777 "$state/share"
	echo "quarterly numbers" >"$state/share/numbers.txt"
	fill smb.conf "$log/smb.conf" LOG="$log" STATE="$state" SHARE="$state/share"
	for u in alice bob backup2; do
		printf '%s-Pass1\n%s-Pass1\n' "$u" "$u" | on "$host" smbpasswd -c "$log/smb.conf" -s -a "$u" >>"$log/smbpasswd.out" 2>&1
	done
	serve "$host" smbd.out smbd --foreground --no-process-group --configfile="$log/smb.conf"
}

start_vsftpd() {
	local port=$1 log=$W/m/srv-ftp/log
	mkdir -p "$W/srv/ftp"
	cp "$W/www/files/manual.txt" "$W/srv/ftp/"
	cp "$W/www/long.txt" "$W/m/srv-ftp/home/alice/"
	fill vsftpd.conf "$W/srv/vsftpd-$port.conf" PORT="$port" LOG="$log"
	serve_watched srv-ftp "vsftpd-$port.out" /usr/sbin/vsftpd "/srv/vsftpd-$port.conf"
}

start_servers() {
	local h log
	start_nginx www www www
	start_nginx srv-web web web
	start_nginx srv-app app app
	for h in srv-ssh1 srv-ssh2 srv-ssh3; do start_sshd "$h"; done
	start_samba
	start_vsftpd 21
	start_vsftpd 2121
	fill tinyproxy.conf "$W/srv/tinyproxy.conf" LOG="$W/m/srv-proxy/log"
	serve_watched srv-proxy tinyproxy.out tinyproxy -d -c /srv/tinyproxy.conf
	fill dnsmasq-resolver.conf "$W/srv/dnsmasq.conf"
	serve_watched srv-dns dnsmasq.log dnsmasq --conf-file=/srv/dnsmasq.conf
	serve upstream dnsmasq.log dnsmasq --conf-file="$RANGE/servers/dnsmasq-upstream.conf"
	serve tunnel tunnel.out /usr/bin/python3 "$RANGE/tools/tunnel-dns.py" "${IP[tunnel]}" t.cdn-sync.example
	log=$W/m/srv-app/log
	serve srv-app ntlm-http.out /usr/bin/python3 "$RANGE/tools/ntlm-http.py" "${IP[srv-app]}" 8080 "$log/ntlm.jsonl" \
		alice:alice-Pass1 bob:bob-Pass1 carol:carol-Pass1
	log=$W/m/srv-mail/log
	serve srv-mail smtp.out /usr/bin/python3 "$RANGE/tools/smtp-server.py" "${IP[srv-mail]}" 25 587 mail.range.example \
		"$W/srv/pki/mail.crt" "$W/srv/pki/mail.key" "$log/smtp.jsonl" alice alice-Pass1
	# Self-signed twice: in TLS 1.2 the certificate can be read on the wire, in 1.3 not.
	serve evil s_server-443.out openssl s_server -accept 443 -cert "$W/srv/pki/evil.crt" -key "$W/srv/pki/evil.key" -tls1_2 -www
	serve evil s_server-8443.out openssl s_server -accept 8443 -cert "$W/srv/pki/evil.crt" -key "$W/srv/pki/evil.key" -tls1_3 -www
	# One echo reply a second at most: the exfiltration goes up, little comes down.
	on drop sysctl -qw net.ipv4.icmp_ratemask=6169 net.ipv4.icmp_ratelimit=1000

	listening www 443
	listening srv-web 80
	listening srv-app 8443
	listening srv-app 8080
	for h in srv-ssh1 srv-ssh2 srv-ssh3; do listening "$h" 22; done
	listening srv-files 445
	listening srv-ftp 21
	listening srv-ftp 2121
	listening srv-proxy 8888
	listening srv-dns 53
	listening upstream 53
	listening srv-mail 587
	listening evil 443
	listening evil 8443
}
