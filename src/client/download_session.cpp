#include "client/download_session.h"

#include <algorithm>
#include <map>
#include <thread>

#include "base/ids.h"
#include "client/endpoint.h"
#include "client/part_file.h"
#include "transfer/assembly.h"
#include "transfer/download.h"

namespace oxbow {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBusyPause{50};  // before a busy holder is asked again
constexpr int kBusyAnswers = 100;       // in a row, after which it counts as failed

constexpr const char* kGoesOn = " (what has come is kept; the same command goes on from there)";

Error no_room(const DiskRoom& room, std::uint64_t needed, const char* remedy) {
  return {"no-room",
          std::string("there is no room for it on the disk, where some has to stay free") + remedy,
          std::to_string(needed) + " bytes more",
          std::to_string(room.usable()) + " bytes may be written"};
}

class DownloadSession {
 public:
  DownloadSession(Channel& channel, milliseconds patience, std::vector<SearchHit> holders,
                  const Digest& digest, PartFile file,
                  const std::function<void(const FetchProgress&)>& on_progress)
      : channel_(channel),
        patience_(patience),
        holders_(std::move(holders)),
        digest_(digest),
        size_(holders_.front().size),
        file_(std::move(file)),
        on_progress_(on_progress) {}

  Status run(FetchSummary& summary) {
    if (file_.size() > size_) {
      if (Status cleared = file_.clear(); !cleared) return cleared;
    }
    summary.resumed = file_.size();
    for (;;) {
      const bool clean = file_.size() == 0;
      senders_ = 0;
      Status ended = attempt(summary);
      if (ended) return file_.finish();
      if (ended.error().code != "wrong-digest") return ended;
      if (Status cleared = file_.clear(); !cleared) return cleared;
      // Somebody's bytes were wrong: of one holder alone it is known whose.
      if (clean && senders_ <= 1) {
        give_up(summary, "its content was not what it had announced");
        if (holders_.empty()) return ended;
      } else {
        summary.resumed = 0;
        std::rotate(holders_.begin(), holders_.begin() + 1, holders_.end());
        if (++mixed_attempts_ > kMixedAttempts) return ended;
      }
    }
  }

 private:
  static constexpr int kMixedAttempts = 3;
  static constexpr std::chrono::seconds kRoomKnown{1};          // so long, and for so many bytes,
  static constexpr std::uint64_t kRoomAhead = 8 * 1024 * 1024;  // the disk is not looked at again

  struct Asked {
    std::uint64_t offset = 0;
  };

  // From what is in the file to the whole content, verified.
  Status attempt(FetchSummary& summary) {
    Download download(size_, file_.size());
    Assembly assembly(size_, digest_);
    if (Status read = file_.read([&](std::string_view bytes) { assembly.absorb(bytes); }); !read) {
      return read;
    }
    asked_.clear();
    bool sent_something = false;
    while (!download.finished()) {
      report(download);
      Status asked = ask(download);
      if (!asked) return asked;
      Result<std::string> piece = await(download);
      if (!piece) {
        const std::string& code = piece.error().code;
        if (code == "peer-hangs") return peer_hangs(Asks::reads);  // not the holder's fault
        if (code == "peer-lost" || code == "file") return piece.error();
        const Error& reason = piece.error();
        give_up(summary, reason.message);
        download.lost_all();
        asked_.clear();
        sent_something = false;
        if (holders_.empty()) return no_holder(reason, download.done());
        continue;
      }
      if (piece->empty()) continue;
      if (!sent_something) ++senders_;
      sent_something = true;
      summary.holder = holders_.front().holder;
      summary.holder_name = holders_.front().holder_name;
      assembly.add(arrived_at_, std::move(*piece));
      while (std::optional<std::string> bytes = assembly.take()) {
        if (Status fits = has_room_for(bytes->size()); !fits) return fits;
        if (Status written = file_.append(*bytes); !written) return written;
      }
    }
    report(download);
    return assembly.verify();
  }

  // Others write to the disk too, while this goes on.
  Status has_room_for(std::size_t more) {
    const auto now = steady_clock::now();
    if (now < room_known_until_ && more <= room_) {
      room_ -= more;
      return Done{};
    }
    const Result<DiskRoom> room = file_.room();
    if (!room) return room.error();
    if (more > room->usable()) {
      return no_room(*room, size_ - file_.size(), file_.size() > 0 ? kGoesOn : "");
    }
    room_known_until_ = now + kRoomKnown;
    room_ = std::min<std::uint64_t>(room->usable() - more, kRoomAhead);
    return Done{};
  }

  Status ask(Download& download) {
    const SearchHit& holder = holders_.front();
    while (std::optional<PieceRange> range = download.next()) {
      PieceCall call{holder.key,    holder.holder, holder.holder_id,
                     holder.sha256, range->offset, range->length};
      Result<std::uint32_t> id = channel_.send(call, steady_clock::now() + patience_);
      if (!id) return id.error();
      asked_[*id] = {range->offset};
    }
    return Done{};
  }

  // The bytes of one piece; empty: the holder was busy, and is to be asked again.
  Result<std::string> await(Download& download) {
    const Deadline deadline = steady_clock::now() + patience_;
    for (;;) {
      Result<Arrival> arrival = channel_.receive(deadline);
      if (!arrival) return arrival.error();
      auto* answer = std::get_if<Result<ClientAnswer>>(&arrival->content);
      const auto asked = asked_.find(arrival->id);
      if (answer == nullptr || asked == asked_.end()) continue;  // of a holder given up before
      const std::uint64_t offset = asked->second.offset;
      asked_.erase(asked);
      if (!*answer) {
        if (answer->error().code != "busy" || ++busy_ > kBusyAnswers) return answer->error();
        std::this_thread::sleep_for(kBusyPause);
        if (Status lost = download.lost(offset); !lost) return lost.error();
        return std::string();
      }
      auto* piece = std::get_if<PieceAnswer>(&**answer);
      if (piece == nullptr) return Error{"wrong-answer", "the peer sent no piece", "", ""};
      if (Status fits = download.arrived(offset, piece->data.size()); !fits) return fits.error();
      busy_ = 0;
      arrived_at_ = offset;
      return std::move(piece->data);
    }
  }

  void give_up(FetchSummary& summary, const std::string& reason) {
    summary.failed.push_back({holders_.front().holder, reason});
    holders_.erase(holders_.begin());
    busy_ = 0;
  }

  Error no_holder(const Error& last, std::uint64_t done) const {
    return {"no-holder", "no holder is left: " + last.message + (done > 0 ? kGoesOn : ""), "",
            std::to_string(done) + " of " + std::to_string(size_) + " bytes"};
  }

  void report(const Download& download) const {
    if (on_progress_) {
      on_progress_({download.done(), size_, holders_.empty() ? "" : holders_.front().holder});
    }
  }

  Channel& channel_;
  milliseconds patience_;
  std::vector<SearchHit> holders_;  // the first is the one that is asked
  Digest digest_;
  std::uint64_t size_;
  PartFile file_;
  const std::function<void(const FetchProgress&)>& on_progress_;
  std::map<std::uint32_t, Asked> asked_;  // by request number
  std::uint64_t arrived_at_ = 0;
  steady_clock::time_point room_known_until_{};
  std::uint64_t room_ = 0;  // bytes that may be written before the disk is looked at
  int busy_ = 0;            // answers in a row
  int senders_ = 0;         // holders that this attempt has pieces of
  int mixed_attempts_ = 0;  // that ended with a wrong digest
};

}  // namespace

Result<FetchSummary> download(Channel& channel, milliseconds patience,
                              const std::vector<SearchHit>& hits, const FetchOptions& options,
                              const std::function<void(const FetchProgress&)>& on_progress) {
  const auto started = steady_clock::now();
  if (hits.empty()) return Error{"no-holder", "nothing to fetch: no holder is known", "", ""};
  const SearchHit& wanted = hits.front();
  Result<Digest> digest = parse_digest(wanted.sha256);
  if (!digest) return digest.error();

  std::vector<SearchHit> holders;
  std::copy_if(hits.begin(), hits.end(), std::back_inserter(holders), [&](const SearchHit& hit) {
    return hit.sha256 == wanted.sha256 && hit.size == wanted.size;
  });
  if (options.max_size > 0 && wanted.size > options.max_size) {
    return Error{"over-max-size", "it is larger than it may be",
                 "at most " + std::to_string(options.max_size) + " bytes",
                 std::to_string(wanted.size) + " bytes"};
  }
  Result<PartFile> file = PartFile::open(options.path, options.overwrite);
  if (!file) return file.error();
  const std::uint64_t there = file->size() <= wanted.size ? file->size() : 0;
  const Result<DiskRoom> room = file->room();
  if (room && wanted.size - there > room->usable()) {
    file->discard_if_empty();
    return no_room(*room, wanted.size - there, "");
  }

  FetchSummary summary;
  summary.path = options.path;
  summary.key = wanted.key;
  summary.size = wanted.size;
  summary.sha256 = wanted.sha256;
  DownloadSession session(channel, patience, std::move(holders), *digest, std::move(*file),
                          on_progress);
  if (Status ended = session.run(summary); !ended) return ended.error();
  summary.elapsed_ms =
      std::chrono::duration<double, std::milli>(steady_clock::now() - started).count();
  return summary;
}

}  // namespace oxbow
