#include "storage/store_marker.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"
#include "storage/folder_files.h"
#include "version/canonical_bytes.h"

namespace oxbow::storage {

namespace {

constexpr std::string_view kTitle = "oxbow store 1\n";
constexpr const char* kName = "STORE";

}  // namespace

std::string marker_bytes(const StoreMarker& marker, std::uint64_t turn) {
  CanonicalWriter out;
  out.reserve(kMarkerBytes);
  out.raw(kTitle);
  out.u64(turn);
  out.u8(static_cast<std::uint8_t>(marker.state));
  out.u8(marker.complete ? 1 : 0);
  out.u64(marker.synced.sequence);
  out.u64(marker.synced.manifest.number);
  out.u64(marker.synced.manifest.bytes);
  out.u64(marker.objects);
  out.u64(marker.tombstones);
  const std::vector<FileMark>& logs = marker.synced.logs;
  const std::size_t named = std::min(logs.size(), kMarkedLogs);
  out.u8(static_cast<std::uint8_t>(named));
  for (std::size_t i = logs.size() - named; i < logs.size(); ++i) {
    out.u64(logs[i].number);
    out.u64(logs[i].bytes);
  }
  out.u64(hash64(out.bytes()));
  std::string bytes = out.take();
  OXBOW_ASSERT(bytes.size() <= kMarkerBytes, "a marker fits into its place");
  bytes.resize(kMarkerBytes, '\0');
  return bytes;
}

std::optional<ParsedMarker> parse_marker(std::string_view bytes) {
  CanonicalReader in(bytes);
  if (in.raw(kTitle.size()) != kTitle) return std::nullopt;
  ParsedMarker parsed;
  StoreMarker& marker = parsed.marker;
  parsed.turn = in.u64();
  const std::uint8_t state = in.u8();
  if (state > static_cast<std::uint8_t>(StoreMarker::State::clean)) return std::nullopt;
  marker.state = static_cast<StoreMarker::State>(state);
  marker.complete = in.u8() != 0;
  marker.synced.sequence = in.u64();
  marker.synced.manifest.number = in.u64();
  marker.synced.manifest.bytes = in.u64();
  marker.objects = in.u64();
  marker.tombstones = in.u64();
  const std::uint8_t named = in.u8();
  if (named > kMarkedLogs) return std::nullopt;
  for (std::uint8_t i = 0; i < named; ++i) {
    const std::uint64_t number = in.u64();
    marker.synced.logs.push_back({number, in.u64()});
  }
  const std::uint64_t sum = hash64(bytes.substr(0, bytes.size() - in.left()));
  if (in.u64() != sum || in.failed()) return std::nullopt;
  return parsed;
}

StoreMarkerFile::~StoreMarkerFile() {
  if (file_ >= 0) ::close(file_);
}

Result<StoreMarkerFile::Found> StoreMarkerFile::read() {
  const std::scoped_lock lock(mutex_);
  const auto bytes = read_small_file(folder_ + "/" + kName, 2 * kMarkerBytes);
  if (!bytes) return bytes.error();
  found_ = Found::nothing;
  if (!*bytes) return found_;
  found_ = Found::damaged;
  std::optional<ParsedMarker> newest;
  for (std::size_t at = 0; at + kMarkerBytes <= (*bytes)->size(); at += kMarkerBytes) {
    const auto copy = parse_marker(std::string_view(**bytes).substr(at, kMarkerBytes));
    if (copy && (!newest || copy->turn > newest->turn)) newest = copy;
  }
  if (!newest) return found_;
  found_ = Found::marker;
  marker_ = newest->marker;
  turn_ = newest->turn;
  was_clean_ = marker_.state == StoreMarker::State::clean;
  return found_;
}

StoreMarker StoreMarkerFile::marker() const {
  const std::scoped_lock lock(mutex_);
  return marker_;
}

Status StoreMarkerFile::keep(const StoreMarker& marker) {
  const std::scoped_lock lock(mutex_);
  marker_ = marker;
  if (found_ == Found::marker) return write(true);
  const std::string copy = marker_bytes(marker_, ++turn_);
  if (Status written = write_durably(folder_, kName, copy + copy); !written) return written;
  found_ = Found::marker;
  return Done{};
}

void StoreMarkerFile::note(const SyncedUpTo& synced) {
  const std::scoped_lock lock(mutex_);
  marker_.synced = synced;
  [[maybe_unused]] const Status written = write(false);
}

Status StoreMarkerFile::write(bool durably) {
  const std::string path = folder_ + "/" + kName;
  if (file_ < 0) {
    const auto opened = open_regular(path, O_RDWR);
    if (!opened) return opened.error();
    if (!*opened) return cannot("open", path);
    file_ = **opened;
  }
  const std::string copy = marker_bytes(marker_, ++turn_);
  const auto place = static_cast<off_t>(turn_ % 2 * kMarkerBytes);
  if (::pwrite(file_, copy.data(), copy.size(), place) != static_cast<ssize_t>(copy.size())) {
    return cannot("write", path);
  }
  if (durably && ::fdatasync(file_) != 0) return cannot("sync", path);
  return Done{};
}

}  // namespace oxbow::storage
