// Durable writes of 100 bytes, 16 and 256 at a time: the store with its group commit against what
// must be done at least, a log that is appended to and synced. Both on the same disk, in turn. Then
// reads: of a hot key, of a working set ten times the size of the cache, and of keys that are not
// stored.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "storage/rocks_store.h"
#include "version/object_bytes.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t kValue = 100;
constexpr double kSeconds = 2;
constexpr std::uint64_t kKeys = 200'000;
constexpr int kReads = 2'000'000;
constexpr std::uint64_t kWorkingSet = 50'000;
constexpr int kSpreadReads = 500'000;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail("no temporary folder can be made");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string key_of(std::uint64_t number) { return fmt::format("bench/{:08}", number % kKeys); }

Object object_of(std::uint64_t number) {
  Actor actor;
  actor.peer.bytes[0] = 1;
  actor.run = 0x0123456789abcdef;
  actor.number = 1 + number;
  const Dot dot{actor, 1};
  Object object;
  object.replace({}, {dot, share(std::string(kValue, 'v')), WallTime(Duration(1))},
                 Conflicts::siblings);
  return object;
}

/// Calls `commit_group` for a while; how many writes a second.
template <class Commit>
double rate(std::size_t group, Commit commit_group) {
  for (int i = 0; i < 20; ++i) commit_group();
  const double start = seconds();
  double took = 0;
  std::size_t writes = 0;
  while ((took = seconds() - start) < kSeconds) {
    commit_group();
    writes += group;
  }
  return static_cast<double>(writes) / took;
}

/// The store, with a loop that sleeps until it is told.
class Ours {
 public:
  explicit Ours(const std::string& folder, std::size_t cache_bytes = limits::kObjectCache)
      : told_(::eventfd(0, EFD_CLOEXEC)) {
    StorageOptions options;
    options.cache_bytes = cache_bytes;
    options.directory = folder;
    options.peer.bytes[0] = 1;
    options.on_durable = [this](WriteSequence) {
      const std::uint64_t one = 1;
      if (::write(told_, &one, sizeof one) < 0) ::abort();
    };
    auto opened = RocksStore::open(options);
    if (!opened) fail(opened.error().message);
    store_ = std::move(opened).value();
  }
  ~Ours() {
    store_.reset();
    ::close(told_);
  }
  Ours(const Ours&) = delete;
  Ours& operator=(const Ours&) = delete;

  void commit(std::size_t group) {
    WriteSequence last{};
    for (std::size_t i = 0; i < group; ++i) {
      const auto written = store_->write(key_of(next_), {}, object_of(next_), Sync::yes);
      if (!written) fail(written.error().message);
      last = *written;
      ++next_;
    }
    store_->submit();
    while (store_->take_durable() < last) {
      std::uint64_t news = 0;
      if (::read(told_, &news, sizeof news) < 0) fail("eventfd");
    }
  }

  /// Makes the store hold `kWorkingSet` objects, in files.
  void fill() {
    while (next_ < kWorkingSet) commit(500);
  }
  /// Gets of keys drawn from so many, of which `stored` says whether they are there.
  double spread_get_ns(std::uint64_t keys, const char* prefix, bool stored) {
    Random random(7);
    std::uint64_t found = 0;
    const auto read = [&] {
      const std::string key = prefix + key_of(random.below(keys));
      found += store_->read(key).value().object.empty() ? 0U : 1U;
    };
    for (int i = 0; i < kSpreadReads / 5; ++i) read();
    found = 0;
    const double start = seconds();
    for (int i = 0; i < kSpreadReads; ++i) read();
    const double took = seconds() - start;
    if (found != (stored ? kSpreadReads : 0)) fail("a key is not where it should be");
    return took / kSpreadReads * 1e9;
  }
  std::size_t cached_bytes() const { return store_->figures().cached_bytes; }

  double hot_get_ns() {
    const std::string key = key_of(next_ - 1);
    std::size_t found = 0;
    const double start = seconds();
    for (int i = 0; i < kReads; ++i) found += store_->read(key).value().object.siblings().size();
    const double took = seconds() - start;
    if (found != kReads) fail("a key is not there");
    return took / kReads * 1e9;
  }

 private:
  int told_;
  std::unique_ptr<RocksStore> store_;
  std::uint64_t next_ = 0;
};

/// Appends the group with one write, and syncs it.
class Log {
 public:
  explicit Log(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (file_ < 0) fail("the log cannot be opened");
  }
  ~Log() { ::close(file_); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void commit(std::size_t group) {
    bytes_.clear();
    for (std::size_t i = 0; i < group; ++i) {
      const std::string key = key_of(next_);
      bytes_ += key;
      bytes_ += encode_object(object_of(next_), key);
      ++next_;
    }
    if (::write(file_, bytes_.data(), bytes_.size()) < 0 || ::fdatasync(file_) != 0) {
      fail("the log cannot be written");
    }
  }

 private:
  int file_;
  std::string bytes_;
  std::uint64_t next_ = 0;
};

Outcome outcome(std::size_t group, const Comparison& comparison, double goal) {
  return {fmt::format("durable group commit, {} writes together", group),
          fmt::format("{} writes/s, log with fdatasync {}", short_number(comparison.ours),
                      short_number(comparison.baseline)),
          fmt::format("{:.2f} x ({:.2f} to {:.2f})", comparison.ratio, comparison.lowest,
                      comparison.highest),
          fmt::format("at least {:.2f} x", goal), comparison.ratio >= goal};
}

/// A cache that holds a tenth of what is asked for, against none at all.
void measure_reads(std::vector<Outcome>& outcomes) {
  const TemporaryFolder folder;
  std::size_t tenth = 0;
  {
    Ours probe(folder.path() + "/probe");
    probe.fill();
    tenth = probe.cached_bytes() / 10;
  }
  Ours cached(folder.path() + "/cached", tenth);
  Ours uncached(folder.path() + "/uncached", 0);
  cached.fill();
  uncached.fill();
  fmt::print("gets drawn evenly from {} objects, a tenth of which fit into the cache\n",
             kWorkingSet);
  const Comparison spread = compare(
      "gets", [&] { return 1e9 / cached.spread_get_ns(kWorkingSet, "", true); },
      [&] { return 1e9 / uncached.spread_get_ns(kWorkingSet, "", true); });
  outcomes.push_back(
      {"gets from a working set ten times the cache",
       fmt::format("{} gets/s, without a cache {}", short_number(spread.ours),
                   short_number(spread.baseline)),
       fmt::format("{:.2f} x ({:.2f} to {:.2f})", spread.ratio, spread.lowest, spread.highest),
       "at least 0.95 x", spread.ratio >= 0.95});
  const double known_ns = cached.spread_get_ns(1000, "absent/", false);
  outcomes.push_back({"a get of a key that is not stored, asked for before", "1,000 such keys",
                      fmt::format("{:.0f} ns", known_ns), "under 1 µs", known_ns < 1000});
  const double unknown_ns = cached.spread_get_ns(1'000'000'000, "nowhere/", false);
  outcomes.push_back({"a get of a key that is not stored, never asked for before",
                      fmt::format("{} objects in the store", kWorkingSet),
                      fmt::format("{:.0f} ns", unknown_ns), "under 10 µs", unknown_ns < 10'000});
}

void run() {
  const TemporaryFolder folder;
  Ours store(folder.path() + "/data");
  Log log(folder.path() + "/log");
  std::vector<Outcome> outcomes;
  const auto measure = [&](std::size_t group, double goal) {
    fmt::print("{} writes of {} bytes at a time, each group synced, in {}\n", group, kValue,
               folder.path());
    const Comparison comparison = compare(
        "writes", [&] { return rate(group, [&] { store.commit(group); }); },
        [&] { return rate(group, [&] { log.commit(group); }); });
    outcomes.push_back(outcome(group, comparison, goal));
  };
  measure(1, 0);
  outcomes.clear();  // for comparison alone
  measure(16, 0.7);
  measure(256, 0.2);
  const double get_ns = store.hot_get_ns();
  outcomes.push_back({"a hot object read from the store", "1 sibling of 100 bytes",
                      fmt::format("{:.0f} ns", get_ns), "under 1 µs", get_ns < 1000});
  measure_reads(outcomes);
  report(outcomes);
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
