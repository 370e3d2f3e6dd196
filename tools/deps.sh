#!/bin/bash
# Installs the Debian packages that are missing, and only these; asks nothing.
#   deps.sh [--quiet | --check] PACKAGE...
# --quiet says nothing when nothing is missing; --check installs nothing, and only warns.
set -euo pipefail

mode=install
case ${1:-} in
  --quiet) mode=quiet; shift ;;
  --check) mode=check; shift ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  [ "$mode" = check ] && exit 0
  cat >&2 <<END
This is not a Debian system, so nothing can be installed for you. What is needed, by Debian's
names (g++ 12 or newer, or clang 14 or newer, as the compiler):
  $*
Going on as if it were all there.
END
  exit 0
fi

# One question for all packages; those that dpkg has never heard of are missing from the answer.
declare -A installed=()
while read -r status name; do
  if [ "$status" = ii ]; then installed[$name]=1; fi
done < <(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true)

missing=()
for package in "$@"; do
  if [ -z "${installed[$package]:-}" ]; then missing+=("$package"); fi
done

if [ ${#missing[@]} -eq 0 ]; then
  if [ "$mode" = install ]; then echo "packages: all $# are installed"; fi
  exit 0
fi
if [ "$mode" = check ]; then
  echo "packages missing: ${missing[*]} (make deps installs them)" >&2
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  by_hand="run as root: apt-get install --no-install-recommends ${missing[*]}"
  if ! command -v sudo >/dev/null; then
    echo "packages missing: ${missing[*]}" >&2
    echo "cannot install them: not root, and there is no sudo ($by_hand)" >&2
    exit 1
  fi
  if ! sudo -n true 2>/dev/null; then
    echo "packages missing: ${missing[*]}" >&2
    echo "cannot install them: sudo wants a password ($by_hand)" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold "$@" </dev/null >>"$log" 2>&1
}
install_missing() { apt install -y --no-install-recommends "${missing[@]}"; }

refresh() {
  echo "packages: refreshing the package lists"
  apt -o APT::Update::Error-Mode=any update
}
give_up() {
  tail -n 30 "$log" >&2
  echo "packages: could not install ${missing[*]} (apt's words are above)" >&2
  exit 1
}

echo "packages: installing ${missing[*]}"
refreshed=no
if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
  refreshed=yes
  refresh || give_up
fi
if ! install_missing; then
  # Lists that are too old name files that are no longer there.
  if [ "$refreshed" = yes ]; then give_up; fi
  if ! { refresh && install_missing; }; then give_up; fi
fi
echo "packages: installed ${#missing[@]}"
