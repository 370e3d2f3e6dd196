#include "codec/peer_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "codec/big_endian.h"
#include "codec/frame_types.h"
#include "codec/message_reader.h"
#include "codec/message_writer.h"
#include "codec/scanner.h"

namespace oxbow {

namespace {

// A buffer that one large frame made big is given back.
constexpr std::size_t kBytesKept = 16 * 1024;

template <std::size_t Index>
bool read_as(MessageReader& reader, Message& message) {
  return reader.message(message.emplace<Index>());
}

// A hit's number changes from link to link. It counts as the three bytes that it may come to need,
// so that a hit that one peer accepts can be relayed to the next.
std::size_t room_for_number(const Message& message) {
  const auto* hit = std::get_if<Hit>(&message);
  if (hit == nullptr || hit->number > 0xff) return 0;
  return hit->number > 0x7f ? 1 : 2;
}

// Reads the alternative of that index.
bool read_message(std::size_t index, MessageReader& reader, Message& message) {
  using Read = bool (*)(MessageReader&, Message&);
  static constexpr auto kReaders = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Read, sizeof...(I)>{&read_as<I>...};
  }
  (std::make_index_sequence<std::variant_size_v<Message>>());
  return kReaders[index](reader, message);
}

}  // namespace

void append_magic(std::string& out) { out += kMagic; }

void append_frame(const Message& message, std::string& out) {
  const std::size_t start = out.size();
  {
    Packer packer(out);
    const char type = static_cast<char>(kFrameTypes[message.index()].number);
    packer.raw({"\0\0\0\0", 4});
    packer.raw({&type, 1});
    MessageWriter writer(packer);
    std::visit([&](const auto& fields) { writer.message(fields); }, message);
  }
  store_big_endian(static_cast<std::uint32_t>(out.size() - start - 4), out.data() + start);
}

struct PeerStreamState {
  std::string_view input;   // fed, not yet looked at; the caller's
  std::string held;         // what came before it and is still needed; ours
  std::size_t held_at = 0;  // the first byte of it not yet used
  std::size_t skip = 0;     // bytes of a frame of unknown type still to come
  bool expect_magic = true;
  bool greeted = false;  // a Hello was received
  bool failed = false;
  std::uint64_t frames = 0;
  std::uint64_t unknown_types = 0;

  Scanner scanner;
  MessageLists lists;
  Message message;
  Error error;

  void feed(std::string_view bytes);
  PeerStream::Next next();
  std::optional<RequestId> upcoming_query() const;

 private:
  PeerStream::Next fail(Error what);
  PeerStream::Next too_large(const FrameType& type, std::size_t length);
  bool front(std::size_t count, std::string_view& bytes);
  bool front_of_held(std::size_t count, std::string_view& bytes);
  void make_room(std::size_t bytes, std::size_t whole);
  std::string_view available() const;
  void consume(std::size_t count);
  void release();
  PeerStream::Next wait_for_more();
  bool skip_some();
  bool take_magic(PeerStream::Next& outcome);
  bool check_header(std::string_view header);
  PeerStream::Next read_frame(std::size_t index, std::string_view body);
};

// -- bytes ----------------------------------------------------------------------------------------

void PeerStreamState::feed(std::string_view bytes) {
  release();
  held.append(input);
  input = bytes;
}

// Forgets the bytes that the last message's views pointed into.
void PeerStreamState::release() {
  if (held_at == 0 || held_at < held.size()) return;
  held.clear();
  held_at = 0;
  if (held.capacity() > kBytesKept) held.shrink_to_fit();
}

// The first bytes not yet used that lie together; there may be more behind them.
std::string_view PeerStreamState::available() const {
  return held_at < held.size() ? std::string_view(held).substr(held_at) : input;
}

// The next `count` bytes in one piece, if that many are there.
inline bool PeerStreamState::front(std::size_t count, std::string_view& bytes) {
  if (held_at < held.size()) return front_of_held(count, bytes);
  if (input.size() < count) return false;
  bytes = input.substr(0, count);
  return true;
}

// In `held`, of which `whole` bytes are the most. It grows by halves, and not beyond that: half
// frames of many connections take little more memory than they have bytes.
void PeerStreamState::make_room(std::size_t bytes, std::size_t whole) {
  if (bytes <= held.capacity()) return;
  std::string larger;
  larger.reserve(std::min(std::max(bytes, held.capacity() / 2 * 3), whole));
  larger.append(held);
  held.swap(larger);
}

// The same where they begin with bytes held back.
bool PeerStreamState::front_of_held(std::size_t count, std::string_view& bytes) {
  const std::size_t together = held.size() - held_at;
  if (together < count) {
    const std::size_t moved = std::min(count - together, input.size());
    make_room(held.size() + moved, held_at + count);
    held.append(input.substr(0, moved));
    input.remove_prefix(moved);
  }
  const std::string_view found = available();
  if (found.size() < count) return false;
  bytes = found.substr(0, count);
  return true;
}

void PeerStreamState::consume(std::size_t count) {
  if (held_at < held.size()) {
    held_at += count;
  } else {
    input.remove_prefix(count);
  }
}

PeerStream::Next PeerStreamState::wait_for_more() {
  release();
  held.erase(0, held_at);
  held_at = 0;
  held.append(input);
  input = {};
  return PeerStream::Next::more;
}

PeerStream::Next PeerStreamState::fail(Error what) {
  failed = true;
  error = std::move(what);
  input = {};
  held = {};
  held_at = 0;
  return PeerStream::Next::error;
}

PeerStream::Next PeerStreamState::too_large(const FrameType& type, std::size_t length) {
  return fail({"frame-too-large", fmt::format("{} of {} bytes", type.name, length),
               fmt::format("at most {}", type.limit), fmt::format("{}", length)});
}

// -- frames ---------------------------------------------------------------------------------------

PeerStream::Next PeerStreamState::next() {
  using Next = PeerStream::Next;
  if (failed) return Next::error;
  release();
  Next outcome = Next::more;
  if (expect_magic && !take_magic(outcome)) return outcome;
  for (;;) {
    if (skip > 0 && !skip_some()) return wait_for_more();
    std::string_view header;
    if (!front(4, header)) return wait_for_more();
    const std::size_t length = load_big_endian<std::uint32_t>(header.data());
    if (length == 0) {
      return fail({"bad-frame", "frame of length 0", "at least 1 (its type)", "0"});
    }
    // Checked before the type is there: the length alone may already be too much.
    const std::size_t most = greeted ? limits::kFrame : limits::kFrameBeforeHello;
    if (length > most) {
      return fail({"frame-too-large",
                   fmt::format("frame of {} bytes{}", length, greeted ? "" : " before hello"),
                   fmt::format("at most {}", most), fmt::format("{}", length)});
    }
    if (!front(kFrameHeader, header)) return wait_for_more();
    const auto index = frame_index(static_cast<std::uint8_t>(header[4]));
    if (!greeted && frames >= limits::kFramesBeforeHello) {
      return fail({"before-hello", "no hello among the first frames",
                   fmt::format("a hello within {} frames", limits::kFramesBeforeHello),
                   fmt::format("frame {}", frames + 1)});
    }
    if (!index) {
      ++frames;
      ++unknown_types;
      consume(kFrameHeader);
      skip = length - 1;
      continue;
    }
    const FrameType& type = kFrameTypes[*index];
    if (!greeted && *index != kHelloIndex && *index != kByeIndex) {
      return fail({"before-hello", fmt::format("{} before hello", type.name), "hello or bye",
                   std::string(type.name)});
    }
    if (length > type.limit) return too_large(type, length);
    std::string_view frame;
    if (!front(4 + length, frame)) return wait_for_more();
    consume(frame.size());
    ++frames;
    return read_frame(*index, frame.substr(kFrameHeader));
  }
}

bool PeerStreamState::take_magic(PeerStream::Next& outcome) {
  std::string_view bytes;
  const std::size_t there = std::min(kMagic.size(), held.size() - held_at + input.size());
  front(there, bytes);
  if (bytes != kMagic.substr(0, there)) {
    outcome = fail({"bad-magic", "not an Oxbow peer", std::string(kMagic),
                    fmt::format("bytes {}", to_hex(bytes))});
    return false;
  }
  if (there < kMagic.size()) {
    outcome = wait_for_more();
    return false;
  }
  consume(there);
  expect_magic = false;
  return true;
}

// Drops bytes of a frame of unknown type as they come; false: there are more to come.
bool PeerStreamState::skip_some() {
  while (skip > 0) {
    const std::size_t count = std::min(skip, available().size());
    if (count == 0) return false;
    consume(count);
    skip -= count;
    release();
  }
  return true;
}

PeerStream::Next PeerStreamState::read_frame(std::size_t index, std::string_view body) {
  const std::string_view name = kFrameTypes[index].name;
  scanner.reset();
  switch (scanner.scan(body)) {
    case Scanner::Outcome::done:
      break;
    case Scanner::Outcome::more:
      return fail({"bad-message", fmt::format("{}: the body is cut short", name),
                   "a whole MessagePack value", fmt::format("{} bytes", body.size())});
    case Scanner::Outcome::error: {
      Error what = scanner.error();
      what.message = fmt::format("{}: {}", name, what.message);
      return fail(std::move(what));
    }
  }
  if (scanner.used() != body.size()) {
    return fail({"bad-message", fmt::format("{}: bytes after the body", name),
                 fmt::format("{} bytes", scanner.used()), fmt::format("{} bytes", body.size())});
  }
  MessageReader reader(scanner.tokens(body.data()), name, lists, error);
  if (!read_message(index, reader, message)) return fail(std::move(error));
  const FrameType& type = kFrameTypes[index];
  const std::size_t length = 1 + body.size() + room_for_number(message);
  if (length > type.limit) return too_large(type, length);
  greeted = greeted || index == kHelloIndex;
  return PeerStream::Next::message;
}

std::optional<RequestId> PeerStreamState::upcoming_query() const {
  static constexpr std::size_t kBody = kFrameHeader;
  static constexpr std::string_view kStart = "\x98\xc4\x10";  // 8 fields; the first has 16 bytes
  static_assert(kMessageFields<Query> == 8);
  const std::string_view bytes = available();
  if (bytes.size() < kBody + kStart.size() + 16) return {};
  if (bytes[4] != static_cast<char>(kFrameTypes[kQueryIndex].number)) return {};
  if (bytes.substr(kBody, kStart.size()) != kStart) return {};
  const char* const id = bytes.data() + kBody + kStart.size();
  return RequestId{load_big_endian<std::uint64_t>(id), load_big_endian<std::uint64_t>(id + 8)};
}

// -- the public face ------------------------------------------------------------------------------

PeerStream::PeerStream(bool expect_magic) : state_(std::make_unique<PeerStreamState>()) {
  state_->expect_magic = expect_magic;
}
PeerStream::~PeerStream() = default;
PeerStream::PeerStream(PeerStream&&) noexcept = default;
PeerStream& PeerStream::operator=(PeerStream&&) noexcept = default;

void PeerStream::feed(std::string_view bytes) {
  if (!state_->failed) state_->feed(bytes);
}
PeerStream::Next PeerStream::next() { return state_->next(); }
const Message& PeerStream::message() const { return state_->message; }
std::optional<RequestId> PeerStream::upcoming_query() const { return state_->upcoming_query(); }
const Error& PeerStream::error() const { return state_->error; }
std::uint64_t PeerStream::unknown_types() const { return state_->unknown_types; }
std::uint64_t PeerStream::frames() const { return state_->frames; }
std::size_t PeerStream::unfinished() const { return state_->held.size() - state_->held_at; }

}  // namespace oxbow
