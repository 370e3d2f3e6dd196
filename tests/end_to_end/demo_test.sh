#!/bin/bash
# The demo: every step shows what it says it shows, and nothing stays behind.
source "$(dirname "$0")/../support/cases.sh"

export XDG_RUNTIME_DIR=$scratch/runtime OXBOW_REPORT=$scratch/report.html
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
is "the ring has six members, of which one has died" shows 10 '^  [0-9.:]+ +hazel +north +joined .*not reached$'
is "a value is stored on two members, with one dead" shows 11 '^  Stored greeting \(11 B\): 2 copies of 2 needed, N 3'
is "two answers say what it is" shows 11 '^  From the ring: 2 answers of 2 needed, N 3'
both_carts() { shows 12 'has 2 siblings' && shows 12 '^     milk, (bread +milk, beer|beer +milk, bread)$'; }
is "both halves of the network wrote, and both values are there" both_carts
is "the application merges them" shows 13 '^  milk, bread, beer$'
# What was printed below each get of step 14: the found document, then the same from the ring.
printed_twice() {
  step 14 | awk '/^  \$/ { on = / get /; if (on) ++gets; next } on && NF { text[gets] = text[gets] $0 "\n" }
    /^$/ { on = on && text[gets] == "" } END { exit !(gets == 2 && text[1] != "" && text[1] == text[2]) }'
}
is "what a search found is read from the ring, with its only holder killed" printed_twice
every_way() {
  local way
  for way in flood expanding walk successor finger one-hop auto; do shows 15 "^  $way +([0-9]+|-) +[0-9]+ +9 " || return 1; done
}
is "every way is compared for the same keys" every_way
is "the flood and what oxbow itself does find all of them" shows 15 '^  auto +- +9 +9 '
is "a page stays, with a flood to watch" grep -q '"watch":{.*"ring":{' "$scratch/report.html"
is "its address is said" grep -qxF "  file://$scratch/report.html" "$shown"
is "no peer runs on" test -z "$("$OXBOW_BIN/oxbow" net list -o plain)"
is "no shared folder is left" test ! -e "$XDG_RUNTIME_DIR/oxbow-demo-$UID"
