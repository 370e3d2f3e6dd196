#!/bin/bash
# The programs of examples/: they do what their first lines say, on a network of real peers.
source "$(dirname "$0")/../support/cases.sh"

export XDG_RUNTIME_DIR=$scratch/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
on_end() { "$OXBOW_BIN/oxbow" net down line-4 >"$scratch/down" 2>&1; }

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
