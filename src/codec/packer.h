// Writes MessagePack to the end of a string, through a small buffer on the stack: the many values
// of a few bytes then cost a store each. The only user of msgpack-c's packer.
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
  ~Packer() { sink_.flush(); }
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
  void number(std::uint64_t value) {
    if (value < 0x80) return sink_.put(value);
    packer_.pack_uint64(value);
  }
  void text(std::string_view value) {
    if (value.size() < 0x20) {
      sink_.put(0xa0 | value.size());
    } else {
      packer_.pack_str(static_cast<std::uint32_t>(value.size()));
    }
    raw(value);
  }
  void bytes(std::string_view value) {
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
  struct Sink {
    std::string& out;
    std::size_t used = 0;
    char chunk[512];

    explicit Sink(std::string& target) : out(target) {}
    // Inlined, so that where the size is known the copy is a store.
    [[gnu::always_inline]] void write(const char* bytes, std::size_t size) {
      if (size > sizeof chunk - used) return write_through(bytes, size);
      std::memcpy(chunk + used, bytes, size);
      used += size;
    }
    void put(std::uint64_t byte) {
      if (used == sizeof chunk) flush();
      chunk[used++] = static_cast<char>(byte);
    }
    [[gnu::noinline]] void write_through(const char* bytes, std::size_t size) {
      flush();
      out.append(bytes, size);
    }
    [[gnu::noinline]] void flush() {
      out.append(chunk, used);
      used = 0;
    }
  };

  Sink sink_;
  msgpack::packer<Sink> packer_;
};

}  // namespace oxbow
