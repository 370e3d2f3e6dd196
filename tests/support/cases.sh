# For test scripts: `is WHAT COMMAND...` is one test case, and passes if the command does. Ends
# with exit code 1 if one failed. Expects OXBOW_SOURCE and OXBOW_BIN, as `make test` sets them.
# shellcheck shell=bash

cases_failed=0

is() {
  local what=$1
  shift
  if "$@" >"$scratch/output" 2>&1 </dev/null; then
    echo "ok - $what"
  else
    echo "not ok - $what"
    sed 's/^/#   /' "$scratch/output" | tail -n 60
    cases_failed=1
  fi
}

skip() { echo "ok - $1 # SKIP $2"; }

scratch=$(mktemp -d)
on_end() { :; }  # a script may say more
trap 'code=$?; on_end; rm -rf "$scratch"; exit $((code ? code : cases_failed))' EXIT
trap 'exit 130' INT TERM
cd "${OXBOW_SOURCE:?is set by make test}" || exit 2
