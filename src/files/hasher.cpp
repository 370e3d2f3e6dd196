#include "files/hasher.h"

#include <memory>
#include <span>

#include "base/limits.h"
#include "base/printable.h"
#include "files/hash_file.h"
#include "files/keys.h"

namespace oxbow {

bool Hasher::start() {
  return thread_.start("shares-hash", [this] { run(); });
}

void Hasher::run() {
  std::unique_ptr<char[]> buffer;  // given back while there is nothing to do
  while (const auto job = shares_.wait_for_job(most_)) {
    if (!buffer) buffer.reset(new char[limits::kHashBuffer]);
    const auto folder = shares_.folder(job->folder);
    const auto outcome = hash_file(
        folder->get(), job->key, std::span(buffer.get(), limits::kHashBuffer), shares_.stopping());
    if (!outcome) return;
    const bool idle = shares_.with_catalog([&](Catalog& catalog) {
      catalog.finish(*job, *outcome, std::chrono::steady_clock::now());
      return !catalog.next_due(most_).has_value();
    });
    if (!idle) continue;
    buffer.reset();
    tell_unreadable();
  }
}

void Hasher::tell_unreadable() {
  std::string message;
  shares_.with_catalog([&](Catalog& catalog) {
    const auto count = catalog.take_unreadable();
    if (count == 0) return;
    message = "files that cannot be read (permissions?): " + std::to_string(count) +
              ", the last: " + printable(catalog.last_unreadable(), kShownPath);
  });
  if (message.empty() || message == told_) return;
  told_ = message;
  shares_.tell(std::move(message));
}

}  // namespace oxbow
