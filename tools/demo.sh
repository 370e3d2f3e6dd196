#!/bin/bash
# The demo: twenty real peers on this machine, each sharing a slice of the files that every Debian
# has; searches, a download, and peers that die; then the ring that six of them keep: values, a
# network in two halves, siblings, adoption.
#   demo.sh         on a terminal the network stays up; elsewhere it ends with the demo
#   demo.sh stop    stops a network that stayed up
# The page of the comparison stays in either case: build/demo-report.html, or where OXBOW_REPORT says.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly network=peers/demo-20
readonly programs=${OXBOW_BIN:-build}
readonly oxbow=$programs/oxbow
# Folders to share, copied: below the user's runtime folder, as the network's own records are.
readonly home=${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}/oxbow-demo-$UID
readonly report=${OXBOW_REPORT:-build/demo-report.html}
readonly docs=/usr/share/doc licenses=/usr/share/common-licenses

export LC_ALL=C.UTF-8
# What the surroundings say about peers is not about these.
for variable in "${!OXBOW_@}"; do unset "$variable"; done

# -- how it looks -----------------------------------------------------------------------------
bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

step_number=0
step() {
  step_number=$((step_number + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$step_number" "$*" "$plain"
}
say() { printf '\n%s\n' "$*" | fold -s -w 96 | sed 's/ *$//'; }
# The command as it could be typed, then what it really prints.
typed() { printf '\n  %s$ %s%s\n' "$bold" "$1" "$plain"; }
indent() { sed 's/^/  /'; }
run() {
  local line='' word
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then line+=" $word"; else line+=" '$word'"; fi
  done
  typed "${line# }"
  local code=0
  "$@" 2>&1 | indent || code=${PIPESTATUS[0]}
  return "$code"
}
# run, where finding nothing (exit code 1) is what is to be seen.
run_absent() {
  local code=0
  run "$@" || code=$?
  if [ "$code" -ne 1 ]; then fail "exit code $code, where 1 (nothing found) was to be expected"; fi
}
# run, of whose output the first lines are enough.
run_head() {
  local lines=$1
  shift
  typed "$* | head -n $lines"
  "$@" 2>"$home/said" | head -n "$lines" | indent || true
  indent <"$home/said"
}
fail() {
  printf '\ndemo: %s\n' "$*" >&2
  exit 1
}

# -- the network ------------------------------------------------------------------------------
stop_network() {
  "$oxbow" net down "$network" >/dev/null 2>&1 || true
  rm -rf "$home"
}

if [ "${1:-}" = stop ]; then
  [ -x "$oxbow" ] || fail "there is no $oxbow: nothing was started from here"
  "$oxbow" net down "$network" || true
  rm -rf "$home"
  exit 0
fi

for needed in "$oxbow" "$programs/oxbowd" "$network"; do
  [ -e "$needed" ] || fail "$needed is missing (make demo builds it)"
done

# The peers by the names of their configuration files; the first is the one that is asked.
peers=()
for file in "$network"/*.conf; do
  name=$(basename "$file" .conf)
  peers+=("$name")
done
readonly count=${#peers[@]}

# share PEER-NUMBER FILE KEY: a copy, so that a shared folder holds regular files only.
share() {
  local target=$home/shares/${peers[$1]}/$3
  mkdir -p "$(dirname "$target")"
  cp -L -- "$2" "$target"
  chmod u+w "$target"
}

# The largest file of the documentation that is worth a download, else the longest license.
biggest_document() {
  find "$docs" "$licenses" -type f -not -name '* *' -size -4000k -printf '%s %p\n' 2>/dev/null | sort -n | tail -n 1 |
    cut -d ' ' -f 2-
}

deal_out_files() {
  local i file
  mkdir -m 700 "$home" || fail "cannot make a folder of my own: $home"
  for ((i = 0; i < count; ++i)); do mkdir -p "$home/shares/${peers[i]}"; done

  # The common: one license at every third peer, from the third on.
  for ((i = 2; i < count; i += 3)); do share "$i" "$licenses/GPL-3" GPL-3; done
  # The less common: every other license at two peers each.
  i=1
  for file in "$licenses"/*; do
    if [ ! -f "$file" ] || [ -L "$file" ] || [ "$file" = "$licenses/GPL-3" ]; then continue; fi
    share $((1 + i % (count - 1))) "$file" "$(basename "$file")"
    share $((1 + (i + 7) % (count - 1))) "$file" "$(basename "$file")"
    i=$((i + 1))
  done
  # The many: what the packages of this machine say of themselves, each at one peer alone.
  i=0
  for file in "$docs"/*/copyright; do
    [ -f "$file" ] || continue
    share $((i % count)) "$file" "${file#"$docs"/}"
    i=$((i + 1))
    [ "$i" -lt 200 ] || break
  done
  # The rare: the biggest of them all, at the last peer.
  share $((count - 1)) "$rare_file" "$rare_key"
}

# field NAME PEER: of what the network's list says of a peer.
field() {
  "$oxbow" net list "$network" -o ndjson | grep -F "\"name\":\"$2\"" | grep -oE "\"$1\":\"?[^,\"}]+" |
    sed -E 's/^"[^"]*":"?//'
}
address_of() { field address "$1"; }
pid_of() { field pid "$1"; }

# =============================================================================================
started=$SECONDS
stop_network
rare_file=$(biggest_document)
[ -n "$rare_file" ] || fail "there is no file in $docs or $licenses to share"
rare_key=rare/$(basename "$rare_file")
keep=no
frozen=()
trap 'code=$?; [ ${#frozen[@]} -eq 0 ] || kill -CONT "${frozen[@]}" || true
  [ "$keep" = yes ] || stop_network; exit $code' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say "Oxbow: $count peers, no server. Each peer knows a few neighbors and nothing else."

step "Every peer gets a few files of this machine to share"
deal_out_files
say "$(find "$home/shares" -type f | wc -l) copies of files from $docs and $licenses, dealt out" \
  "to $count folders. Every third peer has the key GPL-3; one peer alone has $rare_key."

step "The peers start, each a process of its own"
shares=()
for name in "${peers[@]}"; do shares+=(--share "$name=$home/shares/$name"); done
# On one machine the first copy of a query to arrive has often taken a detour: TTL to spare.
typed "$oxbow net up $network --free-ports --set ttl=15 --share PEER=FOLDER …"
"$oxbow" net up "$network" --free-ports --set ttl=15 "${shares[@]}" 2>&1 | indent
OXBOW_PEER=$(address_of "${peers[0]}")
export OXBOW_PEER
typed "export OXBOW_PEER=$OXBOW_PEER"
run "$oxbow" wait ready
say "They are linked and have indexed their folders. All that follows is asked of ${peers[0]}, which" \
  "knows these neighbors:"
run "$oxbow" peer list

step "How far a query gets"
run "$oxbow" horizon
say "Neighbors of neighbors of neighbors: a few hops reach everybody."

step "Something common"
run "$oxbow" find GPL-3 --all
say "The query hopped from neighbor to neighbor, and every hit came back along the way it went." \
  "The figures are exact: each copy of the query was answered for."

step "Something rare"
run "$oxbow" find "$rare_key"
say "One peer of $count holds it, and nobody had to know which."

step "A pattern"
run "$oxbow" find --glob '*GPL-[12]*'
say "Patterns are what a lookup by hash cannot do: every peer looks through its own keys."

step "Something that isn't there"
run_absent "$oxbow" find no-such-key
say "The answer came as soon as the last copy of the query had been answered for: no timeout was" \
  "waited for."

step "A download, verified"
rm -f "$home/download"
run "$oxbow" fetch "$rare_key" --to "$home/download"
run sha256sum "$home/download" "$rare_file"
cmp -s "$home/download" "$rare_file" || fail "the download is not the file that was shared"
say "The same content as the original: it came in pieces from its holder, through ${peers[0]}."

step "Three peers die"
victims=("${peers[2]}" "${peers[5]}" "${peers[8]}")
pids=()
for name in "${victims[@]}"; do pids+=("$(pid_of "$name")"); done
typed "kill -9 ${pids[*]}     # ${victims[*]}"
kill -9 "${pids[@]}"
run "$oxbow" find GPL-3 --all
say "The three were holders of GPL-3; the others still answer, and queries find other ways."
run "$oxbow" find "$rare_key"
say "Nobody was told, and nothing had to be repaired."

step "Some of them keep a ring"
run "$oxbow" ring show
say "Six peers were configured as members, in two zones; one of them has just died. Every other peer" \
  "knows the ring too, and takes gets and puts."

step "A value, on three members in two zones"
run "$oxbow" put greeting 'hello, ring'
run "$oxbow" get greeting --r 2 --explain
say "The key's position on the ring names its three members; two answers were enough."

# A key that both zones have a living primary for.
zones_of() {
  "$oxbow" ring owner "$1" -o json | grep -oE '"primaries":\[[^]]*' | grep -oE '\{[^}]*' |
    grep -v '"name":"hazel"' | sed -E 's/.*"name":"([^"]*)".*"zone":"([^"]*)".*/\2 \1/'
}
for ((i = 1; i < 100; ++i)); do
  cart=cart/$i
  north=$(zones_of "$cart" | awk '$1 == "north" { print $2; exit }')
  south=$(zones_of "$cart" | awk '$1 == "south" { print $2; exit }')
  if [ -n "$north" ] && [ -n "$south" ]; then break; fi
done
pids_of() { for name in "$@"; do pid_of "$name"; done; }
mapfile -t north_pids < <(pids_of alder oak)
mapfile -t south_pids < <(pids_of elm linden yew)
json_field() { sed -E 's/.*"'"$1"'":"([^"]*)".*/\1/'; }

step "Two halves that hear nothing of each other's writes"
run "$oxbow" put "$cart" milk
seen=$("$oxbow" get "$cart" --json | json_field context)
say "Two customers have seen the cart. To cut the network between two processes of one machine takes" \
  "root; so each half is frozen in its turn (kill -STOP), as if it were cut off: while the south is," \
  "the first customer writes in the north; then the other way round. One writes after the other, but" \
  "neither half has heard of the other's write: for their versions that is concurrent."
typed "kill -STOP ${south_pids[*]}     # elm linden yew"
kill -STOP "${south_pids[@]}"
frozen=("${south_pids[@]}")
run "$oxbow" --peer "$(address_of "$north")" put "$cart" 'milk, bread' --context "$seen"
typed "kill -STOP ${north_pids[*]}; kill -CONT ${south_pids[*]}"
kill -STOP "${north_pids[@]}"
kill -CONT "${south_pids[@]}"
frozen=("${north_pids[@]}")
run "$oxbow" --peer "$(address_of "$south")" put "$cart" 'milk, beer' --context "$seen"
typed "kill -CONT ${north_pids[*]}"
kill -CONT "${north_pids[@]}"
frozen=()
say "Both writes were accepted; where a member was away, another kept a hint for it. Neither customer" \
  "had seen the other's cart, so both are there:"
run "$oxbow" get "$cart" --r 3

step "The application merges them"
seen=$("$oxbow" get "$cart" --r 3 --json | json_field context)
run "$oxbow" put "$cart" 'milk, bread, beer' --context "$seen"
run "$oxbow" get "$cart"

step "What a search found goes into the ring"
# What one peer alone shares, which is neither a member nor asked.
adopted=$(cd "$home/shares/${peers[3]}" && find . -path './*/copyright' -size -200k -printf '%P\n' | sort | head -n 1)
run_head 3 "$oxbow" get "$adopted" --adopt
holder=$(pid_of "${peers[3]}")
typed "kill -9 $holder     # ${peers[3]}, the only holder"
kill -9 "$holder"
run_head 3 "$oxbow" get "$adopted"
"$oxbow" get "$adopted" --json | grep -q '"source":"ring"' || fail "$adopted is not in the ring"
say "The first get asked the ring, which had never heard of it, then everybody; the second found it" \
  "where the first one had put it."

step "Flood against ring: the same keys, every way"
mkdir -p "$(dirname "$report")"
run "$oxbow" compare greeting "$adopted" GPL-3 --rounds 3 --report "$report"
say "A flood asks everybody and finds whatever there is; the ring asks its members and finds what was" \
  "put there. Lookups of keys that the dead member owned are lost at it (partial); a get goes on to" \
  "the next. The page shows one flood as it spread."

took=$((SECONDS - started))
page=$(realpath "$report")
printf '\n%sA page to look at%s\n\n  file://%s\n' "$bold" "$plain" "$page"
printf '\n%sFive commands to try%s (the demo took %d s)\n\n' "$bold" "$plain" $((took ? took : 1))
if [ -t 1 ]; then
  keep=yes
  cat <<END
  export OXBOW_PEER=$OXBOW_PEER     ${dim}# first${plain}

  $oxbow find --words 'copyright lib'              ${dim}# keys with both words in them${plain}
  $oxbow find GPL-3 --via expanding                ${dim}# small floods first: count the messages${plain}
  $oxbow fetch Artistic --to /tmp/Artistic         ${dim}# a download${plain}
  $oxbow net list                                  ${dim}# who is up, and where the logs are${plain}
  $oxbow status                                    ${dim}# what this peer has seen and done${plain}

The network stays up; make demo-stop ends it.
END
else
  cat <<END
  $oxbow net up $network                      # the same peers on fixed ports
  $oxbow --peer 127.0.0.1:7401 publish greeting hello
  $oxbow --peer 127.0.0.1:7420 find greeting           # from the other end of the network
  $oxbow --peer 127.0.0.1:7401 horizon
  $oxbow net down $network

The network has been stopped again.
END
fi
