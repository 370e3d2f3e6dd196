// Writes MessagePack to the end of a string. The only user of msgpack-c's packer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <msgpack/pack.hpp>
#include <string>
#include <string_view>

namespace oxbow {

class Packer {
 public:
  /// Everything is in `out` once the Packer has ended.
  explicit Packer(std::string& out) : sink_{out}, packer_(sink_) {}
  ~Packer() { sink_.finish(); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  void raw(std::string_view bytes) {
    if (!bytes.empty()) sink_.write(bytes.data(), bytes.size());
  }

  void nil() { packer_.pack_nil(); }
  void boolean(bool value) { sink_.put(value ? 0xc3 : 0xc2); }
  void real(double value) { packer_.pack_double(value); }

  // Most numbers, lengths and lists are small, and their form is one byte: written here, because
  // msgpack-c tries every longer form first. It writes the others.
  [[gnu::always_inline]] void number(std::uint64_t value) {
    if (value < 0x80) return sink_.put(value);
    long_number(value);
  }
  void text(std::string_view value) {
    if (value.size() < 0x20) {
      sink_.put(0xa0 | value.size());
    } else {
      packer_.pack_str(static_cast<std::uint32_t>(value.size()));
    }
    raw(value);
  }
  [[gnu::always_inline]] void bytes(std::string_view value) {
    if (value.size() < 0x100) {
      sink_.put(0xc4);
      sink_.put(value.size());
    } else {
      packer_.pack_bin(static_cast<std::uint32_t>(value.size()));
    }
    raw(value);
  }
  void array(std::size_t size) {
    if (size < 0x10) return sink_.put(0x90 | size);
    packer_.pack_array(static_cast<std::uint32_t>(size));
  }
  void map(std::size_t size) { packer_.pack_map(static_cast<std::uint32_t>(size)); }

 private:
  // Bytes are written where they will stay. (A buffer of its own, copied in the end, would stall
  // the processor: a wide load of what was just stored byte by byte.)
  struct Sink {
    static constexpr std::size_t kRoom = 128;  // a query, and most other messages

    std::string& out;
    std::size_t start;  // bytes that were there before
    char* at = nullptr;
    char* end = nullptr;

    explicit Sink(std::string& target) : out(target), start(target.size()) {
      set_room(start, kRoom);
    }
    [[gnu::always_inline]] void put(std::uint64_t byte) {
      if (at == end) grow(1);
      *at++ = static_cast<char>(byte);
    }
    [[gnu::always_inline]] void write(const char* bytes, std::size_t size) {
      if (size > static_cast<std::size_t>(end - at)) grow(size);
      std::memcpy(at, bytes, size);
      at += size;
    }
    // As much again as was written: long messages grow in few steps, short ones stay cheap however
    // much `out` held before.
    [[gnu::noinline]] void grow(std::size_t size) {
      set_room(used(), size + kRoom + used() - start);
    }
    void set_room(std::size_t from, std::size_t room) {
      out.resize(from + room);
      at = out.data() + from;
      end = at + room;
    }
    std::size_t used() const { return static_cast<std::size_t>(at - out.data()); }
    void finish() { out.resize(used()); }
  };

  [[gnu::noinline]] void long_number(std::uint64_t value) { packer_.pack_uint64(value); }

  Sink sink_;
  msgpack::packer<Sink> packer_;
};

}  // namespace oxbow
