#include "config/bucket_text.h"

#include <fmt/format.h>

#include <optional>

#include "base/limits.h"
#include "config/value_texts.h"

namespace oxbow::config {

namespace {

constexpr std::string_view kSpace = " \t";
constexpr std::string_view kForm =
    "NAME n=3 r=2 w=2 conflict=siblings|lww sync=yes|no, where all but NAME may be left out";

/// What was said; the rest follows from it.
struct Parts {
  std::optional<std::string> name;
  std::optional<std::uint32_t> n, r, w;
  std::optional<Conflicts> conflicts;
  std::optional<Sync> sync;
};

template <class T>
Status keep(std::optional<T>& part, T value, std::string_view word) {
  if (part) return complaint(fmt::format("{} is given twice; keep one of them", word));
  part = std::move(value);
  return Done{};
}

Status read_copies(std::optional<std::uint32_t>& part, std::string_view key,
                   std::string_view value) {
  const auto number = read_number(value, 1, limits::kCopiesMost);
  if (!number) return complaint(fmt::format("{}={}: {}", key, value, number.error().message));
  return keep(part, static_cast<std::uint32_t>(*number), key);
}

Status read_bucket_name(Parts& parts, std::string_view word) {
  if (parts.name) {
    return complaint(fmt::format("unknown word {}: write {}", word, kForm));
  }
  auto name = read_name(word);
  if (!name) return name.error();
  if (name->find('/') != std::string::npos) {
    return complaint(
        fmt::format("{} names no bucket: its name is the part of a key before the first /", word));
  }
  parts.name = std::move(*name);
  return Done{};
}

Status read_word(Parts& parts, std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return read_bucket_name(parts, word);
  const std::string_view key = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (key == "n") return read_copies(parts.n, key, value);
  if (key == "r") return read_copies(parts.r, key, value);
  if (key == "w") return read_copies(parts.w, key, value);
  if (key == "conflict") {
    if (value == "siblings") return keep(parts.conflicts, Conflicts::siblings, key);
    if (value == "lww") return keep(parts.conflicts, Conflicts::lww, key);
    return complaint(fmt::format("{}: neither siblings nor lww", word));
  }
  if (key == "sync") {
    const auto sync = read_boolean(value);
    if (!sync) return complaint(fmt::format("{}: {}", word, sync.error().message));
    return keep(parts.sync, *sync ? Sync::yes : Sync::no, key);
  }
  return complaint(fmt::format("unknown word {}: write {}", word, kForm));
}

Status check(const BucketPolicy& bucket) {
  for (const auto& [letter, answers] : {std::pair('r', bucket.r), std::pair('w', bucket.w)}) {
    if (answers <= bucket.n) continue;
    return complaint(fmt::format("{0}={1} cannot be met with n={2} copies: lower {0}, or raise n",
                                 letter, answers, bucket.n));
  }
  return Done{};
}

}  // namespace

Result<BucketPolicy> read_bucket(std::string_view text) {
  Parts parts;
  for (std::size_t start = 0; (start = text.find_first_not_of(kSpace, start)) != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(kSpace, start), text.size());
    if (Status read = read_word(parts, text.substr(start, end - start)); !read) {
      return read.error();
    }
    start = end;
  }
  if (!parts.name) return complaint(fmt::format("names no bucket: write {}", kForm));

  BucketPolicy bucket;
  bucket.name = *parts.name;
  if (parts.n) {
    bucket.n = *parts.n;
    bucket.r = bucket.w = bucket.n / 2 + 1;
  }
  bucket.r = parts.r.value_or(bucket.r);
  bucket.w = parts.w.value_or(bucket.w);
  bucket.conflicts = parts.conflicts.value_or(bucket.conflicts);
  bucket.sync = parts.sync.value_or(bucket.sync);
  if (Status checked = check(bucket); !checked) return checked.error();
  return bucket;
}

std::string write_bucket(const BucketPolicy& bucket) {
  return fmt::format("{} n={} r={} w={} conflict={} sync={}", bucket.name, bucket.n, bucket.r,
                     bucket.w, bucket.conflicts == Conflicts::lww ? "lww" : "siblings",
                     bucket.sync == Sync::yes ? "yes" : "no");
}

}  // namespace oxbow::config
