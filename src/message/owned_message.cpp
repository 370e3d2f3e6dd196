#include "message/owned_message.h"

#include "message/view_copier.h"

namespace oxbow {

Message copy_into(Arena& arena, const Message& message) {
  Message copy = message;
  ViewCopier copier(arena, [&arena](std::string_view bytes) { return arena.copy(bytes); });
  std::visit([&](auto& alternative) { message_fields(copier, alternative); }, copy);
  return copy;
}

}  // namespace oxbow
