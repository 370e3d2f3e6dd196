#include "version/dot.h"

namespace oxbow {

namespace {

std::string first_digits(std::uint64_t run) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 48; shift -= 4) text += kDigits[(run >> shift) & 15];
  return text;
}

}  // namespace

std::string abbreviated(const Actor& actor) {
  return abbreviated(actor.peer) + "/" + first_digits(actor.run) + "#" +
         std::to_string(actor.number);
}

std::string abbreviated(const Dot& dot) {
  return abbreviated(dot.actor) + ":" + std::to_string(dot.counter);
}

std::string abbreviated(const Dot& dot, const PeerName& name) {
  return name(dot.actor.peer) + "/" + first_digits(dot.actor.run) + "#" +
         std::to_string(dot.actor.number) + ":" + std::to_string(dot.counter);
}

}  // namespace oxbow
