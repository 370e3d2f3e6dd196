// Compares a database with what its marker says was synced, before anything is opened for writing:
// a start that finds less must not go on as if nothing had been there. Changes nothing on disk.
//
// What is found: no database, no or a damaged CURRENT, a MANIFEST that is gone, cut or an earlier
// one, a missing file with data, a missing log, and a log that cannot be read up to the newest
// write that was synced. A log may end anywhere behind that: such a write was acknowledged to
// nobody.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/store_marker.h"

namespace oxbow::storage {

struct StoreLook {
  /// What it takes to go on with what is left.
  enum class Repair : std::uint8_t {
    none,
    read_on,  ///< read what can be read of the log
    rebuild,  ///< find out anew which files belong to the database
  };

  std::vector<std::string> missing;  ///< what is less than it was, for people; empty: nothing
  Repair repair = Repair::none;
  std::uint64_t log_bytes = 0;  ///< to be read again, and written into a file
};

/// `path`: of the database. `marker`: nothing: a directory of before there were any; what it should
/// hold is not known, but a database there must be. Errors: "bad-data", "disk": it cannot be told.
Result<StoreLook> look_at_store(const std::string& path, const std::optional<StoreMarker>& marker);

/// The number of the MANIFEST that CURRENT names; nothing: there is no CURRENT. Errors: "damaged",
/// "bad-data".
Result<std::optional<std::uint64_t>> current_manifest(const std::string& path);

}  // namespace oxbow::storage
