# Browsing, downloads, a rare user agent, proxies, and most forms a request can take.
CHROME='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36'
EDGE='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0'
FIREFOX='Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0'
SAFARI='Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15'
CRYPTO='Microsoft-CryptoAPI/10.0'

# web HOST AGENT [CURL OPTIONS] -- URL...: one curl, one connection per server.
web() {
	local host=$1 agent=$2 options=() urls=() u
	shift 2
	while [[ $1 != -- ]]; do options+=("$1"); shift; done
	shift
	for u; do urls+=(-o /dev/null "$u"); done
	act "$host" "${USER_OF[$host]}" curl "${CURL:-curl}" -sS -A "$agent" -w '%{json}\n' "${options[@]}" "${urls[@]}"
}

scenario_http() {
	local www=http://www.internet.example inside=http://www.range.example proxy=http://proxy.range.example:8888 h
	room 45
	capture http "tcp port 80 or tcp port 8000 or tcp port 8888 or (tcp port 443 and host ${IP[srv-proxy]})"

	# Ordinary browsing; every user agent but one is shared by several machines.
	web ws1 "$CHROME" -- $www/ $www/style.css $www/app.js $www/img/logo.png
	web ws2 "$EDGE" -- $www/index.html $www/style.css $www/img/photo.jpg
	web ws3 "$EDGE" -- $www/news.html $www/style.css
	web ws4 "$FIREFOX" -- $www/news.html $www/img/photo.jpg
	web ws1 "$FIREFOX" -- $www/index.html
	web ws2 "$CHROME" -- $inside/ $inside/style.css
	web ws4 "$CHROME" -- $inside/news.html $www/news.html
	for h in ws1 ws2 ws3 ws4; do web "$h" "$CRYPTO" -- $www/data.json; done
	web ws1 curl/7.88.1 -- $www/data.json
	web ws3 curl/7.88.1 -0 -- $www/data.json

	# Downloads a hunter looks for, and one he does not.
	web ws1 "$CHROME" -- $www/files/setup.exe
	web ws4 "$CHROME" -- $www/files/report.zip
	web ws3 "$EDGE" -- $www/files/inventory.ps1
	web ws4 "$CHROME" -- $www/files/manual.txt

	# The rare user agent, from a copy of curl under another name.
	CURL=/home/bob/update-helper
	web ws2 TrickXYZ -- $www/tasks/next
	sleep 1
	web ws2 TrickXYZ -- $www/tasks/next
	web ws2 TrickXYZ -- $www/files/stage2.exe
	CURL=

	# Forms of requests and answers.
	act ws1 alice pipeline /usr/bin/python3 "/srv/tools/pipeline.py" "${IP[www]}" 80 www.internet.example "$CHROME" \
		/index.html /style.css /app.js /img/logo.png /absent.html /data.json
	web ws1 "$CHROME" --compressed -- $www/long.txt
	web ws2 "$EDGE" -- $www/live.html
	web ws2 "$EDGE" --compressed -- $www/long.txt $www/long.txt
	web ws3 "$EDGE" -d 'name=carol&comment=hello+there' -- $www/form
	web ws4 "$CHROME" -H 'Content-Type: application/json' --data-binary '{"event":"click","n":17}' -- $www/api/events
	web ws4 "$CHROME" -H 'Transfer-Encoding: chunked' -H 'Content-Type: text/plain' --data-binary "@/srv/upload/notes.txt" -- $www/form
	web ws1 "$CHROME" -I -- $www/index.html
	web ws1 "$CHROME" -- $www/absent.html
	web ws4 "$FIREFOX" -L -- $www/old-page
	web ws3 "$EDGE" -- $www/moved
	web ws2 "$CHROME" -r 0-99 -- $www/long.txt
	web ws2 "$CHROME" -H 'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT' -- $www/app.js
	web ws1 "$CHROME" -X OPTIONS -- $www/form
	web ws3 "$FIREFOX" -X DELETE -- $www/files/manual.txt
	web ws1 "$CHROME" -e $www/index.html -- $www/news.html
	web ws1 "$CHROME" -u alice:alice-Pass1 -- $www/members/
	web ws4 "$CHROME" -u alice:guess -- $www/members/
	web ws3 "$EDGE" -- $www:8000/index.html $www:8000/data.json
	web ws2 "$CHROME" -- $inside:8000/data.json

	# Through the proxy: absolute form, and a tunnel with TLS inside.
	web ws4 "$CHROME" -v -x $proxy -- $www/news.html
	web ws3 "$FIREFOX" -v -x $proxy --cacert "/srv/pki/ca.crt" -- https://www.internet.example/index.html
	web ws2 "$EDGE" -v -x $proxy -- https://www.internet.example:8443/ # the proxy refuses this port

	# From the outside to the public web server.
	web customer "$SAFARI" -- $inside/ $inside/style.css $inside/img/logo.png
	web customer "$SAFARI" -- $inside/files/report.zip
	web customer "$SAFARI" -d q=prices -- $inside/form

	# IPv6, to the outside and inside.
	web ws3 "$EDGE" -6 -- http://www6.internet.example/index.html http://www6.internet.example/data.json
	web ws4 "$CHROME" -6 -- http://www6.range.example/index.html
	end_capture http

	expect '{
		"rare_user_agent": {"user_agent": "TrickXYZ", "device": "ws2", "process": "update-helper", "account": "bob", "remote_ip": "203.0.113.80", "requests": 3},
		"downloads": [
			{"client": "10.10.0.11", "server": "203.0.113.80", "uri": "/files/setup.exe"},
			{"client": "10.10.0.14", "server": "203.0.113.80", "uri": "/files/report.zip"},
			{"client": "10.10.0.13", "server": "203.0.113.80", "uri": "/files/inventory.ps1"},
			{"client": "10.10.0.12", "server": "203.0.113.80", "uri": "/files/stage2.exe"},
			{"client": "198.51.100.20", "server": "10.10.0.20", "uri": "/files/report.zip"}
		]
	}'
}
