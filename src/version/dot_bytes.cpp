#include "version/dot_bytes.h"

namespace oxbow {

namespace {

std::uint8_t sharing(const Actor& actor, const Actor* before) {
  if (before == nullptr || before->peer != actor.peer) return 0;
  return before->run == actor.run ? 2 : 1;
}

}  // namespace

void write_dot(CanonicalWriter& out, const Dot& dot, const Actor* before) {
  const std::uint8_t shared = sharing(dot.actor, before);
  out.u8(shared);
  if (shared < 1) out.raw(dot.actor.peer.view());
  if (shared < 2) out.u64(dot.actor.run);
  out.varint(dot.actor.number);
  out.varint(dot.counter);
}

std::optional<Dot> read_dot(CanonicalReader& in, const Actor* before) {
  const std::uint8_t shared = in.u8();
  if (shared > 2 || (shared > 0 && before == nullptr)) return std::nullopt;
  Dot dot;
  if (shared > 0) dot.actor.peer = before->peer;
  if (shared > 1) dot.actor.run = before->run;
  if (shared < 1) {
    const std::string_view peer = in.raw(PeerId::kSize);
    if (in.failed()) return std::nullopt;
    dot.actor.peer = PeerId::from_bytes(peer);
  }
  if (shared < 2) dot.actor.run = in.u64();
  dot.actor.number = in.varint();
  dot.counter = in.varint();
  if (in.failed() || shared != sharing(dot.actor, before)) return std::nullopt;
  return dot;
}

}  // namespace oxbow
