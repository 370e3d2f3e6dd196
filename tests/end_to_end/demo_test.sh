#!/bin/bash
# The demo: every step shows what it says it shows, and nothing stays behind.
source "$(dirname "$0")/../support/cases.sh"

export XDG_RUNTIME_DIR=$scratch/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"
on_end() { "$OXBOW_BIN/oxbow" net down demo-20 >"$scratch/down" 2>&1; }

readonly shown=$scratch/shown
demo() { tools/demo.sh >"$shown" 2>&1 || { cat "$shown"; return 1; }; }

# step NUMBER: what was shown under that heading.
step() { awk -v n="$1" '/^[0-9]+\. / { on = ($1 == n ".") } on' "$shown"; }
shows() { step "$1" | grep -qE -- "$2" || { step "$1"; return 1; }; }
two_equal_digests() {
  test "$(step 8 | grep -oE '^ +[0-9a-f]{64} ' | sort | uniq -c | awk '{ print $1 }')" = 2
}

is "the demo ends well" demo
is "twenty peers start" shows 2 'Network demo-20: 20 peers ready'
is "the common key is found at six holders" shows 4 'Found 1 key at 6 holders: reached 20 peers'
is "the rare key is found at one holder" shows 5 'Found 1 key at 1 holder'
is "the pattern finds four keys at two holders each" shows 6 'Found 4 keys at 8 holders'
is "what isn't there is not found, and the flood's end is known" \
  shows 7 '^  Complete: every copy of the query was answered for'
is "the download has the digest of the original" two_equal_digests
is "with three holders dead, the other three are found" shows 9 'Found 1 key at 3 holders'
is "no peer runs on" test -z "$("$OXBOW_BIN/oxbow" net list -o plain)"
is "no shared folder is left" test ! -e "$XDG_RUNTIME_DIR/oxbow-demo-$UID"
