// For tests of the store on disk: a temporary folder, a store in it, and waiting until what was
// written is durable, woken by the store, with a deadline.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "storage/rocks_store.h"
#include "version/history.h"

namespace oxbow::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string at(const std::string& below) const { return path_ + "/" + below; }

 private:
  std::string path_;
};

/// What the storage thread says, and waiting for it.
class Told {
 public:
  void durable(WriteSequence sequence) {
    const std::scoped_lock lock(mutex_);
    durable_ = sequence;
    ++calls_;
    changed_.notify_all();
  }
  void fatal(const Error& error) {
    const std::scoped_lock lock(mutex_);
    fatal_ = error;
    changed_.notify_all();
  }

  /// False: not within the deadline.
  bool wait_durable(WriteSequence sequence) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return durable_ >= sequence; });
  }
  bool wait_fatal() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return fatal_.has_value(); });
  }
  std::optional<Error> fatal() {
    const std::scoped_lock lock(mutex_);
    return fatal_;
  }
  int calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  WriteSequence durable_{};
  std::optional<Error> fatal_;
  int calls_ = 0;
};

/// A store in a folder; closed and opened again as often as wanted.
class OpenedStore {
 public:
  explicit OpenedStore(std::string directory, StorageOptions options = {})
      : options_(std::move(options)) {
    options_.directory = std::move(directory);
    options_.peer = history::peer('p');
    options_.on_durable = [this](WriteSequence sequence) { told_.durable(sequence); };
    options_.on_fatal = [this](const Error& error) { told_.fatal(error); };
    open();
  }

  RocksStore& operator*() { return *store_; }
  RocksStore* operator->() { return store_.get(); }
  Told& told() { return told_; }

  void open() {
    auto opened = RocksStore::open(options_);
    const std::string why = opened.ok() ? "" : opened.error().message + opened.error().got;
    REQUIRE_MESSAGE(opened.ok(), why);
    store_ = std::move(opened).value();
  }
  void close() {
    REQUIRE(store_->close().ok());
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  /// Everything written so far is on disk.
  void commit() {
    const WriteSequence last = store_->write_record("fence", "").value();
    store_->submit();
    // Sequences begin anew with each opening: what was told before is not about this one.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (store_->take_durable() < last) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::yield();
    }
    REQUIRE(store_->pending_bytes() == 0);
  }

 private:
  StorageOptions options_;
  Told told_;
  std::unique_ptr<RocksStore> store_;
};

}  // namespace oxbow::test
