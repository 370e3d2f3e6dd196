#!/bin/bash
# Runs test programs (doctest) and test scripts (one `ok - what` or `not ok - what` per case), one
# after the other, adds up their test cases, and ends with one line: N passed, N failed.
#   run-tests.sh PROGRAM|SCRIPT...
# A program that crashes, hangs or ends with an error counts as one failure more, by its name.
set -uo pipefail

readonly limit_seconds=${TEST_LIMIT_SECONDS:-900}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

total_passed=0 total_failed=0 total_skipped=0
failures=()
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Sets passed, failed and skipped from what the program printed; false if it said nothing.
read_summary() {
  local line
  line=$(sed 's/\x1b\[[0-9;]*m//g' "$output" | grep -a '^\[doctest\] test cases:' | tail -n 1)
  if [[ $line =~ ([0-9]+)\ passed\ \|\ *([0-9]+)\ failed\ \|\ *([0-9]+)\ skipped ]]; then
    passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]} skipped=${BASH_REMATCH[3]}
    return 0
  fi
  skipped=$(grep -ac '^ok .*# SKIP' "$output")
  passed=$(($(grep -ac '^ok ' "$output") - skipped))
  failed=$(grep -ac '^not ok ' "$output")
  ((passed + failed + skipped > 0))
}

how_it_ended() {
  case $1 in
    124 | 137) echo "did not end within $limit_seconds s" ;;
    *) if (($1 > 128)); then echo "crashed ($(kill -l $(($1 - 128))))"; else echo "ended with exit code $1"; fi ;;
  esac
}

for program in "$@"; do
  name=$(basename "$program")
  name=${name#test-}
  started=$EPOCHREALTIME
  timeout --kill-after=5 "$limit_seconds" "$program" >"$output" 2>&1 </dev/null
  code=$?
  milliseconds=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
  passed=0 failed=0 skipped=0 remark=
  if ! read_summary; then
    failed=1
    remark=" ($(how_it_ended $code), and printed no summary)"
  elif ((code != 0 && failed == 0)); then
    failed=1
    remark=" ($(how_it_ended $code))"
  fi
  ((total_passed += passed, total_failed += failed, total_skipped += skipped))

  result="$passed passed"
  if ((failed)); then result+=", $failed failed$remark"; fi
  if ((skipped)); then result+=", $skipped skipped"; fi
  printf '  %-24s %-40s %d.%03d s\n' "$name" "$result" $((milliseconds / 1000)) $((milliseconds % 1000))
  if ((failed)); then
    failures+=("$program$remark")
    tail -n 200 "$output" | sed 's/^/    | /'
  fi
done

for failure in "${failures[@]}"; do echo "failed: $failure"; done
line="$total_passed passed, $total_failed failed"
if ((total_skipped)); then line+=", $total_skipped skipped"; fi
echo "$line"
((total_failed == 0))
