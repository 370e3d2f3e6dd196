#include "files/watches.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "files/keys.h"

namespace oxbow {

namespace {

constexpr std::uint32_t kEvents = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE | IN_ATTRIB | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

Watches::Watches() : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

int Watches::add(FolderNumber folder, const std::string& path, int directory) {
  // By descriptor: it cannot be swapped for another folder in between.
  const std::string name = "/proc/self/fd/" + std::to_string(directory);
  const int watch = ::inotify_add_watch(inotify_.get(), name.c_str(), kEvents);
  if (watch < 0) return errno;
  const Place place{folder, path};
  const auto [known, is_new] = watches_.try_emplace(place, watch);
  if (!is_new) {
    if (known->second == watch) return 0;
    release(known->second, place);
    known->second = watch;
  }
  places_[watch].push_back(place);
  return 0;
}

void Watches::release(int watch, const Place& place) {
  const auto places = places_.find(watch);
  if (places == places_.end()) return;
  std::erase(places->second, place);
  if (!places->second.empty()) return;
  places_.erase(places);
  ::inotify_rm_watch(inotify_.get(), watch);
}

void Watches::forget(FolderNumber folder, const std::string& path) {
  auto next = watches_.lower_bound({folder, path});
  while (next != watches_.end() && next->first.first == folder &&
         next->first.second.starts_with(path)) {
    const auto here = next++;
    const std::string& below = here->first.second;
    if (!path.empty() && below.size() > path.size() && below[path.size()] != '/') continue;
    release(here->second, here->first);
    watches_.erase(here);
  }
}

FolderChanges Watches::take() {
  FolderChanges result;
  std::array<char, 16 * 1024> buffer;
  const ssize_t length = ::read(inotify_.get(), buffer.data(), buffer.size());
  for (ssize_t offset = 0; offset < length;) {
    struct inotify_event event {};
    std::memcpy(&event, buffer.data() + offset, sizeof event);
    const char* name = buffer.data() + offset + sizeof event;
    offset += static_cast<ssize_t>(sizeof event + event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      result.overflow = true;
      continue;
    }
    const auto places = places_.find(event.wd);
    if (places == places_.end()) continue;
    if ((event.mask & IN_IGNORED) != 0) {
      for (const Place& place : places->second) {
        result.root = result.root || place.second.empty();
        watches_.erase(place);
      }
      places_.erase(places);
      continue;
    }
    if (event.len == 0) {  // of the folder itself
      for (const Place& place : places->second) {
        result.root = result.root || place.second.empty();
      }
      continue;
    }
    if (!is_shared_name(name)) continue;
    for (const auto& [folder, path] : places->second) {
      FolderChange change;
      change.folder = folder;
      change.path = join_path(path, name);
      change.is_folder = (event.mask & IN_ISDIR) != 0;
      change.appeared = (event.mask & IN_CREATE) != 0;
      change.closed = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
      change.attributes = event.mask == IN_ATTRIB || event.mask == (IN_ATTRIB | IN_ISDIR);
      result.changes.push_back(std::move(change));
    }
  }
  return result;
}

}  // namespace oxbow
