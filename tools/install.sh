#!/bin/bash
# Installs the programs, the public headers, the client library with its pkg-config file, the man
# pages and the completions, or removes them again.
#   install.sh DESTDIR PREFIX VERSION PROGRAM-FOLDER LIBRARY SYSTEM-LIBRARIES
#   install.sh --remove DESTDIR PREFIX
set -euo pipefail

remove=no
if [ "$1" = --remove ]; then
  remove=yes
  shift
fi
readonly destdir=$1 prefix=$2
readonly root=$destdir$prefix

if [ "$remove" = yes ]; then
  rm -f "$root"/bin/{oxbow,oxbowd,oxbow-sim} "$root/lib/liboxbow.a" "$root/lib/pkgconfig/oxbow.pc" \
    "$root"/share/man/man1/{oxbow,oxbowd}.1 "$root/share/bash-completion/completions/oxbow" \
    "$root/share/zsh/site-functions/_oxbow"
  rm -rf "$root/include/oxbow"
  echo "removed from $root"
  exit 0
fi

readonly version=$3 programs=$4 library=$5 system_libraries=$6

put() {  # put MODE FILE FOLDER
  install -d "$root/$3"
  install -m "$1" "$2" "$root/$3/"
  echo "  $root/$3/$(basename "$2")"
}

put_output() {  # put_output FILE COMMAND...: what the command prints
  local file=$root/$1
  shift
  install -d "$(dirname "$file")"
  "$@" >"$file" </dev/null
  chmod 644 "$file"
  echo "  $file"
}

put 755 "$programs/oxbowd" bin
put 755 "$programs/oxbow" bin
put 755 "$programs/oxbow-sim" bin
for header in include/oxbow/*.h; do put 644 "$header" include/oxbow; done
put 644 "$library" lib

install -d "$root/lib/pkgconfig"
# The library is a static one, so whoever links needs what it stands on, with --static or without.
cat >"$root/lib/pkgconfig/oxbow.pc" <<END
prefix=$prefix
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: oxbow
Description: Client of Oxbow, a peer-to-peer network that finds any key without a server
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -loxbow $system_libraries
Libs.private: $system_libraries
END
echo "  $root/lib/pkgconfig/oxbow.pc"

put_output share/man/man1/oxbow.1 "$programs/oxbow" man oxbow
put_output share/man/man1/oxbowd.1 "$programs/oxbow" man oxbowd
put_output share/bash-completion/completions/oxbow "$programs/oxbow" completion bash
put_output share/zsh/site-functions/_oxbow "$programs/oxbow" completion zsh
