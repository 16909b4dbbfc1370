# Password guessing among ordinary logins.

# login HOST KIND TARGET USER PASSWORDS PROMPTS [SSH OPTIONS] [-- COMMAND]:
# PASSWORDS (blank separated) are typed one after the other.
login() {
	local host=$1 kind=$2 target=$3 user=$4 passwords=$5 prompts=$6 options=() list
	shift 6
	while (($#)) && [[ $1 != -- ]]; do options+=("$1"); shift; done
	(($#)) && shift
	list=$(mktemp -p "$W/srv/tmp" passwords.XXXXXX)
	chmod 644 "$list"
	tr ' ' '\n' <<<"$passwords" >"$list"
	ACT_ENV=(SSH_ASKPASS="/srv/tools/askpass.sh" SSH_ASKPASS_REQUIRE=force ASKPASS_LIST="/srv/tmp/${list##*/}")
	act "$host" "${USER_OF[$host]}" "$kind" ssh -v "${options[@]}" \
		-o StrictHostKeyChecking=accept-new -o NumberOfPasswordPrompts="$prompts" "$user@$target" "${@:-hostname; uptime; ls -l /usr/bin | head -n 50}"
	ACT_ENV=()
}

scenario_ssh() {
	local n wrong='123456 password letmein qwerty Summer2026'
	capture ssh 'tcp port 22 or tcp port 2222'

	# Ordinary: a password, a mistyped one, a key, another port, IPv6, another client.
	login ws1 ssh "${IP[srv-ssh1]}" alice alice-Pass1 3
	login ws1 ssh "${IP[srv-ssh2]}" alice 'alice-pass1 alice-Pass1' 3
	login ws4 ssh "${IP[srv-ssh1]}" dave '' 0
	login ws4 ssh "${IP[srv-ssh1]}" dave '' 0 -- 'seq 5000'
	login ws2 ssh "${IP[srv-ssh1]}" bob bob-Pass1 3 -p 2222
	login ws4 ssh "${IP6[srv-ssh1]}" dave dave-Pass1 3 -o PubkeyAuthentication=no
	login ws4 ssh "${IP[srv-ssh3]}" dave 'dave1 dave2 dave3' 3 -o PubkeyAuthentication=no # forgot it: one session, no more
	act ws2 bob plink plink -batch -v -ssh -pw bob-Pass1 \
		-hostkey "$(ssh-keygen -lf "$W/keys/srv-ssh3_ed25519.pub" | cut -d' ' -f2)" bob@"${IP[srv-ssh3]}" hostname
	# Ended before anybody tried to log in: after the banners, and at the host key.
	act ws1 alice early /usr/bin/python3 "/srv/tools/ssh-leave-early.py" "${IP[srv-ssh2]}" 22
	login ws1 ssh "${IP[srv-ssh3]}" alice '' 0 -o StrictHostKeyChecking=yes

	# Guessing, five wrong passwords a session: six sessions each against two
	# servers, two against a third (below what a hunter asks for).
	for n in deploy backup2 root admin oracle alice; do
		login ws3 guess "${IP[srv-ssh1]}" "$n" "$wrong" 5 -o PubkeyAuthentication=no
		login ws3 guess "${IP[srv-ssh2]}" "$n" "$wrong" 5 -o PubkeyAuthentication=no
	done
	for n in deploy admin; do
		login ws3 guess "${IP[srv-ssh3]}" "$n" "$wrong" 5 -o PubkeyAuthentication=no
	done
	# And one guess that is right.
	login ws3 guess "${IP[srv-ssh2]}" deploy 'deploy1 deploy-Pass1' 5 -o PubkeyAuthentication=no
	end_capture ssh

	expect '{
		"bruteforce": [
			{"src": "10.10.0.13", "dst": "10.10.0.21", "sessions": 6, "attempts_each": 5},
			{"src": "10.10.0.13", "dst": "10.10.0.22", "sessions": 6, "attempts_each": 5}
		],
		"bruteforce_success": {"src": "10.10.0.13", "dst": "10.10.0.22", "user": "deploy"}
	}'
}
