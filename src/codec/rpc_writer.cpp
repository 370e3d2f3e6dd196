#include "codec/map_writer.h"
#include "codec/packer.h"
#include "codec/rpc.h"

namespace oxbow {

void append_answer(std::uint32_t id, const ClientAnswer& answer, std::string& out) {
  Packer packer(out);
  packer.array(4);
  packer.number(1);
  packer.number(id);
  packer.nil();
  MapWriter writer(packer);
  std::visit([&](const auto& fields) { writer.answer(fields); }, answer);
}

void append_error(std::uint32_t id, const Error& error, std::string& out) {
  Packer packer(out);
  packer.array(4);
  packer.number(1);
  packer.number(id);
  MapWriter(packer).map(error);
  packer.nil();
}

void append_closing(const Error& why, std::string& out) {
  Packer packer(out);
  packer.array(3);
  packer.number(2);
  packer.text("closing");
  packer.array(1);
  MapWriter(packer).map(why);
}

void append_hit(std::uint32_t id, const SearchHit& hit, std::string& out) {
  Packer packer(out);
  packer.array(3);
  packer.number(2);
  packer.text("hit");
  packer.array(2);
  packer.number(id);
  MapWriter(packer).map(hit);
}

}  // namespace oxbow
