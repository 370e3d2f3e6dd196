#!/bin/bash
# The program oxbow-sim from outside: what it prints, to the byte, and how it ends.
set -uo pipefail
source "${OXBOW_SOURCE:?is set by make test}/tests/support/cases.sh"

sim() { "$OXBOW_BIN/oxbow-sim" lookup --timing=no "$@"; }
# prints EXPECTED CODE ARGUMENTS...
prints() {
  local expected=$1 code=$2 got
  shift 2
  got=$(sim "$@" 2>&1)
  local ended=$?
  [[ $got == "$expected" && $ended == "$code" ]] || { echo "exit code $ended: $got"; return 1; }
}

is 'one search is exact, as JSON' prints \
  '{"v":1,"type":"lookup","topology":{"peers":6,"links":6},"rows":[{"via":"flood","ttl":3,"queries":1,"found":1,"query_messages":6,"duplicates":1,"lost":0,"hit_messages":3,"done_messages":0,"peers_reached":6,"max_hops":3,"hops_first_hit":3,"latency_first_hit_ms":6,"bytes":663,"wall_seconds":null}]}' \
  0 --topology ring:6 --origin 0 --holders 3 --ttl 3 -o json

printf '# three peers\n10 20\n20 4000\n' >"$scratch/links"
is 'a file names its peers' prints \
  $'via,ttl,queries,found,query_messages,duplicates,lost,hit_messages,done_messages,peers_reached,max_hops,hops_first_hit,latency_first_hit_ms,bytes,wall_seconds\nflood,7,1,1,2,0,0,2,0,3,2,2,4,346,' \
  0 --topology "$scratch/links" --origin 10 --holders 4000 -o csv
is 'a search that finds nothing ends with 1, and its hops are null' prints \
  '{"v":1,"type":"lookup","topology":{"peers":3,"links":2},"rows":[{"via":"flood","ttl":1,"queries":1,"found":0,"query_messages":1,"duplicates":0,"lost":0,"hit_messages":0,"done_messages":0,"peers_reached":2,"max_hops":1,"hops_first_hit":null,"latency_first_hit_ms":null,"bytes":48,"wall_seconds":null}]}' \
  1 --topology "$scratch/links" --origin 10 --holders 4000 --ttl 1 -o json

is 'wrong usage is told in JSON too where JSON was asked for' prints \
  $'oxbow-sim: lookup has no option --tt (see oxbow-sim lookup --help)\n{"v":1,"type":"error","error":"usage","message":"lookup has no option --tt (see oxbow-sim lookup --help)","needed":"","got":""}' \
  2 --topology ring:6 --tt 3 -o json

workload=(--topology power-law:500:4 --via flood,expanding,walk,one-hop,finger,successor,central
  --queries 50 --latency exponential:20 --seed 9)
one_seed_one_result() {
  sim "${workload[@]}" -o json >"$scratch/first" && sim "${workload[@]}" -o json >"$scratch/second" &&
    cmp "$scratch/first" "$scratch/second" &&
    grep -q '"via":"central","ttl":null,"queries":50,"found":50,"query_messages":{"mean":1,"p50":1,"p99":1}' "$scratch/first"
}
is 'one seed prints one result, to the byte' one_seed_one_result
a_table() {
  sim "${workload[@]}" >"$scratch/table" && [[ $(wc -l <"$scratch/table") == 9 ]] &&
    grep -q '^500 peers, 1,000 links; mean over 50 queries' "$scratch/table" &&
    grep -q '^finger ' "$scratch/table"
}
is 'people get a table, a line a way' a_table

is 'a wrong SPEC is named' prints 'oxbow-sim: grid:4: give grid:ROWS:COLUMNS' 2 --topology grid:4
printf '1 2\n3\n' >"$scratch/broken"
is 'a wrong line is named' prints \
  "oxbow-sim: $scratch/broken:2: expected two peer numbers, not '3'" 2 --topology "$scratch/broken"
is 'a wrong way is named with the right ones' prints \
  'oxbow-sim: --via fly: give a list of flood,expanding,walk,one-hop,finger,successor,central' \
  2 --topology ring:5 --via fly
is 'a peer that is not there is named' prints 'oxbow-sim: --origin 7: ring:5 has no such peer' \
  2 --topology ring:5 --origin 7
is 'an unknown option is named' prints \
  'oxbow-sim: lookup has no option --speed (see oxbow-sim lookup --help)' 2 --speed=1
is 'one search and a workload do not go together' prints \
  'oxbow-sim: --origin asks for one search, and the options of a workload for many: give either' \
  2 --topology ring:5 --origin 1 --queries 5

help_tells() { "$OXBOW_BIN/oxbow-sim" lookup --help | grep -q 'oxbow-sim lookup --topology ring:6'; }
is 'help has examples' help_tells
