#!/bin/bash
# The programs of examples/: they do what their first lines say, on a network of real peers.
source "$(dirname "$0")/../support/cases.sh"

export XDG_RUNTIME_DIR=$scratch/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
on_end() {
  "$OXBOW_BIN/oxbow" net down line-4 >"$scratch/down" 2>&1
  "$OXBOW_BIN/oxbow" net down ring-5 >"$scratch/down" 2>&1
}

oxbow() { "$OXBOW_BIN/oxbow" "$@"; }
address_of() { oxbow net list -o plain | awk -F'\t' -v peer="$1" '$2 == peer { print $4 }'; }
prints() { local expected=$1; shift; "$@" | tee "$scratch/printed" | grep -qF -- "$expected" || { cat "$scratch/printed"; return 1; }; }
fails_with() { local code=$1; shift; "$@"; test $? = "$code"; }

is "a network starts" oxbow net up peers/line-4 --free-ports
near=$(address_of ash)
far=$(address_of damson)
is "a value is published at its far end" oxbow --peer "$far" publish greeting hello

readonly fetcher=$OXBOW_EXAMPLES/find_and_fetch
is "find_and_fetch finds it three hops away" \
  prints "$far holds it, 3 hops away" "$fetcher" greeting "$scratch/greeting" "$near"
is "and has fetched what was published" test "$(cat "$scratch/greeting")" = hello
is "find_and_fetch says that there is no such key" fails_with 1 "$fetcher" nothing "$scratch/no" "$near"

if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
  is "find.py finds it through plain MessagePack-RPC" \
    prints "$far holds it, 3 hops away" /usr/bin/python3 examples/find.py greeting "$near"
  is "find.py says that there is no such key" fails_with 1 /usr/bin/python3 examples/find.py nothing "$near"
else
  skip "find.py finds it through plain MessagePack-RPC" "python3-msgpack is not installed"
fi

is "a network whose peers are members starts" oxbow net up peers/ring-5 --free-ports
east=$(address_of basil)
west=$(address_of chive)
all_print() { local expected; expected=$(printf '%b' "$1"); shift; "$@" >"$scratch/printed"; test "$(cat "$scratch/printed")" = "$expected" || { cat "$scratch/printed"; return 1; }; }

is "first_steps writes, leaves siblings and merges them" all_print \
  "written and changed: 'hello, world'\nsiblings: 'good morning' 'good evening'\nmerged: 'good day'\nupdated: 'day good sunshine'" \
  "$OXBOW_EXAMPLES/first_steps" "$east"
is "and does the same once more" prints "updated: 'day good sunshine'" "$OXBOW_EXAMPLES/first_steps" "$west"

is "many_keys writes and reads a thousand keys at once" all_print "1000 written, 1000 read back" \
  "$OXBOW_EXAMPLES/many_keys" "$west"
is "many_keys says why it could not" fails_with 1 "$OXBOW_EXAMPLES/many_keys" 127.0.0.1:1

readonly cart=$OXBOW_EXAMPLES/shopping_cart
is "a cart takes its first item" all_print "1 x milk" "$cart" alice add milk "$east"
oxbow --peer "$east" get carts/alice -o plain >"$scratch/milk"
context=$(oxbow --peer "$east" get carts/alice --json | sed 's/.*"context":"\([^"]*\)".*/\1/')
is "the other side adds eggs" all_print "1 x eggs\n1 x milk" "$cart" alice add eggs "$west"
is "and takes the milk out" all_print "1 x eggs" "$cart" alice remove milk "$west"
{ cat "$scratch/milk"; echo "+ 00000000000000aa bread"; } >"$scratch/with-bread"
is "somebody who has seen only the milk adds bread" \
  oxbow --peer "$east" put carts/alice "@$scratch/with-bread" --context "$context"
is "nothing is lost, and the milk does not come back" \
  all_print "(2 siblings, merged)\n1 x bread\n1 x eggs" "$cart" alice show "$west"
is "the next change merges them for good" all_print "1 x bread\n2 x eggs" "$cart" alice add eggs "$east"
six_at_once() {
  local adder
  for adder in 1 2 3 4 5 6; do
    "$cart" par add "egg$adder" "$([ $((adder % 2)) = 0 ] && echo "$east" || echo "$west")" >"$scratch/adder-$adder" &
  done
  wait
}
is "six customers add an item each at the same time" six_at_once
each_once() {
  "$cart" par show "$east" | grep -v 'siblings, merged' >"$scratch/eggs"
  diff "$scratch/eggs" <(for egg in 1 2 3 4 5 6; do echo "1 x egg$egg"; done)
}
is "each item is there once" each_once
is "a cart that is used wrongly says how" fails_with 2 "$cart" alice add

is "a value is published at one peer" oxbow --peer "$east" publish found/text hello
is "adopt finds it and hands it to the ring" prints "and adopted: 5 bytes" "$OXBOW_EXAMPLES/adopt" found/text "$west"
is "its holder forgets it" oxbow --peer "$east" unpublish found/text
is "the ring has it" prints "in the ring: 2 of its 3 members answered" "$OXBOW_EXAMPLES/adopt" found/text "$west"
is "adopt says that nobody has a key" fails_with 1 "$OXBOW_EXAMPLES/adopt" nothing "$west"

if /usr/bin/python3 -c 'import msgpack' 2>/dev/null; then
  is "first_steps.py writes and reads through plain MessagePack-RPC" all_print \
    "written and changed: ['two']\nsiblings: ['three', 'two']\nmerged: ['three and two']\ncopies written: 3" \
    /usr/bin/python3 examples/first_steps.py "$west"
else
  skip "first_steps.py writes and reads through plain MessagePack-RPC" "python3-msgpack is not installed"
fi
