#include "files/shared_folders.h"

#include <deque>
#include <utility>

#include "files/hasher.h"
#include "files/observer.h"
#include "files/piece_reader.h"
#include "files/shares.h"

namespace oxbow {

struct SharedFolders::Threads {
  Threads(std::unique_ptr<Shares> opened, const SharedFoldersOptions& options)
      : shares(std::move(opened)),
        reader(*shares),
        observer(*shares, options.watch, options.rescan_every) {
    for (std::size_t i = 0; i < options.hash_threads; ++i) {
      hashers.emplace_back(*shares, i == 0 ? Catalog::kAnySize : limits::kQuicklyHashed);
    }
  }
  ~Threads() { shares->stop(); }  // then the members wait for their threads

  bool start() {
    bool started = reader.start() && observer.start();
    for (Hasher& hasher : hashers) started = started && hasher.start();
    return started;
  }

  std::unique_ptr<Shares> shares;
  PieceReader reader;
  Observer observer;
  std::deque<Hasher> hashers;
};

Result<std::unique_ptr<SharedFolders>> SharedFolders::open(const SharedFoldersOptions& options,
                                                           std::function<void()> wake) {
  auto shares = Shares::open(options.folders, std::move(wake));
  if (!shares) return shares.error();
  auto threads = std::make_unique<Threads>(std::move(shares).value(), options);
  if (!options.folders.empty() && !threads->start()) {
    return Error{"no-threads", "cannot share folders: no thread could be started", {}, {}};
  }
  return std::unique_ptr<SharedFolders>(new SharedFolders(std::move(threads)));
}

SharedFolders::SharedFolders(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}
SharedFolders::~SharedFolders() = default;

std::optional<IndexUpdate> SharedFolders::take_update() { return threads_->shares->take_update(); }
void SharedFolders::read(const DiskRead& request) { threads_->reader.read(request); }
std::optional<FinishedRead> SharedFolders::take_read() { return threads_->reader.take(); }
std::optional<std::string> SharedFolders::take_message() {
  return threads_->shares->take_message();
}

}  // namespace oxbow
