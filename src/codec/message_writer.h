// The visitor that writes a message's fields (see message/message_fields.h).
#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string_view>

#include "codec/big_endian.h"
#include "codec/packer.h"
#include "message/message_fields.h"

namespace oxbow {

class MessageWriter {
 public:
  explicit MessageWriter(Packer& packer) : packer_(packer) {}

  template <class T>
  void message(const T& value) {
    packer_.array(kMessageFields<T>);
    message_fields(*this, value);
  }

  void operator()(std::string_view, bool value) { packer_.boolean(value); }
  void operator()(std::string_view, std::unsigned_integral auto value) { packer_.number(value); }
  template <class Tag, std::size_t Size>
  void operator()(std::string_view, const FixedBytes<Tag, Size>& id) {
    packer_.bytes(id.view());
  }
  void operator()(std::string_view, const RequestId& id) {
    std::array<char, 16> bytes;
    store_big_endian(id.random, bytes.data());
    store_big_endian(id.proof, bytes.data() + 8);
    packer_.bytes({bytes.data(), bytes.size()});
  }
  void operator()(std::string_view, const Address& address) {
    std::array<char, 18> buffer;
    packer_.bytes(to_wire(address, buffer));
  }
  void operator()(std::string_view, const Totals& totals) { message(totals); }
  void operator()(std::string_view, const RingStamp& ring) { message(ring); }
  void operator()(std::string_view, const QuorumNeed& need) { message(need); }

  void choice(std::string_view, auto value, auto) {
    packer_.number(static_cast<std::uint64_t>(value));
  }
  void text(std::string_view, std::string_view value, std::size_t) { packer_.text(value); }
  void bytes(std::string_view, std::string_view value, std::size_t, std::size_t) {
    packer_.bytes(value);
  }
  template <class T>
  void list(std::string_view, std::span<const T> values, std::size_t) {
    packer_.array(values.size());
    for (const T& value : values) message(value);
  }

 private:
  Packer& packer_;
};

}  // namespace oxbow
