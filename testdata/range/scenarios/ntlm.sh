# NTLM inside SMB and HTTP: a spray against the internet-facing file server,
# and a machine that is not internet facing with as many failures.
smb() {
	local host=$1 kind=$2 user=$3 password=$4
	shift 4
	act "$host" "${USER_OF[$host]}" "$kind" smbclient "//${IP[srv-files]}/projects" -U "RANGE/$user%$password" \
		-p 445 --option='client min protocol=NT1' -n "${host^^}" --use-kerberos=off "$@" -c ls
}

web_ntlm() {
	act "$1" "${USER_OF[$1]}" curl-ntlm curl -sS --ntlm -u "RANGE\\$2:$3" -w '%{json}\n' -o /dev/null \
		http://app.range.example:8080/reports
}

scenario_ntlm() {
	local u
	room 45
	capture ntlm "(host ${IP[srv-files]} and tcp port 445) or (host ${IP[srv-app]} and tcp port 8080)"
	smb ws1 smb alice alice-Pass1
	smb ws4 smb dave dave-Pass1 # has no account there
	smb ws2 smb bob bob-Pass1 -m NT1
	smb ws3 smb bob bob-pass1 -m NT1 # mistyped
	smb ws1 smb alice alice-Pass1 -m SMB2_02

	# One password, eight names.
	for u in administrator admin guest test alice bob svc-sql reception; do
		smb sprayer spray "$u" 'Summer2026!'
	done
	smb sprayer spray backup2 backup2-Pass1

	web_ntlm ws1 alice alice-Pass1
	web_ntlm ws1 bob bob-Pass1
	for u in alice bob carol frank grace; do web_ntlm ws4 "$u" 'Winter2026!'; done
	end_capture ntlm
	expect '{
		"spray": {"device": "srv-files", "local_ip": "10.10.0.30", "src": "198.51.100.7",
			"users": ["administrator", "admin", "guest", "test", "alice", "bob", "svc-sql", "reception"],
			"all_failed_users_on_device": ["administrator", "admin", "guest", "test", "alice", "bob", "svc-sql", "reception", "dave"]},
		"spray_success": {"src": "198.51.100.7", "dst": "10.10.0.30", "user": "backup2"}
	}'
}
