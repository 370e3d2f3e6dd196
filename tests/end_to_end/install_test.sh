#!/bin/bash
# What `make install` leaves is all that a program needs to be compiled and to talk to a peer.
source "$(dirname "$0")/../support/cases.sh"

readonly stage=$scratch/stage prefix=/opt/oxbow
readonly compiler=${OXBOW_COMPILER:-g++}
export PKG_CONFIG_SYSROOT_DIR=$stage PKG_CONFIG_PATH=$stage$prefix/lib/pkgconfig

run_make() {
  env -u MAKEFLAGS -u MAKELEVEL make -j2 "$@" DESTDIR="$stage" PREFIX="$prefix" \
    MODE="${OXBOW_MODE:-release}" COMPILER="$compiler"
}

files_are_in_place() {
  local file
  for file in bin/oxbow bin/oxbowd bin/oxbow-sim lib/liboxbow.a lib/pkgconfig/oxbow.pc include/oxbow/client.h \
    include/oxbow/requests.h include/oxbow/result.h \
    share/man/man1/oxbow.1 share/man/man1/oxbowd.1 share/bash-completion/completions/oxbow \
    share/zsh/site-functions/_oxbow; do
    test -s "$stage$prefix/$file" || { echo "missing: $file"; return 1; }
  done
}

nothing_is_elsewhere() {
  local elsewhere
  elsewhere=$(find "$stage" -type f -not -path "$stage$prefix/*")
  test -z "$elsewhere" || { echo "$elsewhere"; return 1; }
}

headers_stand_alone() {
  local header
  for header in "$stage$prefix"/include/oxbow/*.h; do
    "$compiler" -std=c++20 -fsyntax-only -x c++ "$header" -I"$stage$prefix/include" || return 1
  done
}

cat >"$scratch/program.cpp" <<'END'
#include <oxbow/client.h>
#include <cstdio>

int main() {
  auto client = oxbow::Client::connect("127.0.0.1:1");
  if (client) return 1;
  std::puts(client.error().code.c_str());
}
END

# Port 1 is nobody's: the program runs as far as a connection, and says that it was refused.
program_builds_and_runs() {
  # shellcheck disable=SC2046,SC2086
  "$compiler" -std=c++20 ${OXBOW_LINK_FLAGS:-} "$scratch/program.cpp" \
    $(pkg-config --cflags --libs "$@" oxbow) -o "$scratch/program" || return 1
  test "$("$scratch/program")" = unreachable
}

library_needs_nothing_unsaid() {
  grep -q '^Libs.private:.*-lcrypto' "$stage$prefix/lib/pkgconfig/oxbow.pc"
}

is "make install puts everything below DESTDIR and PREFIX" run_make install
is "programs, headers, the library and its pkg-config file are in place" files_are_in_place
is "nothing is installed outside the prefix" nothing_is_elsewhere
is "every public header can be included alone" headers_stand_alone
is "a program builds with pkg-config and runs" program_builds_and_runs
is "a program builds with pkg-config --static and runs" program_builds_and_runs --static
is "the pkg-config file names the libraries behind the library" library_needs_nothing_unsaid
is "the version is the program's" test "$(pkg-config --modversion oxbow)" = \
  "$("$stage$prefix/bin/oxbow" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)"
is "make uninstall runs" run_make uninstall
is "make uninstall leaves no file" test -z "$(find "$stage" -type f)"
