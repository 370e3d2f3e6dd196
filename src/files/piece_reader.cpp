#include "files/piece_reader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/limits.h"
#include "files/beneath.h"

namespace oxbow {

PieceReader::~PieceReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

bool PieceReader::start() {
  started_ = thread_.start("shares-read", [this] { run(); });
  return started_;
}

void PieceReader::read(const DiskRead& request) {
  bool refused = false;
  {
    const std::lock_guard lock(mutex_);
    refused = !started_ || requests_.size() + results_ >= limits::kDiskReads;
    if (refused) {
      const auto why = started_ ? PieceStatus::busy : PieceStatus::not_found;
      finished_.push_back({request.ticket, why, {}});
    } else {
      requests_.push_back({request.ticket, std::string(request.key), request.sha256, request.offset,
                           request.length});
    }
  }
  if (refused) {
    shares_.wake();
  } else {
    work_.notify_one();
  }
}

std::optional<FinishedRead> PieceReader::take() {
  const std::lock_guard lock(mutex_);
  if (finished_.empty()) return std::nullopt;
  FinishedRead read = std::move(finished_.front());
  finished_.pop_front();
  if (!read.bytes.empty()) --results_;
  return read;
}

std::optional<PieceReader::Request> PieceReader::wait_for_request() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !requests_.empty(); });
  if (stopping_) return std::nullopt;
  Request request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

void PieceReader::run() {
  while (const auto request = wait_for_request()) {
    FinishedRead read;
    read.ticket = request->ticket;
    read.status = carry_out(*request, read.bytes);
    if (read.status != PieceStatus::ok) read.bytes.clear();
    {
      const std::lock_guard lock(mutex_);
      if (!read.bytes.empty()) ++results_;
      finished_.push_back(std::move(read));
    }
    shares_.wake();
  }
}

PieceStatus PieceReader::carry_out(const Request& request, std::string& bytes) {
  const auto known =
      shares_.with_catalog([&](const Catalog& catalog) { return catalog.find(request.key); });
  if (!known) return PieceStatus::not_found;
  if (known->digest != request.sha256 || !known->current) return PieceStatus::changed;
  if (request.length == 0 || request.length > limits::kPiece) return PieceStatus::failed;
  if (request.offset > known->state.size) return PieceStatus::failed;

  const auto changed = [&] {
    shares_.with_catalog([&](Catalog& catalog) {
      catalog.suspect(request.key, std::chrono::steady_clock::now() + limits::kFileSettles);
    });
    return PieceStatus::changed;
  };
  const auto folder = shares_.folder(known->folder);
  const FileDescriptor file = open_file_beneath(folder->get(), request.key);
  if (!file.is_open()) return means_absent(errno) ? changed() : PieceStatus::failed;

  bytes.resize(std::min<std::uint64_t>(request.length, known->state.size - request.offset));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(request.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return PieceStatus::failed;
    if (count == 0) return changed();
    done += static_cast<std::size_t>(count);
  }
  // After reading: what was read is of the content that was hashed.
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return PieceStatus::failed;
  return state_of(status) == known->state ? PieceStatus::ok : changed();
}

}  // namespace oxbow
