// What a store that is opened knows of hints. Whom they are for the hints themselves say; of each
// such member a record says how many there are, and where it is damaged, or missing, they are
// counted. It is not trusted any further than the first time that all of them are gone through.
#include "storage/database.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "storage/rocks_store.h"

namespace oxbow {

using namespace storage;

namespace {

constexpr std::size_t kCountedHints = 1024;  // read in one go

}  // namespace

Status RocksStore::load_hint_totals() {
  std::string from = hint_key(PeerId(), {});
  const std::string end = end_of(Space::hints);
  bool found_all = true;
  while (from < end) {
    std::optional<PeerId> destination;
    {
      const Database::Range hints(*database_, from, end);
      if (hints.valid()) {
        destination = destination_of(hints.key());
      } else if (const Status status = hints.status(); status) {
        break;
      } else if (status.error().code != "damaged") {
        return status;
      }
    }
    if (destination) {
      load_totals_of(*destination);
      from = hints_end(*destination);
      continue;
    }
    ++damaged_;
    found_all = false;
    const auto next = first_readable(*database_, from, end);
    if (!next) break;
    from = *next;
  }
  if (found_all) return Done{};
  // A block of hints cannot be read. Whoever's hints began in it has a record.
  for (Database::Range totals(*database_, totals_key(PeerId()), end_of(Space::totals));
       totals.valid(); totals.next()) {
    const PeerId destination = destination_of(totals.key());
    const auto found = parse_totals(destination, totals.value());
    if (found && hints_.of(destination).hints == 0) hints_.set(destination, *found);
  }
  return Done{};
}

void RocksStore::load_totals_of(const PeerId& destination) {
  const auto record = read_disk(totals_key(destination));
  const auto totals = record && *record ? parse_totals(destination, **record) : std::nullopt;
  if (totals && totals->hints > 0) {
    hints_.set(destination, *totals);
    return;
  }
  ++damaged_;
  hints_.set(destination, {1, 0});  // at least; the look through all of them puts it right
  std::vector<Hint> page;
  std::string after;
  do {
    if (!page.empty()) after = page.back().key;
    page.clear();
    scan_hints(destination, after, kCountedHints, limits::kCountedAtOpen, page);
  } while (!page.empty());
}

void RocksStore::hints_recounted(const PeerId& destination) {
  const auto recount = recounts_.find(destination);
  HintTotals found;
  if (recount == recounts_.end() || !recount->second.end(found)) return;
  const std::uint64_t counted = hints_.of(destination).hints;
  if (counted > found.hints) damaged_hints_ += counted - found.hints;
  hints_.set(destination, found);
  if (found.hints == 0) recounts_.erase(recount);
}

}  // namespace oxbow
