// For tests of shared folders: a temporary folder, and shared folders whose news are applied to an
// index as a peer would. Waiting is for a condition, woken by the shared folders, with a deadline.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "files/shared_folders.h"

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
  void make_folder(const std::string& below) const {
    std::filesystem::create_directories(at(below));
  }
  void write(const std::string& below, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(at(below)).parent_path());
    std::ofstream file(at(below), std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    REQUIRE(file.good());
  }
  /// As if last changed an hour ago.
  void make_old(const std::string& below) const {
    std::filesystem::last_write_time(
        at(below), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }
  void remove(const std::string& below) const { std::filesystem::remove_all(at(below)); }
  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(at(from), at(to));
  }
  void link(const std::string& target, const std::string& below) const {
    REQUIRE(::symlink(target.c_str(), at(below).c_str()) == 0);
  }

 private:
  std::string path_;
};

class Sharing {
 public:
  explicit Sharing(SharedFoldersOptions options) {
    auto opened = SharedFolders::open(options, [this] {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      wake_.notify_all();
    });
    REQUIRE(opened.ok());
    folders_ = std::move(opened).value();
  }
  explicit Sharing(std::vector<std::string> folders)
      : Sharing(SharedFoldersOptions{std::move(folders), 1, true, limits::kRescanEvery}) {}

  SharedFolders& folders() { return *folders_; }
  const std::map<std::string, SharedFile>& index() const { return index_; }
  const ShareStatus& progress() const { return progress_; }
  const std::vector<std::string>& messages() const { return messages_; }
  int updates() const { return updates_; }
  /// How often a key was found anew.
  int found(const std::string& key) const {
    const auto count = found_.find(key);
    return count == found_.end() ? 0 : count->second;
  }

  std::vector<std::string> keys() const {
    std::vector<std::string> result;
    for (const auto& [key, file] : index_) result.push_back(key);
    return result;
  }
  bool holds(const std::string& key, const std::string& content) const {
    const auto file = index_.find(key);
    return file != index_.end() && file->second.sha256 == sha256(content) &&
           file->second.size == content.size();
  }
  bool idle() const { return updates_ > 0 && !progress_.scanning && progress_.pending_files == 0; }

  template <class Condition>
  bool wait_for(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (true) {
      take();
      if (condition()) return true;
      std::unique_lock lock(mutex_);
      if (!wake_.wait_until(lock, deadline, [this] { return woken_; })) return false;
      woken_ = false;
    }
  }
  bool wait_until_idle() {
    return wait_for([this] { return idle(); });
  }

  /// Reads a piece of the content that the index knows.
  FinishedRead read(const std::string& key, std::uint64_t offset = 0,
                    std::uint32_t length = limits::kPiece) {
    const auto file = index_.find(key);
    return read(key, file == index_.end() ? Digest{} : file->second.sha256, offset, length);
  }
  FinishedRead read(const std::string& key, const Digest& digest, std::uint64_t offset,
                    std::uint32_t length) {
    const DiskTicket ticket{1'000'000 + ++last_ticket_};
    folders_->read({ticket, key, digest, offset, length});
    REQUIRE(wait_for([&] { return reads_.count(ticket) != 0; }));
    return std::move(reads_.extract(ticket).mapped());
  }

  /// Waits for `count` reads that were asked of folders() itself, and hands them to `each`.
  template <class Each>
  bool wait_for_reads(std::size_t count, Each each) {
    if (!wait_for([&] { return reads_.size() >= count; })) return false;
    for (const auto& [ticket, read] : reads_) each(read);
    reads_.clear();
    return true;
  }

  /// Ends the threads.
  void end() { folders_.reset(); }

 private:
  void take() {
    while (auto update = folders_->take_update()) {
      ++updates_;
      CHECK(update->removed.size() + update->found.size() <= limits::kUpdateFiles);
      for (const auto& key : update->removed) index_.erase(key);
      for (auto& file : update->found) {
        ++found_[file.key];
        index_.insert_or_assign(file.key, file);
      }
      progress_ = update->progress;
    }
    while (auto read = folders_->take_read()) reads_.insert_or_assign(read->ticket, *read);
    while (auto message = folders_->take_message()) messages_.push_back(*message);
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;

  std::map<std::string, SharedFile> index_;
  std::map<std::string, int> found_;
  std::map<DiskTicket, FinishedRead> reads_;
  std::vector<std::string> messages_;
  ShareStatus progress_;
  int updates_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::unique_ptr<SharedFolders> folders_;  // last: its threads call wake until it has ended
};

}  // namespace oxbow::test
