#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "codec/map_reader.h"
#include "codec/map_writer.h"
#include "codec/rpc.h"
#include "codec/rpc_methods.h"
#include "codec/rpc_scanner.h"

namespace oxbow {

namespace {

template <std::size_t Index>
Result<ClientAnswer> read_as(const Tokens& tokens, std::size_t result) {
  ClientAnswer answer(std::in_place_index<Index>);
  Error error;
  MapReader reader(tokens, Unknown::ignore, kMethodNames[Index], error);
  if (!reader.read(result, std::get<Index>(answer))) {
    error.code = "bad-answer";
    return error;
  }
  return answer;
}

Result<ClientAnswer> read_answer(std::size_t method, const Tokens& tokens, std::size_t result) {
  using Read = Result<ClientAnswer> (*)(const Tokens&, std::size_t);
  static constexpr auto kReaders = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Read, sizeof...(I)>{&read_as<I>...};
  }
  (std::make_index_sequence<std::variant_size_v<ClientAnswer>>());
  return kReaders[method](tokens, result);
}

// What a peer says went wrong; any MessagePack value is allowed there.
Error read_error(const Tokens& tokens, std::size_t index) {
  Error error;
  const Token& token = tokens[index];
  if (token.type == Token::Type::text) {
    return {"error", std::string(tokens.view(token)), "", ""};
  }
  Error wrong;
  MapReader reader(tokens, Unknown::ignore, "error", wrong);
  if (!reader.read(index, error)) return {"error", to_string(token), "", ""};
  return error;
}

}  // namespace

struct RpcClientState {
  struct Pending {
    std::uint32_t id;
    std::size_t method;
  };

  RpcScanner scanner{limits::kRpcAnswer,
                     {limits::kNesting, limits::kRpcAnswerLength, limits::kRpcAnswerElements}};
  std::uint32_t last_id = 0;
  std::vector<Pending> pending;
  std::uint32_t id = 0;
  Result<ClientAnswer> answer{ClientAnswer{}};
  SearchHit hit;
  std::optional<Error> closing;

  RpcClientStream::Next next();

 private:
  using Next = RpcClientStream::Next;

  std::optional<Next> take(const Tokens& tokens);
  Next take_answer(const Tokens& tokens);
  std::optional<Next> take_hit(const Tokens& tokens);
  Next fail(std::string_view what, std::string_view needed, std::string got) {
    scanner.fail({"bad-rpc", fmt::format("the peer sent a bad {}", what), std::string(needed),
                  std::move(got)});
    return Next::error;
  }
};

RpcClientStream::Next RpcClientState::next() {
  for (;;) {
    switch (scanner.next()) {
      case RpcScanner::Next::more:
        return Next::more;
      case RpcScanner::Next::error:
        return Next::error;
      case RpcScanner::Next::message:
        break;
    }
    if (const auto outcome = take(scanner.tokens())) return *outcome;
  }
}

// Nothing: the message is of no interest.
std::optional<RpcClientStream::Next> RpcClientState::take(const Tokens& tokens) {
  const Token& kind = tokens[1];
  const bool is_number = kind.type == Token::Type::unsigned_number;
  if (is_number && kind.value == 1 && tokens[0].size == 4) return take_answer(tokens);
  if (is_number && kind.value == 2 && tokens[0].size == 3) return take_hit(tokens);
  return fail("message", "an answer (1) or a notification (2)", to_string(kind));
}

RpcClientStream::Next RpcClientState::take_answer(const Tokens& tokens) {
  const Token& number = tokens[2];
  const auto found = std::find_if(pending.begin(), pending.end(), [&](const Pending& request) {
    return number.type == Token::Type::unsigned_number && number.value == request.id;
  });
  if (found == pending.end()) {
    return fail("answer", "the id of a request not yet answered", to_string(number));
  }
  id = found->id;
  const std::size_t method = found->method;
  pending.erase(found);
  if (tokens[3].type == Token::Type::nil) {
    answer = read_answer(method, tokens, 4);
  } else {
    answer = read_error(tokens, 3);
  }
  return Next::answer;
}

std::optional<RpcClientStream::Next> RpcClientState::take_hit(const Tokens& tokens) {
  const Token& method = tokens[2];
  if (method.type != Token::Type::text) return std::nullopt;
  const Token& params = tokens[3];
  if (tokens.view(method) == "closing") {
    const bool says_why = params.type == Token::Type::array && params.size == 1;
    if (says_why) closing = read_error(tokens, 4);
    return std::nullopt;
  }
  if (tokens.view(method) != "hit") return std::nullopt;
  if (params.type != Token::Type::array || params.size != 2) {
    return fail("hit", "an array of 2", to_string(params));
  }
  const Token& number = tokens[4];
  if (number.type != Token::Type::unsigned_number || number.value > 0xffffffff) {
    return fail("hit", "the id of a request", to_string(number));
  }
  hit = {};
  Error error;
  MapReader reader(tokens, Unknown::ignore, "hit", error);
  if (!reader.read(5, hit)) return fail(error.message, error.needed, error.got);
  id = static_cast<std::uint32_t>(number.value);
  return Next::hit;
}

RpcClientStream::RpcClientStream() : state_(std::make_unique<RpcClientState>()) {}
RpcClientStream::~RpcClientStream() = default;
RpcClientStream::RpcClientStream(RpcClientStream&&) noexcept = default;
RpcClientStream& RpcClientStream::operator=(RpcClientStream&&) noexcept = default;

std::uint32_t RpcClientStream::append_request(const ClientRequest& request, std::string& out) {
  const std::uint32_t id = ++state_->last_id;
  state_->pending.push_back({id, request.index()});
  Packer packer(out);
  packer.array(4);
  packer.number(0);
  packer.number(id);
  packer.text(kMethodNames[request.index()]);
  std::visit(
      [&](const auto& fields) {
        const SetFields set(fields);
        if (set.count() == 0) return packer.array(0);
        packer.array(1);
        MapWriter(packer).map(fields, set);
      },
      request);
  return id;
}

void RpcClientStream::feed(std::string_view bytes) { state_->scanner.feed(bytes); }
RpcClientStream::Next RpcClientStream::next() { return state_->next(); }
std::uint32_t RpcClientStream::id() const { return state_->id; }
Result<ClientAnswer>& RpcClientStream::answer() { return state_->answer; }
SearchHit& RpcClientStream::hit() { return state_->hit; }
const std::optional<Error>& RpcClientStream::closing() const { return state_->closing; }
const Error& RpcClientStream::error() const { return state_->scanner.error(); }

}  // namespace oxbow
