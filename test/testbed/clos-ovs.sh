#!/usr/bin/env bash
# clos-ovs.sh: a leaf-spine test bed of real sFlow agents on one machine. Every
# switch is an Open vSwitch (userspace datapath, so no kernel module) with OVS's
# own sFlow agent, in a network namespace of its own; every host is a namespace.
# Needs root and: openvswitch-switch iproute2 iperf3 tcpdump ethtool python3
# (and gcc, optional: see SPEED).
KIND=ovs
MBIT0=20 # OVS in user space moves some 30,000 (idle) to 150,000 (busy) frames/s and core: slow links keep the load small
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
: "${MODE:=l3}" # l3: the flows rewrite MACs and decrement the TTL as a router does; l2: they leave frames alone

usage() {
	cat <<-USAGE
	usage: $0 up                   build the fabric and start the agents
	       $0 exec CMD...          run CMD beside the collector address ($COL_IP, namespace $P-col)
	       $0 in NODE CMD...       run CMD in a node: leaf1 spine2 h11 col ...
	       $0 capture FILE         record the datagrams that reach the collector (ends at 'stop')
	       $0 stop                 end the capture
	       $0 traffic SCENARIO     run smoke | paths | elephants | drain | vxlan (blocks until done)
	       $0 truth FILE           write the ground truth of the traffic that ran
	       $0 record SCENARIO DIR  up, capture, traffic, stop, truth, down: DIR/KIND-MODE-SCENARIO.pcap and .json
	       $0 status               namespaces, processes, CPU time of the agents
	       $0 down                 take everything away
	environment: P=$P LEAVES=$LEAVES SPINES=$SPINES HOSTS=$HOSTS (per leaf) MBIT=$MBIT (link speed)
	       SAMPLING=$SAMPLING POLLING=$POLLING HEADER=$HEADER LENGTH=$LENGTH (seconds of a scenario)
	       MODE=$MODE SPEED=$SPEED (shim: agents report MBIT as ifSpeed) STATE=$STATE
	USAGE
	exit "${1:-2}"
}

: "${P:=clos}" "${LEAVES:=4}" "${SPINES:=2}" "${HOSTS:=1}" "${MBIT:=$MBIT0}"
: "${SAMPLING:=$MBIT}" "${POLLING:=5}" "${HEADER:=128}" "${LENGTH:=}" "${SPEED:=shim}"
: "${STATE:=/tmp/$P-$KIND}"
COL_IP=10.255.0.254
PORT=6343
SPINE0=50 # a switch's id: leaf N has N, spine N has 50+N; its ports have ifIndex id*100+port

switches() { for ((l = 1; l <= LEAVES; l++)); do echo "leaf$l"; done; for ((s = 1; s <= SPINES; s++)); do echo "spine$s"; done; }
hosts() { for ((l = 1; l <= LEAVES; l++)); do for ((h = 1; h <= HOSTS; h++)); do echo "h$l$h"; done; done; }
id_of() { case $1 in leaf*) echo "${1#leaf}" ;; spine*) echo $((SPINE0 + ${1#spine})) ;; esac; }
mac() { printf '02:5f:00:%02x:00:%02x' "$1" "$2"; }       # switch id, port
host_mac() { printf '02:aa:00:%02x:00:%02x' "$1" "$2"; }  # leaf, host
uplink() { echo $((48 + $1)); }                           # a leaf's port to spine N
in_ns() { local n=$1; shift; ip netns exec "$P-$n" "$@"; }
log() { echo "clos: $*" >&2; }
die() { log "$*"; exit 1; }

# spawn NODE NAME CMD...: run in the background in a node, output to $STATE/NAME.log
spawn() {
	local node=$1 name=$2
	shift 2
	ip netns exec "$P-$node" "$@" >"$STATE/log/$name.log" 2>&1 </dev/null &
	echo $! >"$STATE/pid/$name"
}
# reap NAME [SIG]: end one spawned process and wait for it
reap() {
	local f=$STATE/pid/$1 pid
	[ -f "$f" ] || return 0
	pid=$(cat "$f")
	kill "-${2:-TERM}" "$pid" 2>/dev/null || true
	for _ in $(seq 100); do [ -d "/proc/$pid" ] || break; [ "$(awk '{print $3}' "/proc/$pid/stat" 2>/dev/null)" = Z ] && break; sleep 0.05; done
	rm -f "$f"
}
wait_for() { # wait_for SECONDS CMD...
	local n=$(($1 * 20)); shift
	while ((n-- > 0)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
	return 1
}

# link NODE PORT IFNAME INDEX MAC  NODE IFNAME INDEX MAC
link() {
	ip link add "$2" index "$3" address "$4" netns "$P-$1" type veth peer name "$6" index "$7" address "$8" netns "$P-$5"
}
# no offloads: a frame must be a frame of at most the MTU, with its checksum, as on a wire
tune() {
	in_ns "$1" ethtool -K "$2" tx off rx off tso off gso off gro off >/dev/null 2>&1 || true
	[ "$2" = mgmt0 ] || ip netns exec "$P-$1" tc qdisc replace dev "$2" root tbf rate "${MBIT}mbit" burst 64kb limit 256kb
}

check() {
	[ "$(id -u)" = 0 ] || die "must run as root"
	local c
	for c in ip tc ethtool iperf3 tcpdump python3 "$@"; do command -v "$c" >/dev/null || die "$c is missing"; done
}

speed_shim() { # prints the environment that makes an agent report MBIT, nothing without gcc
	[ "$SPEED" = shim ] && command -v gcc >/dev/null || return 0
	[ -f "$STATE/speed.so" ] || gcc -O2 -shared -fPIC -o "$STATE/speed.so" -x c - -ldl <<-'C'
	/* veth reports 10 Gbit/s and has no set_link_ksettings, so the shaped rate of a
	 * test link is put into the agent's ethtool reads: LD_PRELOAD, CLOS_SPEED_MBIT. */
	#define _GNU_SOURCE
	#include <dlfcn.h>
	#include <linux/ethtool.h>
	#include <linux/sockios.h>
	#include <net/if.h>
	#include <stdarg.h>
	#include <stdlib.h>
	#include <string.h>

	int ioctl(int fd, unsigned long req, ...)
	{
		static int (*real)(int, unsigned long, ...);
		const char *mbit = getenv("CLOS_SPEED_MBIT");
		va_list ap;
		va_start(ap, req);
		void *arg = va_arg(ap, void *);
		va_end(ap);
		if (!real)
			real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
		int rc = real(fd, req, arg);
		if (rc < 0 || req != SIOCETHTOOL || !mbit)
			return rc;
		struct ifreq *ifr = arg;
		if (strncmp(ifr->ifr_name, "swp", 3) && strncmp(ifr->ifr_name, "eth", 3))
			return rc;
		if (*(__u32 *)ifr->ifr_data == ETHTOOL_GSET)
			ethtool_cmd_speed_set((struct ethtool_cmd *)ifr->ifr_data, atoi(mbit));
		else if (*(__u32 *)ifr->ifr_data == ETHTOOL_GLINKSETTINGS) {
			struct ethtool_link_settings *s = (void *)ifr->ifr_data;
			if (s->link_mode_masks_nwords > 0)
				s->speed = atoi(mbit);
		}
		return rc;
	}
	C
	echo "LD_PRELOAD=$STATE/speed.so CLOS_SPEED_MBIT=$MBIT"
}

up() {
	# shellcheck disable=SC2086
	check $NEEDS
	[ ! -e "$STATE" ] || die "$STATE exists: '$0 down' first"
	! ip netns list | grep -q "^$P-" || die "namespaces named $P-* exist: set P to another prefix"
	mkdir -p "$STATE"/{pid,log,iperf,cap}
	save_config
	[ -n "${KEEP:-}" ] || trap 'down' EXIT # a failure takes everything away; KEEP=1 leaves it for a look
	local n l h s id
	for n in col $(switches) $(hosts); do
		echo "$P-$n" >>"$STATE/namespaces"
		ip netns add "$P-$n"
		in_ns "$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 net.ipv4.tcp_congestion_control=cubic 2>/dev/null || true
		ip -n "$P-$n" link set lo up
	done
	# the management network: every agent's own address, a bridge beside the collector
	ip -n "$P-col" link add br0 type bridge
	ip -n "$P-col" addr add $COL_IP/24 dev br0
	ip -n "$P-col" link set br0 up
	for n in $(switches); do
		id=$(id_of "$n")
		link "$n" mgmt0 $((id * 100)) "$(mac "$id" 0)" col "m-$n" $((10000 + id)) "$(mac 255 "$id")"
		ip -n "$P-$n" addr add "10.255.0.$id/24" dev mgmt0
		ip -n "$P-$n" link set mgmt0 up
		ip -n "$P-col" link set "m-$n" master br0 up
	done
	# the fabric
	for ((l = 1; l <= LEAVES; l++)); do
		for ((h = 1; h <= HOSTS; h++)); do
			link "leaf$l" "swp$h" $((l * 100 + h)) "$(mac "$l" "$h")" "h$l$h" eth0 $((20000 + l * 100 + h)) "$(host_mac "$l" "$h")"
		done
		for ((s = 1; s <= SPINES; s++)); do
			id=$((SPINE0 + s))
			link "leaf$l" "swp$(uplink "$s")" $((l * 100 + $(uplink "$s"))) "$(mac "$l" "$(uplink "$s")")" \
				"spine$s" "swp$l" $((id * 100 + l)) "$(mac "$id" "$l")"
		done
	done
	for ((l = 1; l <= LEAVES; l++)); do for ((h = 1; h <= HOSTS; h++)); do
		n=h$l$h
		tune "$n" eth0
		ip -n "$P-$n" link set eth0 up
		host_up "$n" "$l" "$h"
	done; done
	for n in $(switches); do
		tune "$n" mgmt0
		switch_up "$n" "$(id_of "$n")"
	done
	sink_up
	for n in $(switches); do agent_up "$n" "$(id_of "$n")"; done
	topology >"$STATE/topology.json"
	wait_for 20 fabric_ok || die "hosts do not reach each other"
	log "up: $LEAVES leaves, $SPINES spines, $((LEAVES * HOSTS)) hosts at $MBIT Mbit/s; collector address $COL_IP:$PORT in namespace $P-col"
}

fabric_ok() { # every host answers h11, if only with a refusal
	local b others=()
	for b in $(hosts); do [ "$b" = h11 ] || others+=("$(host_ip "$b")" "$(host_ip6 "$b")"); done
	in_ns h11 python3 - "${others[@]}" <<-'PY'
	import socket, sys
	for a in sys.argv[1:]:
	    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET)
	    s.settimeout(1)
	    if s.connect_ex((a, 9)) != 111: sys.exit(1)
	PY
}
host_ip() { echo "10.${1:1:1}.${1:2}.1"; }
host_ip6() { echo "fd00:${1:1:1}:${1:2}::1"; }

save_config() {
	local v
	for v in P LEAVES SPINES HOSTS MBIT SAMPLING POLLING HEADER MODE SPEED; do printf '%s=%q\n' $v "${!v}"; done >"$STATE/config"
}
load_config() {
	[ -f "$STATE/config" ] || die "not up"
	# shellcheck disable=SC1091
	. "$STATE/config"
}

topology() {
	local l h s id
	echo '{"interfaces": ['
	for ((l = 1; l <= LEAVES; l++)); do
		for ((h = 1; h <= HOSTS; h++)); do
			iface "leaf$l" "$l" "$h" "h$l$h" eth0
			[ ! -e "$STATE/overlay" ] || iface "leaf$l" "$l" $((20 + h)) "h$l$h" eth1
		done
		for ((s = 1; s <= SPINES; s++)); do
			iface "leaf$l" "$l" "$(uplink "$s")" "spine$s" "swp$l"
			iface "spine$s" $((SPINE0 + s)) "$l" "leaf$l" "swp$(uplink "$s")"
		done
	done
	echo 'null], "hosts": ['
	for h in $(hosts); do
		printf '{"host": "%s", "ip": "%s", "ip6": "%s", "mac": "%s", "leaf": "leaf%s"' "$h" "$(host_ip "$h")" "$(host_ip6 "$h")" \
			"$(host_mac "${h:1:1}" "${h:2}")" "${h:1:1}"
		[ ! -e "$STATE/overlay" ] || printf ', "overlay_ip": "192.168.%s.%s", "overlay_mac": "02:bb:00:0%s:00:0%s"' "${h:1:1}" "${h:2}" "${h:1:1}" "${h:2}"
		echo '},'
	done
	echo 'null]}'
}
iface() {
	printf '{"switch": "%s", "agent": "10.255.0.%s", "ifIndex": %d, "ifName": "swp%s", "mac": "%s", "speed": %d000000, "neighbour": "%s", "neighbour_port": "%s"},\n' \
		"$1" "$2" $(($2 * 100 + $3)) "$3" "$(mac "$2" "$3")" "$MBIT" "$4" "$5"
}

# ---- traffic -------------------------------------------------------------

# A sink so that no agent sees "port unreachable" while no collector listens: OVS loses a datagram by it.
sink_up() {
	in_ns col ss -Hlun "sport = :$PORT" | grep -q . && return 0
	spawn col sink python3 -c "import socket; s=socket.socket(2,2); s.bind(('',$PORT))
while s.recv(65535): pass"
}

capture() {
	sink_up
	[ ! -f "$STATE/pid/capture" ] || die "a capture runs"
	spawn col capture tcpdump -U -i br0 -s 0 -B 8192 -w "$1" "udp and dst port $PORT"
	wait_for 5 grep -q listening "$STATE/log/capture.log" || die "tcpdump did not start"
}

stop() { sleep 1.5; reap capture INT; }

# What the truth is made of: at every switch port the packets that open a flow (TCP SYN, iperf3's 4-byte UDP
# hello) and a 64th of the others (those with 6 zero bits in their checksum, so that every switch takes
# the same ones), also inside VXLAN; at every host the headers of all that arrives.
MARKED='(ip and tcp and (tcp[13] & 2 != 0 or tcp[17] & 63 = 0)) or (ip6 and ip6[6] = 6 and (ip6[53] & 2 != 0 or ip6[57] & 63 = 0)) or (ip and udp and not port 4789 and (udp[4:2] = 12 or udp[7] & 63 = 0)) or (ip6 and ip6[6] = 17 and (ip6[44:2] = 12 or ip6[47] & 63 = 0)) or (udp dst port 4789 and udp[39] = 6 and (udp[63] & 2 != 0 or udp[67] & 63 = 0)) or (udp dst port 4789 and udp[39] = 17 and (udp[54:2] = 12 or udp[57] & 63 = 0))'
watch_up() {
	local n
	for n in $(switches); do spawn "$n" "watch-$n" tcpdump -i any -s 136 -B 4096 -w "$STATE/cap/path-$n.pcap" "$MARKED"; done
	for n in $(hosts); do spawn "$n" "watch-$n" tcpdump -i eth0 -Q in -s 86 -B 16384 -w "$STATE/cap/host-$n.pcap" "tcp or udp"; done
	for n in $(switches) $(hosts); do wait_for 10 grep -q listening "$STATE/log/watch-$n.log" || die "tcpdump in $n did not start"; done
	[ ! -e "$STATE/overlay" ] || for n in $(hosts); do
		spawn "$n" "watch2-$n" tcpdump -i eth1 -Q in -s 86 -B 16384 -w "$STATE/cap/overlay-$n.pcap" "tcp or udp"
		wait_for 10 grep -q listening "$STATE/log/watch2-$n.log" || die "tcpdump in $n did not start"
	done
	counters >"$STATE/counters.before"
}
watch_down() {
	counters >"$STATE/counters.after"
	sleep 0.5
	local n
	for n in $(switches) $(hosts); do reap "watch-$n" INT; done
	for n in $(hosts); do reap "watch2-$n" INT; done
	cat "$STATE"/log/watch*.log | awk '/dropped by kernel/ {d += $1} END {if (d) print "clos: the truth lost " d " packets" > "/dev/stderr"}'
}
counters() {
	local n
	for n in $(switches); do
		in_ns "$n" cat /proc/net/dev | awk -v n="$n" '{sub(":", " ")} $1 ~ /^swp/ {print n, $1, $2, $3, $5, $10, $11, $13}'
	done
}

# session ID FROM TO PORT DELAY SECONDS iperf3-options...: one iperf3 run; data goes FROM -> TO unless -R is given
session() {
	local id=$1 from=$2 to=$3 port=$4 delay=$5 secs=$6 addr=${ADDR:-}
	shift 6
	[ -n "$addr" ] || addr=$(host_ip "$to")
	spawn "$to" "iperf-server-$id" iperf3 -s -1 -p "$port"
	printf '{"id": "%s", "client": "%s", "server": "%s", "server_ip": "%s", "port": %d, "options": "%s"},\n' "$id" "$from" "$to" "$addr" "$port" "$*" >>"$STATE/sessions"
	(
		wait_for 5 listening "$to" "$port"
		sleep "$delay"
		exec ip netns exec "$P-$from" iperf3 -J -c "$addr" -p "$port" -t "$secs" "$@"
	) >"$STATE/iperf/$id.json" 2>"$STATE/log/iperf-$id.log" </dev/null &
	SESSIONS+=($!)
}
listening() { in_ns "$1" ss -Hltn "sport = :$2" | grep -q .; }

traffic() {
	[ ! -e "$STATE/sessions" ] || rm -f "$STATE"/{sessions,iperf/*,cap/*}
	SESSIONS=()
	: >"$STATE/sessions"
	echo "$1" >"$STATE/scenario"
	declare -F "scenario_$1" >/dev/null || die "no scenario $1"
	: >"$STATE/events"
	! declare -F "prepare_$1" >/dev/null || "prepare_$1"
	watch_up
	date +%s.%N >"$STATE/t0"
	"scenario_$1"
	local p bad=0
	for p in "${SESSIONS[@]}"; do wait "$p" || bad=$((bad + 1)); done
	date +%s.%N >"$STATE/t1"
	watch_down
	local f
	for f in "$STATE"/pid/iperf-server-*; do [ -e "$f" ] && reap "$(basename "$f")"; done
	log "scenario $1: ${#SESSIONS[@]} iperf3 sessions, $bad failed"
	return $((bad > 0))
}

# A minimal run for CI: three flows, one of them an elephant.
scenario_smoke() {
	local t=${LENGTH:-8}
	session small h11 h21 5201 0 "$t" -b 500K -l 1400
	session big h11 h31 5202 0 "$t" -b "$((MBIT * 20 / 100))M" -l 16K
	ADDR=$(host_ip6 h41) session six h21 h41 5203 0 "$t" -b 500K -l 1400
}

# Scenario 1: sessions between every ordered pair of leaves, so that every path occurs.
scenario_paths() {
	local t=${LENGTH:-30} a b port=5200
	for a in $(hosts); do for b in $(hosts); do
		[ "$a" != "$b" ] || continue
		[ "${a:2}" = "${b:2}" ] || continue
		port=$((port + 1))
		session "tcp-$a-$b" "$a" "$b" $port 0 "$t" -P 3 -b "$((MBIT * 20))K" -l 1400
	done; done
	session udp h11 h31 5301 2 $((t - 4)) -u -P 2 -b "$((MBIT * 20))K" -l 1200
	ADDR=$(host_ip6 h41) session six h21 h41 5302 2 $((t - 4)) -P 2 -b "$((MBIT * 20))K" -l 1400
	[ "$HOSTS" = 1 ] || session local h11 h12 5303 2 $((t - 4)) -b "$((MBIT * 20))K" -l 1400
}

# Scenario 2: h11 serves 100 flows to h31: 3 elephants (12 %, 18 %, 25 % of a link; two of them for part of
# the time), two heavy flows below the threshold (5 %, 8 %), 95 mice of 0.15 %.
scenario_elephants() {
	local t=${LENGTH:-60} pc=$((MBIT * 10)) # one percent of a link in kbit/s
	session mice h31 h11 5201 0 "$t" -R -P 95 -b "$((pc * 15 / 100))K" -l 1400
	session five h31 h11 5202 0 "$t" -R -b "$((pc * 5))K" -l 8K
	session eight h31 h11 5203 0 "$t" -R -b "$((pc * 8))K" -l 8K
	session elephant12 h31 h11 5204 0 "$t" -R -b "$((pc * 12))K" -l 8K
	session elephant18 h31 h11 5205 $((t / 4)) $((t / 2)) -R -b "$((pc * 18))K" -l 8K
	session elephant25 h31 h11 5206 $((t / 2)) $((t / 2 - 2)) -R -b "$((pc * 25))K" -l 8K
}

# Spine 1 is taken out of service half-way: its flows move to the other spines.
scenario_drain() {
	local t=${LENGTH:-40} a b port=5200
	for a in $(hosts); do for b in $(hosts); do
		if [ "$a" = "$b" ] || [ "${a:2}${b:2}" != 11 ]; then continue; fi
		port=$((port + 1))
		session "tcp-$a-$b" "$a" "$b" $port 0 "$t" -P 2 -b "$((MBIT * 20))K" -l 1400
	done; done
	sleep $((t / 2))
	printf '{"t": %s, "event": "drain", "switch": "spine1"}\n' "$(date +%s.%N)" >"$STATE/events"
	for a in $(switches); do [[ $a != leaf* ]] || drain "$a"; done
}
prepare_drain() { for a in $(switches); do [[ $a != leaf* ]] || undrain "$a"; done; }

# Flows of hosts on an overlay network that the leaves carry in VXLAN.
prepare_vxlan() { [ -e "$STATE/overlay" ] || { : >"$STATE/overlay"; overlay_up; topology >"$STATE/topology.json"; }; }
scenario_vxlan() {
	local t=${LENGTH:-30} a b port=5200
	for a in $(hosts); do for b in $(hosts); do
		if [ "$a" = "$b" ] || [ "${a:2}${b:2}" != 11 ]; then continue; fi
		port=$((port + 1))
		ADDR=192.168.${b:1:1}.${b:2} session "vx-$a-$b" "$a" "$b" $port 0 "$t" -P 2 -b "$((MBIT * 10))K" -l 1300
	done; done
	ADDR=192.168.3.1 session vx-elephant h11 h31 5301 5 $((t - 8)) -b "$((MBIT * 150))K" -l 8K
	ADDR=192.168.4.1 session vx-udp h21 h41 5302 5 $((t - 8)) -u -b "$((MBIT * 10))K" -l 1200
}

truth() {
	[ -e "$STATE/t1" ] || die "no traffic ran"
	KIND=$KIND MODE=$MODE STATE=$STATE SAMPLING=$SAMPLING POLLING=$POLLING MBIT=$MBIT HEADER=$HEADER SPEED=$SPEED python3 "$HERE/truth.py" "$1"
}

record() {
	local scenario=$1 dir=$2 name=$KIND-$MODE-$1 bad=0
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	up
	capture "$dir/$name.pcap"
	sleep 2
	traffic "$scenario" || bad=1
	sleep "$POLLING" # the counters of the end
	stop
	truth "$dir/$name.json"
	status | tail -1
	down
	return $bad
}

status() {
	local n p
	ip netns list | awk -v p="$P-" 'index($1, p) == 1 {printf "%s ", $1} END {print ""}'
	for n in col $(switches) $(hosts); do
		for p in $(ip netns pids "$P-$n" 2>/dev/null); do
			[ ! -r "/proc/$p/stat" ] || awk -v n="$n" -v hz="$(getconf CLK_TCK)" -v page="$(getconf PAGESIZE)" \
				'{c = $2; gsub(/[()]/, "", c); printf "%-7s %-14s pid %-7s cpu %7.2f s  rss %6.1f MiB\n", n, c, $1, ($14 + $15) / hz, $24 * page / 1048576}' "/proc/$p/stat"
		done
	done | awk '{print} $2 ~ /ovs/ {c += $6; r += $9} END {printf "agents: cpu %.2f s, resident %.0f MiB\n", c, r}'
}

down() {
	trap - EXIT
	local n p sig
	[ -f "$STATE/namespaces" ] || { log "nothing to take down"; return 0; }
	# what runs in our namespaces is ours
	for sig in TERM KILL; do
		while read -r n; do
			for p in $(ip netns pids "$n" 2>/dev/null); do kill -$sig "$p" 2>/dev/null || true; done
		done <"$STATE/namespaces"
		sleep 0.5
	done
	while read -r n; do ip netns del "$n" 2>/dev/null || true; done <"$STATE/namespaces"
	rm -rf "$STATE"
	log "down"
}

# ---- the switches --------------------------------------------------------

NEEDS="ovsdb-server ovs-vswitchd ovs-vsctl ovs-ofctl ovsdb-tool"

ovs() { # ovs SWITCH CMD...: an OVS tool against one switch's instance
	local n=$1 cmd=$2 d=$STATE/$1
	shift 2
	case $cmd in
	ovs-vsctl) ovs-vsctl --db="unix:$d/db.sock" --timeout=20 "$@" ;;
	ovs-ofctl) ovs-ofctl -O OpenFlow15 "$@" ;;
	ovs-appctl) ovs-appctl -t "$d/vswitchd.ctl" "$@" ;;
	esac
}

host_up() { # HOST LEAF N: a /8 with a fixed neighbour table (l2) or a gateway (l3)
	local n=$1 l=$2 h=$3 o
	if [ "$MODE" = l2 ]; then
		ip -n "$P-$n" addr add "$(host_ip "$n")/8" dev eth0
		ip -n "$P-$n" addr add "$(host_ip6 "$n")/16" dev eth0 nodad
		for o in $(hosts); do
			[ "$o" = "$n" ] || ip -n "$P-$n" neigh add "$(host_ip "$o")" lladdr "$(host_mac "${o:1:1}" "${o:2}")" dev eth0 nud permanent
			[ "$o" = "$n" ] || ip -n "$P-$n" neigh add "$(host_ip6 "$o")" lladdr "$(host_mac "${o:1:1}" "${o:2}")" dev eth0 nud permanent
		done
	else
		ip -n "$P-$n" addr add "$(host_ip "$n")/24" dev eth0
		ip -n "$P-$n" addr add "$(host_ip6 "$n")/64" dev eth0 nodad
		ip -n "$P-$n" neigh add "10.$l.$h.254" lladdr "$(mac "$l" "$h")" dev eth0 nud permanent
		ip -n "$P-$n" neigh add "fd00:$l:$h::fe" lladdr "$(mac "$l" "$h")" dev eth0 nud permanent
		ip -n "$P-$n" route add default via "10.$l.$h.254"
		ip -n "$P-$n" -6 route add default via "fd00:$l:$h::fe"
	fi
}

hop() { # hop FROM-ID PORT TO-MAC: the actions that send a packet out of PORT
	if [ "$MODE" = l2 ]; then echo "output:$2"; else echo "mod_dl_src:$(mac "$1" "$2"),mod_dl_dst:$3,dec_ttl,output:$2"; fi
}
hop15() { # the same in OpenFlow 1.5 words, for a bucket
	if [ "$MODE" = l2 ]; then echo "output:$2"; else echo "set_field:$(mac "$1" "$2")->eth_src,set_field:$3->eth_dst,dec_ttl,output:$2"; fi
}

switch_up() { # SWITCH ID: an OVS instance of its own, its ports, flows that route, ECMP by a select group
	local n=$1 id=$2 d=$STATE/$1 p l s h add=() fl=$STATE/$1/flows
	mkdir -p "$d"
	ovsdb-tool create "$d/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	export OVS_RUNDIR=$d OVS_LOGDIR=$d OVS_DBDIR=$d
	spawn "$n" "$n-ovsdb" ovsdb-server "$d/conf.db" --remote="punix:$d/db.sock" --unixctl="$d/ovsdb.ctl" --no-chdir -vconsole:warn
	wait_for 10 test -S "$d/db.sock" || die "ovsdb-server of $n did not start"
	ovs "$n" ovs-vsctl --no-wait init
	# shellcheck disable=SC2046
	spawn "$n" "$n-vswitchd" nice -n -5 env $(speed_shim) ovs-vswitchd "unix:$d/db.sock" --unixctl="$d/vswitchd.ctl" --no-chdir -vconsole:warn -vdpif:err -vsyslog:off
	case $n in
	leaf*) for ((h = 1; h <= HOSTS; h++)); do add+=("$h"); done; for ((s = 1; s <= SPINES; s++)); do add+=("$(uplink "$s")"); done ;;
	spine*) for ((l = 1; l <= LEAVES; l++)); do add+=("$l"); done ;;
	esac
	local setup=(add-br br0 -- set bridge br0 datapath_type=netdev fail_mode=secure "other-config:datapath-id=$(printf %016x "$id")" "other-config:hwaddr=$(mac "$id" 0)")
	for p in "${add[@]}"; do
		ip -n "$P-$n" link set "swp$p" up
		in_ns "$n" sysctl -qw "net.ipv6.conf.swp$p.disable_ipv6=1"
		setup+=(-- add-port br0 "swp$p" -- set interface "swp$p" "ofport_request=$p")
	done
	ovs "$n" ovs-vsctl "${setup[@]}"
	for p in "${add[@]}"; do tune "$n" "swp$p"; done
	{
		case $n in
		leaf*)
			for ((h = 1; h <= HOSTS; h++)); do
				echo "priority=100,ip,nw_dst=10.$id.$h.0/24,actions=$(hop "$id" "$h" "$(host_mac "$id" "$h")")"
				echo "priority=100,ipv6,ipv6_dst=fd00:$id:$h::/64,actions=$(hop "$id" "$h" "$(host_mac "$id" "$h")")"
			done
			echo "priority=50,ip,actions=group:1"
			echo "priority=50,ipv6,actions=group:1"
			;;
		spine*)
			for ((l = 1; l <= LEAVES; l++)); do
				echo "priority=100,ip,nw_dst=10.$l.0.0/16,actions=$(hop "$id" "$l" "$(mac "$l" "$(uplink $((id - SPINE0)))")")"
				echo "priority=100,ipv6,ipv6_dst=fd00:$l::/32,actions=$(hop "$id" "$l" "$(mac "$l" "$(uplink $((id - SPINE0)))")")"
			done
			;;
		esac
	} >"$fl"
	if [[ $n = leaf* ]]; then
		local group="group_id=1,type=select,${SELECT:-selection_method=hash,fields(ip_src,ip_dst,ipv6_src,ipv6_dst,nw_proto,tcp_src,tcp_dst,udp_src,udp_dst)}"
		for ((s = 1; s <= SPINES; s++)); do
			group+=",$(bucket "$id" "$s")"
		done
		ovs "$n" ovs-ofctl add-group "unix:$d/br0.mgmt" "$group"
	fi
	ovs "$n" ovs-ofctl add-flows "unix:$d/br0.mgmt" "$fl"
}

agent_up() { # SWITCH ID: OVS's sFlow agent
	ovs "$1" ovs-vsctl -- --id=@s create sflow agent=mgmt0 "target=\"$COL_IP:$PORT\"" "header=$HEADER" "sampling=$SAMPLING" "polling=$POLLING" -- set bridge br0 sflow=@s >/dev/null
}

bucket() { echo "bucket=bucket_id=$2,actions=$(hop15 "$1" "$(uplink "$2")" "$(mac $((SPINE0 + $2)) "$1")")"; }
drain() { ovs "$1" ovs-ofctl remove-buckets "unix:$STATE/$1/br0.mgmt" "group_id=1,command_bucket_id=1"; }
undrain() { ovs "$1" ovs-ofctl dump-groups "unix:$STATE/$1/br0.mgmt" | grep -q bucket_id:1, || ovs "$1" ovs-ofctl insert-buckets "unix:$STATE/$1/br0.mgmt" "group_id=1,command_bucket_id=first,$(bucket "$(id_of "$1")" 1)"; }

overlay_up() { # OVS tunnels: an overlay bridge on each leaf, VXLAN 4096 between their VTEPs, routed by br0
	local n l h o d
	for ((s = 1; s <= SPINES; s++)); do for ((l = 1; l <= LEAVES; l++)); do
		ovs "spine$s" ovs-ofctl add-flow "unix:$STATE/spine$s/br0.mgmt" "priority=100,ip,nw_dst=10.254.0.$l,actions=$(hop $((SPINE0 + s)) "$l" "$(mac "$l" "$(uplink "$s")")")"
	done; done
	for ((l = 1; l <= LEAVES; l++)); do
		n=leaf$l d=$STATE/$n
		ip -n "$P-$n" addr add "10.254.0.$l/24" dev br0
		ip -n "$P-$n" link set br0 mtu 1500 up
		ovs "$n" ovs-ofctl add-flow "unix:$d/br0.mgmt" "priority=200,ip,nw_dst=10.254.0.$l,actions=mod_dl_dst:$(mac "$l" 0),LOCAL"
		ovs "$n" ovs-vsctl add-br brv -- set bridge brv datapath_type=netdev fail_mode=secure "other-config:datapath-id=$(printf %016x $((1000 + l)))" "other-config:hwaddr=$(mac "$l" 71)" \
			-- add-port brv vx -- set interface vx ofport_request=100 type=vxlan options:remote_ip=flow "options:local_ip=10.254.0.$l" options:key=4096
		for ((h = 1; h <= HOSTS; h++)); do
			link "$n" "swp$((20 + h))" $((l * 100 + 20 + h)) "$(mac "$l" $((20 + h)))" "h$l$h" eth1 $((30000 + l * 100 + h)) "02:bb:00:0$l:00:0$h"
			ip -n "$P-$n" link set "swp$((20 + h))" up
			ovs "$n" ovs-vsctl add-port brv "swp$((20 + h))" -- set interface "swp$((20 + h))" "ofport_request=$h"
			tune "$n" "swp$((20 + h))"
			tune "h$l$h" eth1
			ip -n "$P-h$l$h" addr add "192.168.$l.$h/16" dev eth1
			ip -n "$P-h$l$h" link set eth1 mtu 1450 up
			ovs "$n" ovs-ofctl add-flow "unix:$d/brv.mgmt" "dl_dst=02:bb:00:0$l:00:0$h,actions=output:$h"
		done
		for ((o = 1; o <= LEAVES; o++)); do
			[ "$o" != "$l" ] || continue
			ovs "$n" ovs-appctl tnl/arp/set br0 "10.254.0.$o" "$(mac $((SPINE0 + 1)) "$l")" >/dev/null
			for ((h = 1; h <= HOSTS; h++)); do
				ovs "$n" ovs-ofctl add-flow "unix:$d/brv.mgmt" "dl_dst=02:bb:00:0$o:00:0$h,actions=set_field:10.254.0.$o->tun_dst,output:100"
			done
		done
		ovs "$n" ovs-vsctl set bridge brv "sflow=$(ovs "$n" ovs-vsctl get bridge br0 sflow)"
	done
	for a in $(hosts); do for b in $(hosts); do
		[ "$a" = "$b" ] || ip -n "$P-$a" neigh add "192.168.${b:1:1}.${b:2}" lladdr "02:bb:00:0${b:1:1}:00:0${b:2}" dev eth1 nud permanent
	done; done
	sleep 3
}

[ $# -ge 1 ] || usage
command=$1
shift
case $command in
up)
	up
	trap - EXIT
	;;
down) [ ! -f "$STATE/config" ] || load_config; down ;;
exec) load_config; reap sink; in_ns col "$@" ;;
in) load_config; in_ns "$@" ;;
capture) [ $# = 1 ] || usage; load_config; capture "$(realpath "$1")" ;;
stop) load_config; stop ;;
traffic) [ $# = 1 ] || usage; load_config; traffic "$1" ;;
truth) [ $# = 1 ] || usage; load_config; truth "$1" ;;
record) [ $# = 2 ] || usage; record "$@" ;;
status) load_config; status ;;
-h | --help | help) usage 0 ;;
*) usage ;;
esac
