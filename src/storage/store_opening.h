// Opens the database of a data directory, or refuses to and says why: nothing has been changed
// then.
//
//     look (store_check.h) ──▶ all is there ─────────────────────▶ opened
//                          └─▶ something is missing ──▶ refused
//                                                   └─▶ --accept-loss: marked as incomplete, then
//                                                       what is left is repaired and opened
#pragma once

#include <oxbow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/data_directory.h"
#include "storage/database.h"

namespace oxbow::storage {

enum class OnLoss : std::uint8_t { refuse, accept };

struct OpenedDatabase {
  std::unique_ptr<Database> database;
  std::vector<std::string> missing;  ///< that was accepted
};

/// Takes the directory. Errors: "bad-data", "lost-data" (refused), "damaged", "no-room", "disk".
Result<OpenedDatabase> open_database(DataDirectory& directory, OnLoss on_loss);

}  // namespace oxbow::storage
