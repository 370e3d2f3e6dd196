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
  $'oxbow-sim: lookup has no option --tt (see oxbow-sim lookup --help)\n{"v":1,"type":"error","error":"usage","message":"lookup has no option --tt (see oxbow-sim lookup --help)","needed":"an option of oxbow-sim lookup --help","got":"--tt"}' \
  2 --topology ring:6 --tt 3 -o json
is 'an error says what was needed and what was got' prints \
  $'oxbow-sim: --queries x: give a whole number from 1 to 5000000\n{"v":1,"type":"error","error":"usage","message":"--queries x: give a whole number from 1 to 5000000","needed":"a whole number from 1 to 5000000","got":"x"}' \
  2 --topology ring:6 --queries x --json
is 'so does one about the topology' prints \
  $'oxbow-sim: ring:2: N is a whole number from 3 to 20000000, not \'2\' (ring:N)\n{"v":1,"type":"error","error":"bad-topology","message":"ring:2: N is a whole number from 3 to 20000000, not \'2\' (ring:N)","needed":"N from 3 to 20000000","got":"2"}' \
  2 --topology ring:2 -ojson
one_reading_of_o() {
  local word expected
  expected=$(sim --topology ring:6 --origin 0 -o json)
  [[ $expected == '{"v":1,"type":"lookup"'* ]] || return 1
  for word in '-ojson' '-o=json' '--output=json' '--output json' '--json'; do
    # shellcheck disable=SC2086
    [[ $(sim --topology ring:6 --origin 0 $word) == "$expected" ]] || { echo "$word"; return 1; }
    # shellcheck disable=SC2086
    [[ $(sim --tt $word 2>/dev/null) == '{"v":1,"type":"error"'* ]] || { echo "an error with $word"; return 1; }
    # shellcheck disable=SC2086
    [[ $("$OXBOW_BIN/oxbow-sim" balance --tt=1 $word 2>/dev/null) == '{"v":1,"type":"error"'* ]] || { echo "balance with $word"; return 1; }
  done
}
is '-o json is read alike however it is written, for results and for errors' one_reading_of_o
is 'a format that there is not is named as it was written' prints \
  'oxbow-sim: -o yaml: give one of table, json, csv, html' 2 --topology ring:6 -oyaml
is '-o without a format says which there are' prints \
  'oxbow-sim: -o needs a value: one of table, json, csv, html' 2 --topology ring:6 -o

unwritable='{"v":1,"type":"error","error":"unwritable","message":"cannot write /dev/full: No space left on device (give another --report FILE)","needed":"another --report FILE","got":"/dev/full"}'
is 'a report that cannot be written is an error of its own, in JSON too' prints \
  $'oxbow-sim: cannot write /dev/full: No space left on device (give another --report FILE)\n'"$unwritable" \
  4 --topology ring:6 --queries 1 --report /dev/full -o json
no_report_is_left() {
  mkdir "$scratch/reports" && echo before >"$scratch/reports/old.html" || return 1
  # 8 blocks of 1 KiB are less than a page.
  (ulimit -f 8; trap '' XFSZ; sim --topology ring:6 --queries 1 --report "$scratch/reports/new.html"; exit $?) 2>"$scratch/message"
  [[ $? == 4 ]] && grep -q "cannot write $scratch/reports/new.html: File too large" "$scratch/message" || { cat "$scratch/message"; return 1; }
  (ulimit -f 8; trap '' XFSZ; sim --topology ring:6 --queries 1 --report "$scratch/reports/old.html"; exit $?) 2>/dev/null
  [[ $? == 4 && $(ls "$scratch/reports") == old.html && $(<"$scratch/reports/old.html") == before ]] || { ls -l "$scratch/reports"; return 1; }
}
is 'a report that fails leaves no file behind, and an older one as it was' no_report_is_left
report_is_replaced() {
  local reports=$scratch/reports
  chmod 640 "$reports/old.html" && ln -s old.html "$reports/link.html" &&
    sim --topology ring:6 --queries 1 --report "$reports/link.html" >/dev/null &&
    [[ -L $reports/link.html && $(stat -c %a "$reports/old.html") == 640 ]] &&
    grep -q '^<!DOCTYPE html>' "$reports/old.html" && [[ $(ls "$reports") == $'link.html\nold.html' ]]
}
is 'a report takes the place of an older one, through a link too' report_is_replaced
page_says_its_command() {
  local page=$scratch/command.html command='oxbow-sim lookup --topology ring:6 --queries 1'
  sim --topology ring:6 --queries 1 --reports --report "$page" -o json >/dev/null &&
    grep -qF "with: $command --reports\"" "$page" || { grep -o '"footer".*' "$page"; return 1; }
  sim --topology ring:6 --report="$page" --queries 1 --reports=no >/dev/null &&
    grep -qF "with: $command --reports=no\"" "$page" || { grep -o '"footer".*' "$page"; return 1; }
}
is 'a page says the command that makes it again, but for where its output goes' page_says_its_command

workload=(--topology power-law:500:4 --via flood,expanding,walk,one-hop,finger,successor,central,auto
  --queries 50 --latency exponential:20 --seed 9)
one_seed_one_result() {
  sim "${workload[@]}" -o json >"$scratch/first" && sim "${workload[@]}" -o json >"$scratch/second" &&
    cmp "$scratch/first" "$scratch/second" &&
    grep -q '"via":"central","ttl":null,"queries":50,"found":50,"query_messages":{"mean":1,"p50":1,"p99":1}' "$scratch/first"
}
is 'one seed prints one result, to the byte' one_seed_one_result
a_table() {
  sim "${workload[@]}" >"$scratch/table" && [[ $(wc -l <"$scratch/table") == 10 ]] &&
    grep -q '^500 peers, 1,000 links; mean over 50 queries' "$scratch/table" &&
    grep -q '^finger ' "$scratch/table"
}
is 'people get a table, a line a way' a_table
once_each() {
  [[ $(sim --topology ring:6 --origin 0 --holders 3 --via flood,walk,flood,flood -o csv | cut -d, -f1) == $'via\nflood\nwalk' ]]
}
is 'a way that is named twice has one line' once_each

# Six in a ring, the holder opposite: waves of TTL 1, 2 and 4 are over after 2 and 4 ms, when their
# reports are back; then the hit comes after 6 ms.
waves='"query_messages":12,"duplicates":1,"lost":0,"hit_messages":3,"done_messages":12,"peers_reached":6,"max_hops":3,"hops_first_hit":3,"latency_first_hit_ms":12,'
waves_wait() {
  local more
  for more in --reports --reports=no; do
    sim --topology ring:6 --origin 0 --holders 3 --ttl 5 --via expanding -o json "$more" | grep -qF "$waves" || { echo "$more"; return 1; }
  done
}
is 'a wave of expanding waits for the reports of the one before, asked for or not' waves_wait
is 'auto asks the ring first, and floods for what it has never heard of' prints \
  $'via,ttl,queries,found,query_messages,duplicates,lost,hit_messages,done_messages,peers_reached,max_hops,hops_first_hit,latency_first_hit_ms,bytes,wall_seconds\nauto,3,1,1,7,1,0,3,1,6,3,3,8,845,' \
  0 --topology ring:6 --origin 0 --holders 3 --ttl 3 --via auto --seed 2 -o csv
is 'auto needs no flood for what is stored' prints \
  $'via,ttl,queries,found,query_messages,duplicates,lost,hit_messages,done_messages,peers_reached,max_hops,hops_first_hit,latency_first_hit_ms,bytes,wall_seconds\nauto,3,1,1,1,0,0,1,0,2,1,1,2,182,' \
  0 --topology ring:6 --origin 0 --holders 3 --ttl 3 --via auto --stored 1 --seed 2 -o csv

is 'a wrong SPEC is named' prints 'oxbow-sim: grid:4: give grid:ROWS:COLUMNS' 2 --topology grid:4
printf '1 2\n3\n' >"$scratch/broken"
is 'a wrong line is named' prints \
  "oxbow-sim: $scratch/broken:2: expected two peer numbers, not '3'" 2 --topology "$scratch/broken"
is 'a wrong way is named with the right ones' prints \
  'oxbow-sim: --via fly: give a list of flood,expanding,walk,one-hop,finger,successor,central,auto' \
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
