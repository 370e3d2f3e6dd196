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
  rm -f "$root"/bin/{oxbow,oxbowd} "$root/lib/liboxbow.a" "$root/lib/pkgconfig/oxbow.pc" \
    "$root"/share/man/man1/oxbow{,-*}.1 "$root"/share/man/man8/oxbowd.8 \
    "$root"/share/bash-completion/completions/{oxbow,oxbowd} \
    "$root"/share/zsh/site-functions/{_oxbow,_oxbowd}
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

# put_output FILE COMMAND...: what the command prints, if it knows how to print it.
put_output() {
  local file=$root/$1 text
  shift
  if ! text=$("$@" 2>/dev/null </dev/null) || [ -z "$text" ]; then return 0; fi
  install -d "$(dirname "$file")"
  printf '%s\n' "$text" >"$file"
  chmod 644 "$file"
  echo "  $file"
}

put 755 "$programs/oxbowd" bin
put 755 "$programs/oxbow" bin
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

put_output share/man/man1/oxbow.1 "$programs/oxbow" man
put_output share/man/man8/oxbowd.8 "$programs/oxbowd" --man
for shell in bash zsh; do
  case $shell in
    bash) folder=share/bash-completion/completions prefix_of_file= ;;
    zsh) folder=share/zsh/site-functions prefix_of_file=_ ;;
  esac
  put_output "$folder/${prefix_of_file}oxbow" "$programs/oxbow" completion $shell
done
