#include "membership/record_bytes.h"

#include "base/limits.h"
#include "membership/members.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

constexpr std::uint8_t kFormat = 1;

void write_text(CanonicalWriter& out, std::string_view text) {
  out.varint(text.size());
  out.raw(text);
}

std::string read_text(CanonicalReader& in) {
  const std::uint64_t size = in.varint();
  return std::string(in.raw(size <= limits::kName ? size : in.left() + 1));
}

PeerId read_id(CanonicalReader& in) {
  const std::string_view raw = in.raw(PeerId::kSize);
  return in.failed() ? PeerId{} : PeerId::from_bytes(raw);
}

void write(CanonicalWriter& out, const Member& member) {
  out.raw(member.id.view());
  out.u64(member.incarnation);
  out.u8(static_cast<std::uint8_t>(member.state));
  for (const std::uint8_t byte : member.address.ip) out.u8(byte);
  out.varint(member.address.port);
  write_text(out, member.name);
  write_text(out, member.zone);
  out.varint(member.tokens);
}

Member read_member(CanonicalReader& in) {
  Member member;
  member.id = read_id(in);
  member.incarnation = in.u64();
  member.state = in.u8() == 0 ? MemberState::joined : MemberState::left;
  for (std::uint8_t& byte : member.address.ip) byte = in.u8();
  member.address.port = static_cast<std::uint16_t>(in.varint());
  member.name = read_text(in);
  member.zone = read_text(in);
  member.tokens = static_cast<std::uint32_t>(in.varint());
  return member;
}

void write(CanonicalWriter& out, const Bucket& bucket) {
  write_text(out, bucket.policy.name);
  out.u64(bucket.version);
  out.raw(bucket.proposer.view());
  out.varint(bucket.policy.n);
  out.varint(bucket.policy.r);
  out.varint(bucket.policy.w);
  out.u8(static_cast<std::uint8_t>(bucket.policy.conflicts));
  out.u8(static_cast<std::uint8_t>(bucket.policy.sync));
}

Bucket read_bucket(CanonicalReader& in) {
  Bucket bucket;
  bucket.policy.name = read_text(in);
  bucket.version = in.u64();
  bucket.proposer = read_id(in);
  bucket.policy.n = static_cast<std::uint32_t>(in.varint());
  bucket.policy.r = static_cast<std::uint32_t>(in.varint());
  bucket.policy.w = static_cast<std::uint32_t>(in.varint());
  bucket.policy.conflicts = in.u8() == 0 ? Conflicts::siblings : Conflicts::lww;
  bucket.policy.sync = in.u8() == 0 ? Sync::no : Sync::yes;
  return bucket;
}

template <class Record>
std::string bytes_of(const Record& record) {
  CanonicalWriter out;
  write(out, record);
  return out.take();
}

}  // namespace

std::string to_bytes(const Member& member) { return bytes_of(member); }
std::string to_bytes(const Bucket& bucket) { return bytes_of(bucket); }

std::string to_bytes(const Members& members) {
  CanonicalWriter out;
  out.u8(kFormat);
  out.varint(members.all().size());
  for (const auto& [id, member] : members.all()) write(out, member);
  out.varint(members.buckets().size());
  for (const auto& [name, bucket] : members.buckets()) write(out, bucket);
  return out.take();
}

Status take_bytes(std::string_view bytes, Members& members) {
  const Error damaged{"damaged", "the records of the ring are damaged", "", ""};
  CanonicalReader in(bytes);
  if (in.u8() != kFormat) {
    return Error{"format", "the records of the ring are of another version", "", ""};
  }
  Members read;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const Member member = read_member(in);
    if (in.failed() || !check(member).ok()) return damaged;
    read.take(member);
  }
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const Bucket bucket = read_bucket(in);
    if (in.failed() || !check(bucket).ok()) return damaged;
    read.take(bucket);
  }
  if (in.failed() || in.left() > 0) return damaged;
  for (const auto& [id, member] : read.all()) members.take(member);
  for (const auto& [name, bucket] : read.buckets()) members.take(bucket);
  return Done{};
}

}  // namespace oxbow
