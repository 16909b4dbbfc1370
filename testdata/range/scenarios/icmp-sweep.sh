# A ping sweep over the quiet machines, and two machines that are just pinged.
scenario_icmp_sweep() {
	local h jobs=()
	room 15
	capture icmp-sweep 'icmp and src net 10.10.0.0/24 and dst net 10.10.0.0/24'
	act ws1 alice ping ping -n -c 4 -i 0.3 "${IP[srv-web]}"
	act ws1 alice ping ping -n -c 3 -i 0.3 10.10.0.1
	act ws4 dave ping ping -n -c 3 -i 0.3 -s 200 "${IP[srv-files]}"
	for h in "${HOSTS[@]}"; do
		[[ ${KIND[$h]} == quiet ]] || continue
		act ws2 bob sweep ping -n -c 1 -W 1 "${IP[$h]}" &
		jobs+=($!)
		sleep 0.15
	done
	wait "${jobs[@]}"
	end_capture icmp-sweep
	expect '{
		"sweep": {"device": "ws2", "src": "10.10.0.12", "hosts": 12,
			"targets": ["10.10.0.101", "10.10.0.102", "10.10.0.103", "10.10.0.104", "10.10.0.105", "10.10.0.106",
				"10.10.0.107", "10.10.0.108", "10.10.0.109", "10.10.0.110", "10.10.0.111", "10.10.0.112"]}
	}'
}
