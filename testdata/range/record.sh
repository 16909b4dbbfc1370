#!/bin/bash
# Records the hunting range: builds a small network in namespaces, runs real
# servers and clients, captures every scenario and writes beside the captures
# what was done (truth/) and what the machines' sensors saw (telemetry/).
#
# As root on Debian 12:   ./record.sh [SCENARIO...]
#
# Without arguments all scenarios are recorded, in about three minutes. Nothing
# remains afterwards but the packages and the files in this folder.
set -euo pipefail
RANGE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$RANGE/lib.sh"
. "$RANGE/servers.sh"
for f in "$RANGE"/scenarios/*.sh; do . "$f"; done

PACKAGES=(iproute2 procps tcpdump ethtool util-linux iputils-ping gcc libc6-dev python3 openssl
	nginx-light curl tinyproxy-bin openssh-server openssh-client putty-tools
	dnsmasq-base bind9-dnsutils samba smbclient vsftpd lftp
	python3-aiosmtpd swaks libnet-ssleay-perl)
ALL=(http ssh icmp-sweep icmp-exfil dns tls ntlm ftp smtp)

# Packages come from Debian; none of their services may start or stay enabled.
install_packages() {
	local missing=() p policy=/usr/sbin/policy-rc.d kept='' unit
	for p in "${PACKAGES[@]}"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	((${#missing[@]})) || return 0
	say "installing ${missing[*]}"
	if [[ -e $policy ]]; then
		kept=$(mktemp)
		cp -p "$policy" "$kept"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends "${missing[@]}"; } >"$W/apt.log" 2>&1 || die "apt-get: $(tail -n 3 "$W/apt.log")"
	if [[ -n $kept ]]; then mv "$kept" "$policy"; else rm -f "$policy"; fi
	for p in "${missing[@]}"; do
		for unit in $(dpkg -L "$p" | sed -n 's|.*/systemd/system/\([^/]*\.service\)$|\1|p'); do
			systemctl disable "$unit" >/dev/null 2>&1 || true
		done
	done
}

cleanup() {
	local p
	trap - EXIT INT TERM
	# Each of these is the outer end of a machine: with it go all its processes.
	for p in "${OUTER_PIDS[@]}" "${CAPTURE_PID[@]}"; do kill -KILL "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	remove_network
	if [[ -n ${KEEP:-} ]]; then say "scratch folder kept: $W"; else rm -rf "$W"; fi
}

prepare() {
	mkdir -p "$W"/{bin,acts,captures,times,expect,m,srv/{pki,tmp,tools,upload}}
	chmod 755 "$W"
	chmod 1777 "$W/srv/tmp"
	gcc -O1 -Wall -shared -fPIC -o "$W/bin/connlog.so" "$RANGE/tools/connlog.c" -ldl
	gcc -O1 -Wall -shared -fPIC -o "$W/bin/IPHLPAPI.DLL" "$RANGE/tools/iphlpapi.c"
	cp "$(readlink -f "$(command -v ping)")" "$W/bin/ping" # a copy has no file capability
	cp "$RANGE/tools"/{askpass.sh,pipeline.py,ssh-leave-early.py} "$W/srv/tools/"
	chmod 755 "$W"/bin/* "$W"/srv/tools/*
	make_accounts
	make_keys
	make_content
}

# What some users have in their home folders.
furnish() {
	local ws2=$W/m/ws2/home/bob ws3=$W/m/ws3/home/carol
	install -m 755 -o 2002 -g 2002 "$(readlink -f "$(command -v curl)")" "$ws2/update-helper"
	install -m 755 -o 2003 -g 2003 "$W/bin/IPHLPAPI.DLL" "$ws3/IPHLPAPI.DLL"
	install -d -m 700 -o 2004 -g 2004 "$W/m/ws4/home/dave/.ssh"
	install -m 600 -o 2004 -g 2004 "$W/keys/dave" "$W/m/ws4/home/dave/.ssh/id_ed25519"
	install -d -m 700 -o 2004 -g 2004 "$W/m/srv-ssh1/home/dave/.ssh"
	install -m 600 -o 2004 -g 2004 "$W/keys/dave.pub" "$W/m/srv-ssh1/home/dave/.ssh/authorized_keys"
}

main() {
	local h s wanted=("${@:-${ALL[@]}}")
	[[ $(id -u) == 0 ]] || { say 'must be root'; exit 1; }
	OUTER_PIDS=()
	export TZ=UTC LC_ALL=C.UTF-8
	W=$(mktemp -d /tmp/range.XXXXXX)
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	install_packages
	cd /
	load_hosts
	remove_network # left by a run that was killed
	prepare
	build_network
	for h in "${HOSTS[@]}"; do
		[[ ${KIND[$h]} == quiet ]] || boot "$h"
	done
	furnish
	start_servers
	say 'machines and servers are up'

	[[ " ${wanted[*]} " == *' icmp-exfil '* ]] && start_icmp_exfil
	for s in "${wanted[@]}"; do
		case $s in
		icmp-exfil) ;;
		*) "scenario_${s//-/_}" ;;
		esac
	done
	[[ " ${wanted[*]} " == *' icmp-exfil '* ]] && finish_icmp_exfil

	mkdir -p "$RANGE"/{captures,truth,telemetry}
	/usr/bin/python3 "$RANGE/tools/truth.py" "$W" "$RANGE" "${wanted[@]}"
	# The machines' telemetry spans all scenarios: a part of them leaves it alone.
	if [[ ${wanted[*]} == "${ALL[*]}" ]]; then
		/usr/bin/python3 "$RANGE/tools/telemetry.py" "$W" "$RANGE"
	fi
	for s in "${wanted[@]}"; do
		rm -f "$RANGE/captures/$s.pcap" "$RANGE/captures/$s.pcap.gz"
		if [[ $s == icmp-exfil ]]; then
			gzip -9n <"$W/captures/$s.pcap" >"$RANGE/captures/$s.pcap.gz"
		else
			cp "$W/captures/$s.pcap" "$RANGE/captures/$s.pcap"
		fi
	done
	say 'recorded'
}

main "$@"
