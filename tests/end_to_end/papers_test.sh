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

is 'chord: mean forwards beside half of log2 N' prints '^ +256 +3\.[0-9]+ +4\.00 +-0\.[0-9]+ +-0\.11 ' paper chord
is 'lv2002: walkers against floods, and replication' prints '^2 %( +[0-9.,]+){6}$' paper lv2002
is 'lv2002: replication with room at each peer' grep -qE '^ +50 +300( +[0-9.,]+){8}$' "$scratch/printed"
is 'cohen_shenker2002: uniform copies come to what theory says' \
  prints '^uniform +2[0-9]\.[0-9]+ +2[0-9]\.[0-9]+ +25\.00$' paper cohen_shenker2002
is 'dynamo2007: three strategies, 16 tokens' prints '^ +16( +[0-9]+\.[0-9]+){4}$' paper dynamo2007
is 'dynamo2007: with equally large tables' grep -qE '^ +480( +[0-9]+\.[0-9]+){4}$' "$scratch/printed"
is 'gnutella_crawls: two networks, TTL 7' prints '^ +7 +50\.00 +100(\.00)? ' paper gnutella_crawls --data "$data"
is 'without the crawls it says what is missing' is_refused paper gnutella_crawls --data "$scratch"
