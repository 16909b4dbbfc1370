# FTP with every way to open a data connection, and every way to log in or not.

# ftp_client HOST COMMAND...: keeps what the server logged meanwhile.
ftp_client() {
	local host=$1 kind=$2 p log=$W/m/srv-ftp/log before=()
	shift 2
	for p in 21 2121; do before[$p]=$(stat -c %s "$log/vsftpd-$p.log" 2>/dev/null || echo 0); done
	act "$host" "${USER_OF[$host]}" "$kind" "$@"
	sleep 0.3
	for p in 21 2121; do
		[[ -e $log/vsftpd-$p.log ]] && tail -c +$((before[$p] + 1)) "$log/vsftpd-$p.log" >"$ACT/server-$p.log"
	done
	return 0
}

curl_ftp() {
	local host=$1
	shift
	ftp_client "$host" curl curl -sS -v -w '%{json}\n' "$@"
}

scenario_ftp() {
	local ftp=ftp://ftp.range.example
	capture ftp "tcp and (host ${IP[srv-ftp]} or host ${IP6[srv-ftp]})"
	curl_ftp ws1 -u alice:alice-Pass1 -o /dev/null $ftp/long.txt                                    # EPSV
	curl_ftp ws1 -u alice:alice-Pass1 --disable-epsv -T "/srv/upload/notes.txt" $ftp/notes.txt        # PASV
	curl_ftp ws2 -u bob:bob-Pass1 --ftp-port - --disable-eprt -T "/srv/upload/notes.txt" $ftp/up.txt  # PORT
	curl_ftp ws2 -u bob:bob-Pass1 --ftp-port - -o /dev/null $ftp/up.txt                             # EPRT
	curl_ftp ws4 -o /dev/null $ftp:2121/manual.txt                                                  # anonymous
	curl_ftp ws4 -u dave:wrong -o /dev/null $ftp/secret.txt
	curl_ftp ws4 -u dave:dave-Pass1 -o /dev/null $ftp/absent.txt
	curl_ftp ws4 -u dave:dave-Pass1 -T "/srv/upload/notes.txt" "ftp://[${IP6[srv-ftp]}]/six.txt"      # IPv6, EPSV
	curl_ftp ws1 -u alice:alice-Pass1 --ssl-reqd --cacert "/srv/pki/ca.crt" -o /dev/null $ftp/long.txt # AUTH TLS
	ftp_client ws3 lftp lftp -u carol,carol-Pass1 -p 2121 -e \
		"set ftp:ssl-allow no; set net:max-retries 1; mkdir drafts; cd drafts; put /srv/upload/notes.txt; mv notes.txt old.txt; ls; get old.txt -o /dev/null; rm old.txt; cd ..; rmdir drafts; bye" \
		ftp.range.example
	end_capture ftp
	expect '{
		"login_failures": [{"client": "10.10.0.14", "server": "10.10.0.32", "port": 21, "user": "dave", "reply_code": 530}],
		"anonymous": [{"client": "10.10.0.14", "server": "10.10.0.32", "port": 2121}]
	}'
}
