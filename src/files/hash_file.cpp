#include "files/hash_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/limits.h"
#include "base/sha256.h"
#include "files/beneath.h"

namespace oxbow {

namespace {

HashOutcome ended(HashEnd end) {
  HashOutcome outcome;
  outcome.end = end;
  return outcome;
}

HashOutcome not_opened(int error) {
  return ended(means_absent(error) ? HashEnd::gone : HashEnd::unreadable);
}

std::optional<FileState> state_of_open(const FileDescriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return std::nullopt;
  return state_of(status);
}

// How long ago the file changed; below zero if it claims to have changed in the future.
std::chrono::nanoseconds age_of(const FileState& state) {
  return std::chrono::system_clock::now().time_since_epoch() -
         std::chrono::nanoseconds(state.modified_ns);
}

}  // namespace

std::optional<HashOutcome> hash_file(int folder, std::string_view path, std::span<char> buffer,
                                     const std::atomic<bool>& stopping) {
  const FileDescriptor file = open_file_beneath(folder, path);
  if (!file.is_open()) return not_opened(errno);
  const auto before = state_of_open(file);
  if (!before) return ended(HashEnd::unreadable);
  // The clock of a file system is coarse: a second change right after the first may not show.
  const auto age = age_of(*before);
  if (age >= age.zero() && age < limits::kFileSettles) {
    HashOutcome outcome = ended(HashEnd::unsettled);
    outcome.retry = std::chrono::steady_clock::now() + (limits::kFileSettles - age);
    return outcome;
  }

  Sha256 hash;
  for (std::uint64_t offset = 0; offset < before->size;) {
    if (stopping.load(std::memory_order_relaxed)) return std::nullopt;
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ended(HashEnd::unreadable);
    if (count == 0) return ended(HashEnd::changed);
    hash.update({buffer.data(), static_cast<std::size_t>(count)});
    offset += static_cast<std::uint64_t>(count);
    if (state_of_open(file) != before) return ended(HashEnd::changed);
  }
  const FileDescriptor again = open_file_beneath(folder, path);
  if (!again.is_open()) return not_opened(errno);
  if (state_of_open(again) != before) return ended(HashEnd::changed);

  HashOutcome outcome = ended(HashEnd::hashed);
  outcome.state = *before;
  outcome.digest = hash.finish();
  return outcome;
}

}  // namespace oxbow
