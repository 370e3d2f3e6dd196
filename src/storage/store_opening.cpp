#include "storage/store_opening.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <optional>
#include <utility>

#include "base/limits.h"
#include "storage/store_check.h"

namespace oxbow::storage {

namespace {

/// Bytes free for a start, apart from what its log holds: a log of its own, and small files.
constexpr std::uint64_t kToOpen = 2 * 1024 * 1024;

/// RocksDB ends the process where it finds no space while it is opened.
Status check_space(const std::string& folder, const StoreLook& look) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return Done{};
  const std::uint64_t free = std::uint64_t{status.f_bavail} * status.f_frsize;
  const std::uint64_t needed = kToOpen + look.log_bytes + look.log_bytes / 4;
  if (free >= needed) return Done{};
  return Error{"no-room",
               fmt::format("the disk of {} is full: {} bytes are free, and a start takes {} (free "
                           "some space; all that was acknowledged is still there)",
                           folder, free, needed),
               fmt::format("{} bytes free", needed), fmt::format("{} bytes free", free)};
}

Error refusal(const DataDirectory& directory, const std::vector<std::string>& missing) {
  std::string what;
  for (const std::string& each : missing) what += (what.empty() ? "" : "; ") + each;
  return {"lost-data",
          fmt::format("{} holds less than was synced there: {}. Nothing was changed. Put the files "
                      "back from a copy, or start once with --accept-loss: this peer then goes on "
                      "with what is left, and does not say of a key that it was never written "
                      "until it has left the ring and joined it again",
                      directory.path(), what),
          {},
          what};
}

Error with_remedy(Error error) {
  if (error.code == "damaged") {
    error.message +=
        " (put the file back from a copy, or start once with --accept-loss to go on without it)";
  }
  return error;
}

/// Others may look into the folder, but not at what is kept.
void make_private(const DataDirectory& directory) {
  ::mkdir(directory.store_path().c_str(), 0700);
  struct stat status {};
  if (::stat(directory.path().c_str(), &status) != 0 || (status.st_mode & 0077) == 0) return;
  ::chmod(directory.store_path().c_str(), 0700);
}

}  // namespace

Result<OpenedDatabase> open_database(DataDirectory& directory, OnLoss on_loss) {
  StoreMarkerFile& file = directory.marker();
  const bool has_marker = file.found() == StoreMarkerFile::Found::marker;
  const auto before = has_marker ? std::optional(file.marker()) : std::nullopt;
  auto look = look_at_store(directory.store_path(), before);
  if (!look) return with_remedy(look.error());
  if (file.found() == StoreMarkerFile::Found::damaged) {
    look->missing.emplace_back("STORE is damaged, so it is not known what was synced");
  }
  if (!look->missing.empty() && on_loss == OnLoss::refuse) {
    return refusal(directory, look->missing);
  }
  if (const Status space = check_space(directory.path(), *look); !space) return space.error();

  directory.take();
  StoreMarker marker = before.value_or(StoreMarker{});
  if (!look->missing.empty()) {
    marker = StoreMarker{};
    marker.complete = false;
    marker.state = StoreMarker::State::open;
    if (const Status kept = file.keep(marker); !kept) return kept.error();
  }
  make_private(directory);
  if (look->repair == StoreLook::Repair::rebuild) {
    if (const Status rebuilt = Database::rebuild(directory.store_path()); !rebuilt) {
      return rebuilt.error();
    }
  }
  const auto damage = look->missing.empty() ? Database::Damage::refuse : Database::Damage::read_on;
  auto database = Database::open(directory.store_path(), damage);
  if (!database) return with_remedy(database.error());
  marker.state = StoreMarker::State::open;
  marker.synced = (*database)->synced();
  if (const Status kept = file.keep(marker); !kept) return kept.error();
  return OpenedDatabase{std::move(database).value(), std::move(look->missing)};
}

}  // namespace oxbow::storage
