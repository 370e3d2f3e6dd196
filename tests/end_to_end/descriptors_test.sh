#!/bin/bash
# A peer that has no file descriptors left: it says so once, with what to do; it goes on serving
# those that are connected, does not spin, tells new clients why, and takes them again when others
# have gone.
source "$(dirname "$0")/../support/cases.sh"

oxbow() { "$OXBOW_BIN/oxbow" --peer "$peer" "$@"; }
within_20_s() {
  local end=$((SECONDS + 20))
  until "$@"; do test $SECONDS -lt $end || return 1; done
}
has_printed_address() { grep -q 127.0.0.1 "$scratch/ready"; }
on_end() { kill -9 "${pid:-0}" "${clients:-0}" 2>/dev/null; }

too_few() { (ulimit -n 8; ! "$OXBOW_BIN/oxbowd" --listen 127.0.0.1:0 2>"$scratch/told"); }
says_how_many() { grep -q "^oxbowd: at most 8 files may be open.*ulimit -n 1024" "$scratch/told"; }
is "with far too few it does not start" too_few
is "and says why" says_how_many

(
  ulimit -n 96
  exec "$OXBOW_BIN/oxbowd" --listen 127.0.0.1:0 --data "$scratch/data" --member \
    --bucket "default n=1 r=1 w=1" >"$scratch/ready" 2>"$scratch/log"
) &
pid=$!
within_20_s has_printed_address || { cat "$scratch/log"; exit 1; }
peer=$(grep -o '127\.0\.0\.1:[0-9]*' "$scratch/ready" | head -n 1)

# Clients until no more are taken: each says a ping, and prints what it hears.
python3 - "${peer##*:}" >"$scratch/clients" <<'PYTHON' &
import socket, sys, time
kept = []
for _ in range(150):
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.settimeout(5)
    try:
        client.sendall(b"\x94\x00\x01\xa4ping\x90")
        if client.recv(100)[:2] == b"\x94\x01":
            kept.append(client)
            continue
    except OSError:
        pass
    client.close()
print("kept", len(kept), flush=True)
while True:
    answered = 0
    for client in kept:
        client.sendall(b"\x94\x00\x01\xa4ping\x90")
        answered += client.recv(100)[:2] == b"\x94\x01"
    print("answered", answered == len(kept), flush=True)
    time.sleep(0.2)
PYTHON
clients=$!

all_asked() { grep -q "^kept" "$scratch/clients"; }
some_but_not_all() { local kept; kept=$(sed -n 's/^kept //p' "$scratch/clients"); test "$kept" -ge 20 && test "$kept" -lt 90; }
told_once() { test "$(grep -v "no longer:" "$scratch/log" | grep -c "no file descriptors left")" = 1; }
says_what_to_do() { grep 'no file descriptors left' "$scratch/log" | grep -q 'ulimit -n'; }
client_is_told() { ! oxbow status >"$scratch/told" 2>&1 && grep -q 'no file descriptors left' "$scratch/told"; }
others_are_served() { grep -q "answered True" "$scratch/clients" && ! grep -q "answered False" "$scratch/clients"; }
cpu_ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
does_not_spin() {
  local before after
  before=$(cpu_ticks)
  sleep 1
  after=$(cpu_ticks)
  test $((after - before)) -lt 50 || { echo "$((after - before)) of 100 ticks"; return 1; }
}
is_served_again() { within_20_s oxbow put k v; }
says_so() { grep -q "no longer: no file descriptors left" "$scratch/log"; }

within_20_s all_asked
is "some clients are taken, and not all" some_but_not_all
is "the log says so once" told_once
is "and what to do" says_what_to_do
is "a client that is refused is told why" client_is_told
is "those that are connected are served" others_are_served
is "the peer does not spin" does_not_spin
kill "$clients"
wait "$clients" 2>/dev/null
is "with descriptors again clients are taken again" is_served_again
is "the log says that too" says_so
is "nothing is told twice" told_once
