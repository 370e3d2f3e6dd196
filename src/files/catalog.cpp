#include "files/catalog.h"

#include <algorithm>
#include <iterator>

namespace oxbow {

namespace {

bool is_below(std::string_view key, std::string_view path) {
  return path.empty() ||
         (key.size() > path.size() && key.starts_with(path) && key[path.size()] == '/');
}

// The first key that can be below `path`.
std::string first_below(std::string_view path) {
  std::string first(path);
  if (!first.empty()) first += '/';
  return first;
}

// A file that keeps changing is tried less and less often: up to every 6.4 s.
Moment next_attempt(Moment now, std::uint8_t attempts) {
  return now + limits::kFileSettles * (1 << std::min<int>(attempts, 6));
}

}  // namespace

// -- what is there ----------------------------------------------------------------------------

void Catalog::notice(FolderNumber folder, const std::string& key, const FileState& state,
                     Moment when, Notice how) {
  auto entry = entries_.find(key);
  if (entry == entries_.end()) {
    if (entries_.size() >= most_files_) {
      ++beyond_limit_;
      return;
    }
    entry = entries_.emplace(key, Entry()).first;
    entry->second.folder = folder;
    entry->second.scan = scan_;
    replace(entry, state, when);
    return;
  }
  Entry& known = entry->second;
  if (folder > known.folder) {
    shadowed_[{key, folder}] = {state, scan_};
    return;
  }
  if (folder < known.folder) {
    shadowed_[{key, known.folder}] = {known.state, known.scan};
    shadowed_.erase({key, folder});
    known.folder = folder;
    known.scan = scan_;
    replace(entry, state, when);
    return;
  }
  known.scan = scan_;
  if (state != known.state || known.unreadable) {
    replace(entry, state, known.queued && how == Notice::seen ? known.due : when);
  } else if (known.queued && how == Notice::closed) {
    queue(entry, when);
  }
}

void Catalog::replace(Entries::iterator entry, const FileState& state, Moment when) {
  entry->second.state = state;
  entry->second.unreadable = false;
  if (entry->second.job != 0) {
    entry->second.again = true;
  } else {
    queue(entry, when);
  }
}

void Catalog::gone(FolderNumber folder, const std::string& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  if (entry->second.folder == folder) {
    drop(entry, Moment{});
  } else {
    shadowed_.erase({key, folder});
  }
}

void Catalog::drop(Entries::iterator entry, Moment when) {
  const auto other = shadowed_.lower_bound({entry->first, 0});
  if (other != shadowed_.end() && other->first.first == entry->first) {
    entry->second.folder = other->first.second;
    entry->second.scan = other->second.scan;
    const FileState state = other->second.state;
    shadowed_.erase(other);
    replace(entry, state, when);
    return;
  }
  unqueue(entry);
  set_pending(entry->second, false);
  make_unfindable(entry);
  entries_.erase(entry);
}

void Catalog::suspect(const std::string& key, Moment when) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || entry->second.queued || entry->second.job != 0) return;
  queue(entry, when);
}

bool Catalog::sweep(FolderNumber folder, std::string_view path, std::string& cursor,
                    std::size_t most) {
  if (cursor.empty()) cursor = first_below(path);
  auto entry = entries_.lower_bound(cursor);
  for (std::size_t looked = 0; entry != entries_.end() && is_below(entry->first, path); ++looked) {
    if (looked == most) {
      cursor = entry->first;
      return true;
    }
    const auto next = std::next(entry);
    if (entry->second.folder == folder && entry->second.scan != scan_) drop(entry, Moment{});
    entry = next;
  }
  std::erase_if(shadowed_, [&](const auto& item) {
    return item.first.second == folder && item.second.scan != scan_ &&
           is_below(item.first.first, path);
  });
  return false;
}

void Catalog::set_scanning(bool scanning) {
  if (scanning) beyond_limit_ = 0;  // counted anew
  progress_.scanning = scanning;
  progress_changed_ = true;
}

// -- hashing ----------------------------------------------------------------------------------

void Catalog::set_pending(Entry& entry, bool pending) {
  const bool before = entry.queued || entry.job != 0;
  if (before) {
    --progress_.pending_files;
    progress_.pending_bytes -= entry.pending_size;
  }
  if (!pending) {
    entry.queued = false;
    entry.job = 0;
    entry.again = false;
  } else {
    entry.pending_size = entry.state.size;
    ++progress_.pending_files;
    progress_.pending_bytes += entry.pending_size;
  }
  progress_changed_ = progress_changed_ || before || pending;
}

void Catalog::queue(Entries::iterator entry, Moment due) {
  unqueue(entry);
  set_pending(entry->second, true);
  entry->second.queued = true;
  entry->second.due = due;
  queue_.insert({due, &entry->first});
}

void Catalog::unqueue(Entries::iterator entry) {
  if (!entry->second.queued) return;
  if (queue_.erase({entry->second.due, &entry->first}) > 0) return;
  ready_.erase({entry->second.pending_size, &entry->first});
}

std::optional<HashJob> Catalog::next_job(Moment now, std::uint64_t most) {
  while (!queue_.empty() && queue_.begin()->due <= now) {
    const std::string* const key = queue_.extract(queue_.begin()).value().key;
    ready_.insert({entries_.find(*key)->second.pending_size, key});
  }
  if (ready_.empty() || ready_.begin()->size > most) return std::nullopt;
  const auto entry = entries_.find(*ready_.begin()->key);
  unqueue(entry);
  entry->second.queued = false;
  entry->second.job = ++last_job_;
  return HashJob{last_job_, entry->second.folder, entry->first};
}

std::optional<Moment> Catalog::next_due(std::uint64_t most) const {
  if (!ready_.empty() && ready_.begin()->size <= most) return Moment::min();
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->due;
}

void Catalog::finish(const HashJob& job, const HashOutcome& outcome, Moment now) {
  const auto entry = entries_.find(job.key);
  if (entry == entries_.end() || entry->second.job != job.id) return;
  // News of a change that this attempt has seen already is no news.
  const bool has_seen = outcome.end == HashEnd::hashed && outcome.state == entry->second.state;
  const bool stale = entry->second.folder != job.folder || (entry->second.again && !has_seen);
  set_pending(entry->second, false);
  if (stale || outcome.end == HashEnd::changed) {
    queue(entry, next_attempt(now, entry->second.attempts));
    if (entry->second.attempts < 255) ++entry->second.attempts;
    return;
  }
  switch (outcome.end) {
    case HashEnd::hashed:
      make_findable(entry, outcome);
      break;
    case HashEnd::unsettled:
      queue(entry, outcome.retry);
      break;
    case HashEnd::gone:
      drop(entry, now);
      break;
    case HashEnd::unreadable:
      make_unfindable(entry);
      entry->second.unreadable = true;
      ++new_unreadable_;
      last_unreadable_ = entry->first;
      break;
    case HashEnd::changed:
      break;  // above
  }
}

void Catalog::make_findable(Entries::iterator entry, const HashOutcome& outcome) {
  Entry& known = entry->second;
  known.attempts = 0;
  known.state = outcome.state;
  const bool same =
      known.findable && known.digest == outcome.digest && known.findable_size == outcome.state.size;
  if (same) return;
  make_unfindable(entry);
  known.findable = true;
  known.digest = outcome.digest;
  known.findable_size = outcome.state.size;
  ++progress_.files;
  progress_.bytes += known.findable_size;
  news_.insert(entry->first);
}

void Catalog::make_unfindable(Entries::iterator entry) {
  if (!entry->second.findable) return;
  entry->second.findable = false;
  --progress_.files;
  progress_.bytes -= entry->second.findable_size;
  news_.insert(entry->first);
}

// -- for others -------------------------------------------------------------------------------

std::optional<Catalog::Findable> Catalog::find(std::string_view key) const {
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || !entry->second.findable) return std::nullopt;
  const Entry& known = entry->second;
  return Findable{known.folder, known.state, known.digest, !known.queued && known.job == 0};
}

std::optional<IndexUpdate> Catalog::take_update() {
  if (!has_update()) return std::nullopt;
  IndexUpdate update;
  for (std::size_t taken = 0; taken < limits::kUpdateFiles && !news_.empty(); ++taken) {
    std::string key = std::move(news_.extract(news_.begin()).value());
    const auto entry = entries_.find(key);
    if (entry != entries_.end() && entry->second.findable) {
      update.found.push_back({std::move(key), entry->second.findable_size, entry->second.digest});
    } else {
      update.removed.push_back(std::move(key));
    }
  }
  update.progress = progress();
  progress_changed_ = false;
  return update;
}

ShareStatus Catalog::progress() const { return progress_; }

}  // namespace oxbow
