#include "net/first_bytes.h"

#include <fmt/format.h>

#include "base/ids.h"

namespace oxbow::net {

Speaker recognise(std::string_view bytes) {
  switch (static_cast<unsigned char>(bytes.front())) {
    case 'O':  // of the magic OXBOW
      return Speaker::peer;
    case 0x93:  // MessagePack arrays: of 3 and 4, and of a 16 or 32 bit length
    case 0x94:
    case 0xdc:
    case 0xdd:
      return Speaker::client;
    default:
      return Speaker::unknown;
  }
}

std::string looks_like(std::string_view bytes) {
  if (bytes.starts_with("\x16\x03")) return "TLS";
  for (const std::string_view verb :
       {"GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "CONNECT ", "PATCH ", "TRACE ", "PRI "}) {
    if (bytes.starts_with(verb)) return "HTTP";
  }
  if (bytes.starts_with("*")) return "RESP (a Redis client)";
  if (bytes.starts_with("SSH-")) return "SSH";
  return fmt::format("nothing known: {}", to_hex(bytes.substr(0, 8)));
}

}  // namespace oxbow::net
