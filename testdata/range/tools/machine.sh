#!/bin/bash
# First process of a range machine, already in its own network, mount, pid and
# host name namespaces. Puts the machine's own files in place, then only reaps.
# When it ends, the kernel ends every process of the machine.
set -eu
root=$1 name=$2
hostname "$name"
# Own accounts, names and resolver: nothing of this touches the real /etc.
for f in "$root"/etc/*; do
	mount --bind "$f" "/etc/${f##*/}"
done
mount --bind "$root/home" /home
# What clients read: certificates, files to upload, small tools.
mount --bind "$root/../../srv" /srv
# Without its file capability ping is an ordinary program: it accepts preloads
# and uses the kernel's ping sockets, allowed by ping_group_range below.
mount --bind "$root/../../bin/ping" "$(readlink -f "$(command -v ping)")"
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /run/vsftpd/empty /run/samba /run/nginx
echo 0 4294967294 >/proc/sys/net/ipv4/ping_group_range
cd /home
touch "$root/ready"
# Only a shell that always has a child keeps collecting the orphans.
while :; do
	sleep 3600 &
	wait $! || true
done
