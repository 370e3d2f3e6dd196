#!/bin/bash
# The scripts of examples/papers/: each runs, small, and prints our figures beside the published ones.
set -uo pipefail
source "${OXBOW_SOURCE:?is set by make test}/tests/support/cases.sh"

data=$scratch/data
mkdir "$data"
links() { awk -v peers="$1" 'BEGIN { for (i = 1; i < peers; ++i) { print i, int(i / 2); print i, (i * 7 + 3) % i } }' | awk '$1 != $2'; }
links 50 >"$data/gnutella-2002-08-04.edges"
links 80 >"$data/gnutella-2002-08-31.edges"

paper() { python3 "examples/papers/$1.py" --quick "${@:2}"; }
prints() { local expected=$1; shift; "$@" >"$scratch/printed" && grep -qE "$expected" "$scratch/printed" || { cat "$scratch/printed"; return 1; }; }
is_refused() { ! "$@" 2>"$scratch/message" && grep -q 'give the folder with the crawls by --data FOLDER' "$scratch/message"; }

# Of what was printed last: lines whose first word is one of WORDS, their numbers without commas; all
# of them, at least COUNT, must fulfil CONDITION.
holds() {
  awk -v words="$1" -v count="$2" 'BEGIN { split(words, list, " "); for (i in list) wanted[list[i]] = 1 }
    $1 in wanted { line = $0; gsub(",", ""); seen++; if (!('"$3"')) { print "not so: " line; wrong = 1 } }
    END { if (seen < count) print seen + 0 " lines"; exit wrong || seen < count }' "$scratch/printed"
}
says() { tr '\n' ' ' <"$scratch/printed" | grep -qF "$1" || { cat "$scratch/printed"; return 1; }; }

is 'chord: mean forwards beside half of log2 N' prints '^ +256 +3\.[0-9]+ +4\.00 +-0\.[0-9]+ +-0\.11 ' paper chord
is 'chord: within 0.3 forwards of the rule, and never above it' \
  holds '8 16 32 128' 4 'NF == 7 && $4 <= 0 && $4 > -0.3 && $6 <= $7'

is 'lv2002: walkers against floods, and replication' prints '^2 %( +[0-9.,]+){6}$' paper lv2002
is 'lv2002: replication with room at each peer' grep -qE '^ +50 +101 to 300( +[0-9.,]+){7}$' "$scratch/printed"
is 'lv2002: walkers need fewer messages than a flood on every graph, and the ratio is theirs' \
  holds 'random power-law grid' 3 '$4 < $2 / 4 && $6 > 0.98 * $2 / $4 && $6 < 1.02 * $2 / $4'
is 'lv2002: path and random replication need fewer steps than owner replication' \
  holds '50' 2 '$2 == 1 || ($6 < 0.8 * $5 && $7 < 0.8 * $5)'
is 'lv2002: the published factors stand beside ours' holds 'paper' 1 '$8 == 2.95 && $9 == 3.91'
is 'lv2002: what it says of small runs is about them' says 'random and power-law. Less: grid (5.3 times).'
no_gnutella() { ! grep -q Gnutella "$scratch/printed"; }
is 'lv2002: and about nothing else' no_gnutella

is 'cohen_shenker2002: uniform copies come to what theory says' \
  prints '^uniform +2[0-9]\.[0-9]+ +0\.[0-9]+ +-?[0-9]\.[0-9]+ +2[0-9]\.[0-9]+ +25\.00$' paper cohen_shenker2002
is 'cohen_shenker2002: all are near theory' holds 'uniform proportional square-root' 3 '$2 < 1.06 * $5 && $2 > 0.94 * $5'
is 'cohen_shenker2002: the square root is best' holds 'square-root' 1 '$2 < 20'
is 'cohen_shenker2002: the others are not' holds 'uniform proportional' 2 '$2 > 20'

is 'dynamo2007: three strategies, 16 tokens' prints '^ +16( +[0-9]+\.[0-9]+){4}$' paper dynamo2007
is 'dynamo2007: with equally large tables' grep -qE '^ +480( +[0-9]+\.[0-9]+){4}$' "$scratch/printed"
is 'dynamo2007: with equally many tokens 3 is best, and 1 and 2 are alike' \
  holds '1 4 16' 3 '$5 > $2 && $5 > $3 && $5 > $4 && $4 - $2 < 0.5 && $2 - $4 < 0.5'
is 'dynamo2007: with equally large tables 3 is best, and 2 is worst' \
  holds '240 480' 2 '$5 > $2 && $2 > $3 && $2 > $4'
is 'dynamo2007: the more uneven the requests, the smaller the lead of 3' holds '0.00 1.00' 2 \
  '$1 == 0 ? $4 > $2 + 5 : $4 < $2 + 4'

is 'gnutella_crawls: two networks, TTL 7' prints '^ +7 +50\.00 +100(\.00)? ' paper gnutella_crawls --data "$data"
longest_path() {
  # A row of six, and two peers apart from it: the farthest are five links from one another.
  printf '1 2\n2 3\n3 4\n4 5\n5 6\n8 9\n' >"$data/gnutella-2002-08-04.edges"
  paper gnutella_crawls --data "$data" >"$scratch/printed" && grep -qE '^2002-08-04 +6 +10,876 +5 +9 ' "$scratch/printed"
}
is 'gnutella_crawls: the largest component and its longest shortest path' longest_path
is 'without the crawls it says what is missing' is_refused paper gnutella_crawls --data "$scratch"
