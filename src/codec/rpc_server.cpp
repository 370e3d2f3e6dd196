#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "codec/map_reader.h"
#include "codec/rpc.h"
#include "codec/rpc_methods.h"
#include "codec/rpc_scanner.h"

namespace oxbow {

namespace {

constexpr std::size_t kGotShown = 64;  // bytes of a client's text in an error

// -- what the types of the fields do not say ------------------------------------------------------

std::optional<Error> check_size(std::string_view name, std::size_t size, std::size_t least,
                                std::size_t most) {
  if (size >= least && size <= most) return std::nullopt;
  return Error{size > most ? "too-large" : "bad-parameter", fmt::format("bad '{}'", name),
               fmt::format("{} to {} bytes", least, most), fmt::format("{} bytes", size)};
}

template <class T>
std::optional<Error> check(const T& request) {
  if constexpr (requires { request.key; }) {
    if (auto error = check_size("key", request.key.size(), 1, limits::kKey)) return error;
  }
  if constexpr (requires { request.value; }) {
    if (auto error = check_size("value", request.value.size(), 0, limits::kValue)) return error;
  }
  if constexpr (requires { request.context; }) {
    if (auto error = check_size("context", request.context.size(), 0, limits::kContext)) {
      return error;
    }
  }
  if constexpr (std::same_as<T, FindRequest>) {
    if (request.match == Match::trace) {
      return Error{"bad-parameter", "bad 'match'", "one of exact, glob, words", "trace"};
    }
  }
  if constexpr (std::same_as<T, PieceCall>) {
    return check_size("length", request.length, 1, limits::kPiece);
  }
  return std::nullopt;
}

// -- requests -------------------------------------------------------------------------------------

/// Into `request`, where it is to stay: large structs are not moved. Its error, if there is one.
template <std::size_t Index>
std::optional<Error> read_as(const Tokens& tokens, std::size_t params, ClientRequest& request) {
  using Request = std::variant_alternative_t<Index, ClientRequest>;
  auto& fields = request.emplace<Index>();
  const std::string_view method = kMethodNames[Index];
  Error error;
  if (tokens[params].size == 1) {
    MapReader reader(tokens, Unknown::refuse, method, error);
    if (!reader.read(params + 1, fields)) return error;
  } else if constexpr (kRequired<Request>.size() > 0) {
    const std::string_view first = kRequired<Request>[0];
    return Error{"bad-parameter", fmt::format("{}: '{}' is missing", method, first),
                 std::string(first), ""};
  }
  auto wrong = check(fields);
  if (wrong) wrong->message = fmt::format("{}: {}", method, wrong->message);
  return wrong;
}

std::optional<Error> read_request(const Tokens& tokens, std::size_t method, std::size_t params,
                                  ClientRequest& request) {
  const std::string_view name = tokens.view(tokens[method]);
  const auto index = method_index(name);
  if (!index) {
    const std::string shown = to_utf8(name.substr(0, kGotShown));
    return Error{"unknown-method", fmt::format("there is no method '{}'", shown),
                 fmt::format("one of {}", fmt::join(kMethodNames, ", ")), shown};
  }
  if (tokens[params].type != Token::Type::array || tokens[params].size > 1) {
    return Error{"bad-parameter", fmt::format("{}: bad parameters", name),
                 "an array with one map of them, or an empty one", to_string(tokens[params])};
  }
  using Read = std::optional<Error> (*)(const Tokens&, std::size_t, ClientRequest&);
  static constexpr auto kReaders = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Read, sizeof...(I)>{&read_as<I>...};
  }
  (std::make_index_sequence<std::variant_size_v<ClientRequest>>());
  return kReaders[*index](tokens, params, request);
}

}  // namespace

struct RpcServerState {
  RpcScanner scanner{limits::kRpcRequest, {}};
  std::uint32_t id = 0;
  Result<ClientRequest> request{ClientRequest{}};

  RpcServerStream::Next next();

 private:
  RpcServerStream::Next fail(std::string_view what, std::string_view needed, const Token& got) {
    scanner.fail({"bad-rpc", fmt::format("not MessagePack-RPC: bad {}", what), std::string(needed),
                  to_string(got)});
    return RpcServerStream::Next::error;
  }
};

RpcServerStream::Next RpcServerState::next() {
  using Next = RpcServerStream::Next;
  for (;;) {
    switch (scanner.next()) {
      case RpcScanner::Next::more:
        return Next::more;
      case RpcScanner::Next::error:
        return Next::error;
      case RpcScanner::Next::message:
        break;
    }
    const Tokens tokens = scanner.tokens();
    const Token& kind = tokens[1];
    if (kind.type == Token::Type::unsigned_number && kind.value == 2 && tokens[0].size == 3) {
      continue;  // a notification asks for nothing
    }
    if (kind.type != Token::Type::unsigned_number || kind.value != 0 || tokens[0].size != 4) {
      return fail("type", "a request (0) of 4 values", kind);
    }
    const Token& number = tokens[2];
    if (number.type != Token::Type::unsigned_number || number.value > 0xffffffff) {
      return fail("request id", "a number from 0 to 4294967295", number);
    }
    if (tokens[3].type != Token::Type::text && tokens[3].type != Token::Type::bytes) {
      return fail("method", "text", tokens[3]);
    }
    id = static_cast<std::uint32_t>(number.value);
    if (!request) request = ClientRequest{};
    if (auto wrong = read_request(tokens, 3, 4, request.value())) request = *std::move(wrong);
    return Next::request;
  }
}

RpcServerStream::RpcServerStream() : state_(std::make_unique<RpcServerState>()) {}
RpcServerStream::~RpcServerStream() = default;
RpcServerStream::RpcServerStream(RpcServerStream&&) noexcept = default;
RpcServerStream& RpcServerStream::operator=(RpcServerStream&&) noexcept = default;

void RpcServerStream::feed(std::string_view bytes) { state_->scanner.feed(bytes); }
RpcServerStream::Next RpcServerStream::next() { return state_->next(); }
std::uint32_t RpcServerStream::id() const { return state_->id; }
const Result<ClientRequest>& RpcServerStream::request() const { return state_->request; }
std::size_t RpcServerStream::request_size() const { return state_->scanner.size(); }
std::size_t RpcServerStream::held() const { return state_->scanner.held(); }
const Error& RpcServerStream::error() const { return state_->scanner.error(); }
std::optional<std::uint32_t> RpcServerStream::failed_id() const {
  return state_->scanner.failed_request();
}

}  // namespace oxbow
