// The visitor that reads a message's fields (see message/message_fields.h) from tokens, and checks
// each: its type, its range, its length. It stops at the first that is wrong and says what was.
#pragma once

#include <oxbow/result.h>

#include <concepts>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/big_endian.h"
#include "codec/token.h"
#include "message/message_fields.h"

namespace oxbow {

/// What the lists of a decoded message point into; used again for the next message.
struct MessageLists {
  std::vector<HitResult> results;
  std::vector<TraceEntry> trace;
  std::vector<PongEntry> addresses;
  std::vector<MemberRecord> members;
  std::vector<BucketRecord> buckets;
  std::vector<LookupHop> path;
  std::vector<MemberOutcome> outcomes;
};

class MessageReader {
 public:
  /// `error` is set when a function returns false.
  MessageReader(Tokens tokens, std::string_view message_name, MessageLists& lists, Error& error)
      : tokens_(tokens), message_name_(message_name), lists_(lists), error_(error) {}

  /// A whole message. A newer peer may append fields: those beyond the known ones are not looked
  /// at; and an older one does not send what was appended since.
  template <class T>
  bool message(T& value) {
    constexpr std::size_t kLeast = kMessageFields<T> - kAppendedFields<T>;
    const Token& array = tokens_[at_++];
    if (array.type != Token::Type::array || array.size < kLeast) {
      refuse_fields("body", kLeast, "at least ", array);
      return false;
    }
    message_fields(*this, value);
    if constexpr (requires { value.pattern; }) {
      if (ok_ && value.match == Match::trace && value.pattern.size() != 16) {
        refuse("pattern", "the 16 bytes of a request id", bytes_token(value.pattern.size()));
      }
    }
    return ok_;
  }

  void operator()(std::string_view name, bool& value) {
    const Token* token = next();
    if (token == nullptr) return;
    if (token->type != Token::Type::boolean) return refuse(name, "true or false", *token);
    value = token->value != 0;
  }

  template <std::unsigned_integral T>
  void operator()(std::string_view name, T& value) {
    const Token* token = next();
    if (token == nullptr) return;
    constexpr T kMost = std::numeric_limits<T>::max();
    if (token->type != Token::Type::unsigned_number || token->value > kMost) {
      return refuse_number(name, kMost, *token);
    }
    value = static_cast<T>(token->value);
  }

  template <class Tag, std::size_t Size>
  void operator()(std::string_view name, FixedBytes<Tag, Size>& id) {
    const Token* token = next_bytes(name, Size, Size);
    if (token != nullptr) std::memcpy(id.bytes.data(), tokens_.view(*token).data(), Size);
  }

  void operator()(std::string_view name, RequestId& id) {
    const Token* token = next_bytes(name, 16, 16);
    if (token == nullptr) return;
    const char* bytes = tokens_.view(*token).data();
    id.random = load_big_endian<std::uint64_t>(bytes);
    id.proof = load_big_endian<std::uint64_t>(bytes + 8);
  }

  void operator()(std::string_view name, Address& address);

  void operator()(std::string_view name, Totals& totals) { element(name, totals); }
  void operator()(std::string_view name, RingStamp& ring) { element(name, ring); }
  void operator()(std::string_view name, QuorumNeed& need) { element(name, need); }

  template <class E>
  void choice(std::string_view name, E& value, E last) {
    const Token* token = next();
    if (token == nullptr) return;
    const auto most = static_cast<std::uint64_t>(last);
    if (token->type != Token::Type::unsigned_number || token->value > most) {
      return refuse_number(name, most, *token);
    }
    value = static_cast<E>(token->value);
  }

  void text(std::string_view name, std::string_view& value, std::size_t most);

  void bytes(std::string_view name, std::string_view& value, std::size_t least, std::size_t most) {
    const Token* token = next_bytes(name, least, most);
    if (token != nullptr) value = tokens_.view(*token);
  }

  template <class T>
  void list(std::string_view name, std::span<const T>& values, std::size_t most) {
    const Token* token = next();
    if (token == nullptr) return;
    if (token->type != Token::Type::array || token->size > most) {
      return refuse_list(name, most, *token);
    }
    std::vector<T>& storage = storage_for(static_cast<T*>(nullptr));
    storage.assign(token->size, T{});
    for (T& value : storage) element(name, value);
    if (ok_) values = storage;
  }

 private:
  // Structs within a message have exactly the known fields.
  template <class T>
  void element(std::string_view name, T& value) {
    const Token* token = next();
    if (token == nullptr) return;
    if (token->type != Token::Type::array || token->size != kMessageFields<T>) {
      return refuse_fields(name, kMessageFields<T>, "", *token);
    }
    message_fields(*this, value);
  }

  std::vector<HitResult>& storage_for(HitResult*) { return lists_.results; }
  std::vector<TraceEntry>& storage_for(TraceEntry*) { return lists_.trace; }
  std::vector<PongEntry>& storage_for(PongEntry*) { return lists_.addresses; }
  std::vector<MemberRecord>& storage_for(MemberRecord*) { return lists_.members; }
  std::vector<BucketRecord>& storage_for(BucketRecord*) { return lists_.buckets; }
  std::vector<LookupHop>& storage_for(LookupHop*) { return lists_.path; }
  std::vector<MemberOutcome>& storage_for(MemberOutcome*) { return lists_.outcomes; }

  // The next token; nothing after a failure, nor where an older peer ended. The lengths of the
  // arrays around it, checked before, guarantee that there is one otherwise. Containers are entered
  // by their fields, never stepped over: a field that expects none fails on one.
  const Token* next() { return ok_ && at_ < tokens_.list.size() ? &tokens_[at_++] : nullptr; }

  const Token* next_bytes(std::string_view name, std::size_t least, std::size_t most) {
    const Token* token = next();
    if (token == nullptr) return nullptr;
    if (token->type != Token::Type::bytes || token->size < least || token->size > most) {
      refuse_bytes(name, least, most, *token);
      return nullptr;
    }
    return token;
  }

  static Token bytes_token(std::size_t size) {
    return {Token::Type::bytes, static_cast<std::uint32_t>(size), 0};
  }

  // The ways to say what was needed; out of line, so that the way without errors stays short.
  void refuse_number(std::string_view name, std::uint64_t most, const Token& got);
  void refuse_bytes(std::string_view name, std::size_t least, std::size_t most, const Token& got);
  void refuse_list(std::string_view name, std::size_t most, const Token& got);
  void refuse_fields(std::string_view name, std::size_t count, std::string_view at_least,
                     const Token& got);
  void refuse(std::string_view name, std::string_view needed, const Token& got);

  Tokens tokens_;
  std::size_t at_ = 0;
  bool ok_ = true;
  std::string_view message_name_;
  MessageLists& lists_;
  Error& error_;
};

}  // namespace oxbow
