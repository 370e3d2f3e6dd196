// A store whose durability the test controls: writes count up, and nothing is durable before the
// test says so.
#pragma once

#include <atomic>
#include <memory>

#include "net/peer_server.h"
#include "store/memory_store.h"

namespace oxbow::testing {

/// What the test sees and does, from its own thread.
class StoreControl {
 public:
  /// Writes so far.
  std::uint64_t written() const { return written_; }
  /// Times that the peer asked for a commit with writes that it had not asked for before.
  std::uint64_t submitted() const { return submitted_; }
  void sync_up_to(std::uint64_t sequence) { events_.on_durable(WriteSequence{sequence}); }
  /// Everything from now on is durable as soon as it was submitted.
  void sync_always() {
    is_automatic_ = true;
    sync_up_to(written_);
  }
  void fail(const std::string& message) { events_.on_fatal(Error{"disk", message, "", ""}); }

  StoreMaker maker();

 private:
  friend class ControlledStore;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> submitted_{0};
  std::atomic<bool> is_automatic_{false};
  StoreEvents events_;  // set before the peer runs
};

class ControlledStore final : public Store {
 public:
  explicit ControlledStore(StoreControl& control) : control_(control) {}

  Result<StoredObject> read(std::string_view key) override {
    auto found = memory_.read(key);
    const auto pending = pending_.find(key);
    if (found && pending != pending_.end()) found->pending = WriteSequence{pending->second};
    return found;
  }
  Result<bool> scan(Cursor& cursor, std::uint64_t last, std::size_t most, std::size_t most_bytes,
                    std::vector<ScannedObject>& page) override {
    return memory_.scan(cursor, last, most, most_bytes, page);
  }
  std::uint64_t objects() const override { return memory_.objects(); }
  Result<StoredObject> read_hints(std::string_view key, Conflicts conflicts) override {
    return memory_.read_hints(key, conflicts);
  }
  std::optional<Hint> read_hint(const PeerId& destination, std::string_view key) override {
    return memory_.read_hint(destination, key);
  }
  Result<WriteSequence> write_hint(const Hint& hint, Sync sync) override {
    auto written = memory_.write_hint(hint, sync);
    return written ? Result<WriteSequence>(next()) : written;
  }
  void erase_hint(const PeerId& destination, std::string_view key) override {
    memory_.erase_hint(destination, key);
  }
  void scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                  std::size_t most_bytes, std::vector<Hint>& page) override {
    memory_.scan_hints(destination, after, most, most_bytes, page);
  }
  std::vector<PeerId> hint_destinations() const override { return memory_.hint_destinations(); }
  HintTotals hints_for(const PeerId& destination) const override {
    return memory_.hints_for(destination);
  }
  HintTotals all_hints() const override { return memory_.all_hints(); }
  Result<std::optional<std::string>> read_record(std::string_view name) override {
    return memory_.read_record(name);
  }
  // Not counted: records of the ring are written at times that no test knows.
  Result<WriteSequence> write_record(std::string_view name, std::string_view bytes) override {
    return memory_.write_record(name, bytes);
  }
  void submit() override {
    if (last_ == submitted_) return;
    submitted_ = last_;
    ++control_.submitted_;
    if (control_.is_automatic_) control_.sync_up_to(last_);
  }
  std::size_t pending_bytes() const override { return 0; }
  std::string refusing() const override { return {}; }

 protected:
  Result<WriteSequence> put(std::string_view key, const Object& object, Sync sync) override {
    auto written = memory_.write(key, Object(), object, sync);
    if (!written || sync == Sync::no) return written;
    pending_[std::string(key)] = last_ + 1;
    return next();
  }
  Result<WriteSequence> remove(std::string_view key) override {
    auto erased = memory_.erase(key, Object());
    return erased ? Result<WriteSequence>(next()) : erased;
  }

 private:
  WriteSequence next() {
    control_.written_ = ++last_;
    return WriteSequence{last_};
  }

  StoreControl& control_;
  MemoryStore memory_;
  std::map<std::string, std::uint64_t, std::less<>> pending_;
  std::uint64_t last_ = 0;
  std::uint64_t submitted_ = 0;
};

inline StoreMaker StoreControl::maker() {
  return [this](const PeerId&, StoreEvents events) -> Result<std::unique_ptr<Store>> {
    events_ = std::move(events);
    return std::unique_ptr<Store>(std::make_unique<ControlledStore>(*this));
  };
}

}  // namespace oxbow::testing
