#!/bin/bash
# What differs where the other end is on another machine, which is another network namespace here.
# Clients from there are refused and told so, or, where they are allowed, one host has a part of the
# places; those of the own machine are served at each of its addresses. A neighbor there allows so
# many queries a second: what it refuses is asked again.
source "$(dirname "$0")/../support/cases.sh"

if [ "${1:-}" != inside ]; then
  if ! command -v ip >/dev/null || ! unshare -Urn true 2>/dev/null; then
    skip "another machine" "no network namespaces here"
    exit
  fi
  unshare -Urn "$0" inside
  exit
fi

unshare -n sleep 300 &
other=$!
on_end() { kill "$other" "${pid:-$other}" "${clients:-$other}" 2>/dev/null; }
elsewhere() { nsenter -n -t "$other" "$@"; }
within_20_s() {
  local end=$((SECONDS + 20))
  until "$@"; do test $SECONDS -lt $end || return 1; sleep 0.1; done
}
is_another_namespace() { ! test "/proc/$other/ns/net" -ef /proc/self/ns/net; }
within_20_s is_another_namespace
ip link set lo up
ip link add here type veth peer name there netns "$other"
ip addr add 10.77.0.1/24 dev here && ip link set here up
elsewhere ip addr add 10.77.0.2/24 dev there && elsewhere ip link set there up

start() {  # options of the peer
  rm -f "$scratch/ready"
  "$OXBOW_BIN/oxbowd" --listen 10.77.0.1:7400 "$@" >"$scratch/ready" 2>"$scratch/log" &
  pid=$!
  within_20_s grep -qs 10.77.0.1 "$scratch/ready"
}
stop() { kill "$pid" && wait "$pid"; }
status() { "$OXBOW_BIN/oxbow" --peer 10.77.0.1:7400 status; }
from_elsewhere() { elsewhere "$OXBOW_BIN/oxbow" --peer 10.77.0.1:7400 status; }
is_told_why() {
  ! from_elsewhere >"$scratch/told" 2>&1 && grep -q "allow-remote-clients" "$scratch/told"
}

start
is "a client of the own machine is served at its address on the network" status
is "one of another machine is refused, and told why" is_told_why
stop

start --allow-remote-clients
is "or served, where that is allowed" from_elsewhere
elsewhere python3 - >"$scratch/clients" <<'PYTHON' &
import socket, time
kept = []
for _ in range(300):
    client = socket.create_connection(("10.77.0.1", 7400))
    client.settimeout(5)
    client.sendall(b"\x94\x00\x01\xa4ping\x90")
    try:
        taken = client.recv(100)[:2] == b"\x94\x01"  # an answer, and no word of closing
    except OSError:
        taken = False
    if taken:
        kept.append(client)
print("kept", len(kept), flush=True)
time.sleep(60)
PYTHON
clients=$!
all_asked() { grep -qs "^kept" "$scratch/clients"; }
has_its_part() { cat "$scratch/clients"; test "$(cat "$scratch/clients")" = "kept 256"; }
within_20_s all_asked
is "one host has 256 of the places" has_its_part
is "and the own machine still some" status
kill "$clients"
stop

start --query-rate 4 --query-burst 2 --static
"$OXBOW_BIN/oxbow" --peer 10.77.0.1:7400 publish greeting hello >/dev/null
elsewhere ip link set lo up
elsewhere "$OXBOW_BIN/oxbowd" --listen 10.77.0.2:7400 --neighbor 10.77.0.1:7400 --static \
  >"$scratch/ready2" 2>"$scratch/log2" &
asker=$!
on_end() { kill "$other" "$pid" "$asker" 2>/dev/null; }
ask() { elsewhere "$OXBOW_BIN/oxbow" --peer 10.77.0.2:7400 "$@"; }
is "a peer of the other machine is a neighbor" within_20_s ask wait ready
fetch_six() {
  local i
  for i in 1 2 3 4 5 6; do ask fetch greeting --to "$scratch/got$i" || return 1; done
}
is "downloads that come faster than it allows queries come all the same" fetch_six
