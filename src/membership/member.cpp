#include "membership/member.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/utf8.h"

namespace oxbow {

Member member_of(const MemberRecord& record) {
  return {record.id,      record.incarnation,       record.state,
          record.address, std::string(record.name), std::string(record.zone),
          record.tokens};
}

Bucket bucket_of(const BucketRecord& record) {
  Bucket bucket;
  bucket.policy = {std::string(record.name), record.n,   record.r, record.w,
                   record.conflicts,         record.sync};
  bucket.version = record.version;
  bucket.proposer = record.proposer;
  return bucket;
}

MemberRecord record_of(const Member& member, Arena& arena) {
  return {member.id,      member.incarnation,      member.state,
          member.address, arena.copy(member.name), arena.copy(member.zone),
          member.tokens};
}

BucketRecord record_of(const Bucket& bucket, Arena& arena) {
  const BucketPolicy& policy = bucket.policy;
  return {arena.copy(policy.name), bucket.version, bucket.proposer, policy.n, policy.r, policy.w,
          policy.conflicts,        policy.sync};
}

bool supersedes(const Member& a, const Member& b, TrustedIncarnation trusted) {
  const bool a_is_trusted = a.incarnation <= trusted;
  const bool b_is_trusted = b.incarnation <= trusted;
  if (a_is_trusted != b_is_trusted) return a_is_trusted;
  const auto rank = [](const Member& m) {
    return std::tie(m.incarnation, m.state, m.tokens, m.zone, m.address, m.name);
  };
  return rank(b) < rank(a);
}

bool supersedes(const Bucket& a, const Bucket& b) {
  if (a.version != b.version) return a.version > b.version;
  if (a.proposer != b.proposer) return a.proposer < b.proposer;
  const auto rank = [](const BucketPolicy& p) {
    return std::tie(p.n, p.r, p.w, p.conflicts, p.sync);
  };
  return rank(b.policy) < rank(a.policy);
}

std::optional<Bucket> held(const Bucket& bucket) {
  if (bucket.version >= kHeldVersion) return std::nullopt;
  Bucket confirmed = bucket;
  confirmed.version = kHeldVersion;
  return confirmed;
}

std::uint64_t changed_version(const Bucket* known) {
  return 1 + std::max(kHeldVersion, known == nullptr ? 0 : known->version);
}

bool is_label(std::string_view text) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  };
  return text.size() <= limits::kName && is_utf8(text) &&
         std::none_of(text.begin(), text.end(), is_control);
}

namespace {

Error bad_record(std::string_view what, std::string needed, std::string got) {
  return {"bad-record", fmt::format("a record with {}", what), std::move(needed), std::move(got)};
}

/// `what` is the text's place in the record. Each cause has its own words.
Status check_label(std::string_view what, std::string_view text) {
  if (text.size() > limits::kName) {
    return bad_record(fmt::format("{} that is too long", what),
                      fmt::format("at most {} bytes", limits::kName),
                      fmt::format("{} bytes", text.size()));
  }
  if (!is_label(text)) {
    return bad_record(fmt::format("{} that is no text", what), "UTF-8 without control characters",
                      "");
  }
  return Done{};
}

Status check_bucket_name(std::string_view name) {
  if (name.empty()) return bad_record("an empty bucket name", "1 byte at least", "0 bytes");
  if (name.find('/') != std::string::npos) {
    return bad_record("a bucket name that no key has", "a text without '/'", std::string(name));
  }
  return check_label("a bucket name", name);
}

}  // namespace

Status check(const Member& member) {
  if (member.id.is_zero()) return bad_record("no peer id", "", "");
  if (member.incarnation == 0) return bad_record("incarnation 0", "", "");
  if (member.tokens == 0 || member.tokens > limits::kTokensMost) {
    return bad_record("a wrong number of tokens", fmt::format("1 to {}", limits::kTokensMost),
                      fmt::to_string(member.tokens));
  }
  if (member.address.port == 0 || member.address.is_unspecified()) {
    return bad_record("an address that nobody can dial", "an IP address and a port",
                      to_string(member.address));
  }
  if (const Status name = check_label("a name", member.name); !name.ok()) return name;
  return check_label("a zone", member.zone);
}

Status check(const Bucket& bucket) {
  const BucketPolicy& policy = bucket.policy;
  if (const Status name = check_bucket_name(policy.name); !name.ok()) return name;
  if (bucket.version == 0 || bucket.version > limits::kBucketVersions) {
    return bad_record("a wrong bucket version", fmt::format("1 to {}", limits::kBucketVersions),
                      fmt::to_string(bucket.version));
  }
  if (bucket.proposer.is_zero()) return bad_record("a bucket that nobody proposed", "", "");
  const bool fits = policy.n >= 1 && policy.n <= limits::kCopiesMost && policy.r >= 1 &&
                    policy.r <= policy.n && policy.w >= 1 && policy.w <= policy.n;
  if (!fits) {
    return bad_record("a bucket policy that cannot be kept",
                      fmt::format("1 <= r, w <= n <= {}", limits::kCopiesMost),
                      fmt::format("n={} r={} w={}", policy.n, policy.r, policy.w));
  }
  return Done{};
}

std::string to_string(const BucketPolicy& policy) {
  return fmt::format("n={} r={} w={} conflict={} sync={}", policy.n, policy.r, policy.w,
                     policy.conflicts == Conflicts::lww ? "lww" : "siblings",
                     policy.sync == Sync::yes ? "yes" : "no");
}

}  // namespace oxbow
