#!/bin/bash
# A peer whose disk is really full: a file system of a few MiB in memory, mounted in a namespace
# where only this script's peer sees it. Writes are refused and say why, reads go on; with space
# again writes are taken again, and nothing that was acknowledged is lost.
source "$(dirname "$0")/../support/cases.sh"

# In the namespace the script runs once more, with the mounted folder as its argument.
if [ $# = 0 ]; then
  if ! unshare -Urm true 2>/dev/null; then
    skip "a full disk" "no file system may be mounted here, not even in a namespace of its own"
    exit 0
  fi
  mkdir "$scratch/disk"
  unshare -Urm "$0" "$scratch/disk"
  exit $?
fi
readonly disk=$1
if ! mount -t tmpfs -o size=160m none "$disk" 2>/dev/null; then
  skip "a full disk" "no file system may be mounted here"
  exit 0
fi

oxbow() { "$OXBOW_BIN/oxbow" --peer "$peer" "$@"; }
within_20_s() {
  local end=$((SECONDS + 20))
  until "$@"; do test $SECONDS -lt $end || return 1; done
}
has_printed_address() { grep -q 127.0.0.1 "$scratch/ready"; }
start_peer() {
  "$OXBOW_BIN/oxbowd" --listen 127.0.0.1:0 --data "$disk/data" --member --bucket "default n=1 r=1 w=1" \
    >"$scratch/ready" 2>"$scratch/log" &
  pid=$!
  within_20_s has_printed_address || { cat "$scratch/log"; return 1; }
  peer=$(grep -o '127\.0\.0\.1:[0-9]*' "$scratch/ready" | head -n 1)
}
on_end() { kill -9 "${pid:-0}" 2>/dev/null; }
gets() { test "$(oxbow get "$1" -o plain)" = "$2"; }
# Until less than 64 MiB is free: the reserve.
fill_up() { dd if=/dev/zero of="$disk/ballast" bs=1M count=120 2>"$scratch/dd"; }
refuses() { ! oxbow put "$1" "$2" >"$scratch/refused" 2>&1; }
says() { grep -qF -- "$1" "$scratch/refused" || { cat "$scratch/refused"; return 1; }; }

start_peer || { echo "not ok - the peer starts"; exit 1; }
is "a value is written" oxbow put before full
fill_up
is "on a full disk a write is refused before long" within_20_s refuses during 1
is "and says why" says "is full: free some space"
is "reads go on" gets before full
rm "$disk/ballast"
is "with space again a write is taken before long" within_20_s oxbow put after full

kill -9 "$pid"
wait "$pid" 2>/dev/null
start_peer || { echo "not ok - the peer starts again"; exit 1; }
is "after kill -9 the first value is there" gets before full
is "and the last" gets after full
