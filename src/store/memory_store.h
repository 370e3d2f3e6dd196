// A store without a disk: what is written is as durable as it will ever be, and gone with the
// process. For peers without --data, and for tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "store/hint_ledger.h"
#include "store/store.h"

namespace oxbow {

class MemoryStore final : public Store {
 public:
  Result<StoredObject> read(std::string_view key) override;
  Result<bool> scan(Cursor& cursor, std::uint64_t last, std::size_t most, std::size_t most_bytes,
                    std::vector<ScannedObject>& page) override;
  std::uint64_t objects() const override { return objects_.size(); }

  Result<StoredObject> read_hints(std::string_view key, Conflicts conflicts) override;
  std::optional<Hint> read_hint(const PeerId& destination, std::string_view key) override;
  Result<WriteSequence> write_hint(const Hint& hint, Sync sync) override;
  void erase_hint(const PeerId& destination, std::string_view key) override;
  void scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                  std::size_t most_bytes, std::vector<Hint>& page) override;
  std::vector<PeerId> hint_destinations() const override { return totals_.destinations(); }
  HintTotals hints_for(const PeerId& destination) const override { return totals_.of(destination); }
  HintTotals all_hints() const override { return totals_.all(); }

  Result<std::optional<std::string>> read_record(std::string_view name) override;
  Result<WriteSequence> write_record(std::string_view name, std::string_view bytes) override;

  bool survives_restart() const override { return false; }
  std::size_t pending_bytes() const override { return 0; }
  std::string refusing() const override { return {}; }

 protected:
  Result<WriteSequence> put(std::string_view key, const Object& object, Sync sync) override;
  Result<WriteSequence> remove(std::string_view key) override;

 private:
  using HashedKey = std::pair<std::uint64_t, std::string>;
  using HashedView = std::pair<std::uint64_t, std::string_view>;
  struct InRingOrder {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    bool operator()(const HashedView& left, const HashedView& right) const { return left < right; }
  };
  using HintsByKey = std::map<std::string, Hint, std::less<>>;

  const Hint* find_hint(const PeerId& destination, std::string_view key) const;

  std::map<HashedKey, Object, InRingOrder> objects_;
  std::map<PeerId, HintsByKey> hints_;  // no destination without hints
  HintLedger totals_;
  std::map<std::string, std::string, std::less<>> records_;
};

}  // namespace oxbow
