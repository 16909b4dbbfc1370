# Functions of the hunting range: machines, actions, captures, time.
# Sourced by record.sh, which sets RANGE (this folder) and W (its scratch
# folder).

declare -A IP IP6 USER_OF KIND PID_OF
NS=whr-

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }
die() { say "error: $*"; exit 1; }

load_hosts() {
	local name kind ip ip6 user rest
	HOSTS=()
	while IFS=$'\t' read -r name kind ip ip6 user rest; do
		[[ $name == \#* || -z $name ]] && continue
		HOSTS+=("$name")
		KIND[$name]=$kind IP[$name]=$ip USER_OF[$name]=$user
		[[ $ip6 == - ]] || IP6[$name]=$ip6
	done <"$RANGE/hosts.tsv"
}

# --- network -----------------------------------------------------------------

# no_offload NAMESPACE INTERFACE: make the kernel send what a wire would carry,
# whole checksums and no segments above the MTU.
no_offload() {
	local f
	for f in tx rx sg tso gso gro; do
		ip netns exec "$1" ethtool -K "$2" "$f" off >/dev/null 2>&1 || true
	done
}

# namespace NAME: a network namespace that does not chatter in IPv6.
namespace() {
	ip netns add "$NS$1"
	ip netns exec "$NS$1" sysctl -qw \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.dad_transmits=0 \
		net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_ra=0 \
		net.ipv6.conf.default.addr_gen_mode=1
	ip -n "$NS$1" link set lo up
}

# mac_of IPV4: a fixed, locally administered address.
mac_of() { local a b c d; IFS=. read -r a b c d <<<"$1"; printf '02:%02x:%02x:%02x:%02x:01' "$a" "$b" "$c" "$d"; }

# plug HOST SWITCH: cable between a host's eth0 and a bridge.
plug() {
	local host=$1 switch=$2
	ip link add "p0" netns "$NS$host" type veth peer name "p-$host" netns "$NS$switch"
	ip -n "$NS$host" link set p0 name eth0 address "$(mac_of "${IP[$host]}")"
	ip -n "$NS$switch" link set "p-$host" master br0 up
	no_offload "$NS$host" eth0
	no_offload "$NS$switch" "p-$host"
	ip -n "$NS$host" addr add "${IP[$host]}/24" dev eth0
	ip -n "$NS$host" link set eth0 up
	ip -n "$NS$host" route add default via "${IP[$host]%.*}.1"
	if [[ -n ${IP6[$host]:-} ]]; then
		ip -n "$NS$host" addr add "${IP6[$host]}/64" dev eth0 nodad
		ip -n "$NS$host" -6 route add default via "${IP6[$host]%::*}::1"
	fi
}

# The inside is one bridge (namespace lan) with the router on a port of it, so
# every frame that concerns an inside machine crosses the bridge exactly once.
# In promiscuous mode the bridge device itself sees a copy of each: that is
# where captures are made. The outside has a bridge of its own.
build_network() {
	local n s
	for s in lan wan; do
		namespace "$s"
		ip -n "$NS$s" link add br0 type bridge stp_state 0 mcast_snooping 0
		ip -n "$NS$s" link set br0 up promisc on
		no_offload "$NS$s" br0
	done
	namespace rtr
	ip netns exec "${NS}rtr" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	for s in lan wan; do
		ip link add "$s" netns "${NS}rtr" type veth peer name p-rtr netns "$NS$s"
		ip -n "$NS$s" link set p-rtr master br0 up
		no_offload "${NS}rtr" "$s"
		no_offload "$NS$s" p-rtr
	done
	# A router asks for its IPv6 neighbours from a link-local address.
	ip -n "${NS}rtr" link set lan addrgenmode eui64 address 02:0a:0a:00:01:01
	ip -n "${NS}rtr" link set wan addrgenmode eui64 address 02:cb:00:71:01:01
	ip -n "${NS}rtr" link set lan up
	ip -n "${NS}rtr" link set wan up
	ip -n "${NS}rtr" addr add 10.10.0.1/24 dev lan
	ip -n "${NS}rtr" addr add 203.0.113.1/24 dev wan
	ip -n "${NS}rtr" addr add 198.51.100.1/24 dev wan
	ip -n "${NS}rtr" addr add fd00:10:10::1/64 dev lan nodad
	ip -n "${NS}rtr" addr add 2001:db8:113::1/64 dev wan nodad
	for n in "${HOSTS[@]}"; do
		namespace "$n"
		case ${KIND[$n]} in
		outside) plug "$n" wan ;;
		*) plug "$n" lan ;;
		esac
	done
}

remove_network() {
	local n
	for n in $(ip netns list | awk -v p="^$NS" '$1 ~ p {print $1}'); do
		ip netns del "$n" || true
	done
}

# --- machines ----------------------------------------------------------------

# boot HOST: pid, mount and host name namespaces of a machine. It ends with
# this script, even when the script is killed.
boot() {
	local host=$1 root=$W/m/$1 outer
	mkdir -p "$root"/{etc,home,log}
	cp "$W"/etc/* "$root/etc/"
	echo "$host" >"$root/etc/hostname"
	if [[ $host == srv-dns ]]; then
		printf 'nameserver 127.0.0.1\nnameserver %s\n' "${IP[upstream]}" >"$root/etc/resolv.conf"
	else
		printf 'nameserver %s\n' "${IP[srv-dns]}" ${IP6[$host]:+"${IP6[srv-dns]}"} >"$root/etc/resolv.conf"
	fi
	while IFS=: read -r user _ uid gid _ home _; do
		((uid >= 2000 && uid < 2100)) || continue
		install -d -m 755 -o "$uid" -g "$gid" "$root$home"
	done <"$W/etc/passwd"
	: >"$root/connlog.jsonl"
	chmod 666 "$root/connlog.jsonl"
	setpriv --pdeathsig KILL nsenter --net="/run/netns/$NS$host" \
		unshare --uts --mount --pid --fork --kill-child --mount-proc \
		bash "$RANGE/tools/machine.sh" "$root" "$host" >"$root/log/machine.log" 2>&1 </dev/null &
	outer=$!
	OUTER_PIDS+=("$outer")
	for _ in {1..100}; do
		[[ -e $root/ready ]] && break
		sleep 0.05
	done
	[[ -e $root/ready ]] || die "machine $host did not start: $(cat "$root/log/machine.log")"
	PID_OF[$host]=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
}

# on HOST COMMAND...: run as root on a machine.
on() {
	local host=$1
	shift
	nsenter --target "${PID_OF[$host]}" --net --uts --mount --pid --wd -- "$@"
}

# serve HOST LOG COMMAND...: start a server in the background.
serve() {
	local host=$1 log=$2
	shift 2
	on "$host" setsid "$@" >>"$W/m/$host/log/$log" 2>&1 </dev/null &
}

# serve_watched HOST LOG COMMAND...: the same for a server that opens
# connections of its own, with the sensor in it.
serve_watched() {
	local host=$1 log=$2
	shift 2
	serve "$host" "$log" env CONNLOG_FILE="$W/m/$host/connlog.jsonl" CONNLOG_ACTION=server \
		LD_PRELOAD="$W/bin/connlog.so" "$@"
}

# listening HOST PORT: wait until a TCP port of a machine accepts.
listening() {
	local i
	for i in {1..100}; do
		[[ -n $(ip netns exec "$NS$1" ss -Hltn "sport = :$2") ]] && return
		sleep 0.1
	done
	die "$1 does not listen on port $2: $(tail -n 5 "$W/m/$1"/log/*)"
}

# --- actions -----------------------------------------------------------------

# act HOST USER KIND COMMAND...: run a client and keep what it printed. Every
# action has a folder with who, when, command, output and exit status: the
# ground truth is written from these. ACT_ENV and ACT_PRELOAD may add to the
# environment. The folder's name is in ACT afterwards.
act() {
	local host=$1 user=$2 kind=$3 status=0
	shift 3
	ACT=$W/acts/$SCENARIO/$(date +%s.%N)-$BASHPID
	mkdir -p "$ACT"
	printf '%s\n' "$host" >"$ACT/host"
	printf '%s\n' "$user" >"$ACT/user"
	printf '%s\n' "$kind" >"$ACT/kind"
	printf '%s\0' "$@" >"$ACT/argv"
	date +%s.%N >"$ACT/start"
	on "$host" setpriv --reuid "$user" --regid "$user" --init-groups -- \
		env -i PATH=/usr/bin:/bin:/usr/sbin HOME="$(user_home "$user")" USER="$user" LOGNAME="$user" \
		LANG=C.UTF-8 TZ=UTC TERM=dumb "${ACT_ENV[@]}" \
		CONNLOG_FILE="$W/m/$host/connlog.jsonl" CONNLOG_ACTION="${ACT##*/}" \
		LD_PRELOAD="$W/bin/connlog.so${ACT_PRELOAD:+:$ACT_PRELOAD}" \
		"$@" >"$ACT/stdout" 2>"$ACT/stderr" </dev/null || status=$?
	date +%s.%N >"$ACT/end"
	echo "$status" >"$ACT/exit"
}
ACT_ENV=() ACT_PRELOAD=

user_home() { [[ $1 == root ]] && echo /root || echo "/home/$1"; }

# expect JSON: what a hunter should find in the running scenario.
expect() { printf '%s\n' "$1" >"$W/expect/$SCENARIO.json"; }

# --- captures ----------------------------------------------------------------

# capture NAME FILTER: start recording on the inside bridge. In immediate mode
# nothing waits in a buffer of the kernel when tcpdump is told to stop.
capture() {
	local name=$1 filter=$2 i
	SCENARIO=$name
	mkdir -p "$W/acts/$name"
	date +%s.%N >"$W/times/$name.start"
	ip netns exec "${NS}lan" setpriv --pdeathsig KILL \
		tcpdump -i br0 -n -U --immediate-mode -s 0 -B 16384 -Z root -w "$W/captures/$name.pcap" "$filter" 2>"$W/captures/$name.log" &
	CAPTURE_PID[$name]=$!
	for i in {1..100}; do
		grep -qs 'listening on' "$W/captures/$name.log" && return
		sleep 0.05
	done
	die "tcpdump for $name did not start: $(cat "$W/captures/$name.log")"
}
declare -A CAPTURE_PID

# end_capture NAME: let the last packets arrive, stop, insist that everything
# the filter let through was written.
end_capture() {
	local name=$1 log=$W/captures/$1.log captured received
	sleep 0.7
	kill -INT "${CAPTURE_PID[$name]}"
	wait "${CAPTURE_PID[$name]}" || true
	date +%s.%N >"$W/times/$name.end"
	captured=$(awk '/packets? captured/ {print $1}' "$log")
	received=$(awk '/received by filter/ {print $1}' "$log")
	if [[ $captured != "$received" ]] || ! grep -q '^0 packets dropped by kernel' "$log"; then
		die "$name: packets are missing: $(cat "$log")"
	fi
	say "$name: $captured packets"
}

# --- time --------------------------------------------------------------------

# room SECONDS: hunting queries count in bins of 5 and 10 minutes. Wait for the
# next 5 minutes when less than SECONDS are left of these.
room() {
	local left=$((300 - $(date +%s) % 300))
	if ((left < $1)); then
		say "waiting ${left}s for the next time bin"
		sleep $((left + 1))
	fi
}
