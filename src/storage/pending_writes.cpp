#include "storage/pending_writes.h"

#include <utility>

#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "version/object_bytes.h"

namespace oxbow::storage {

std::string record_bytes(const PendingWrite& write) {
  const std::string_view stored_key = write.stored_key;
  switch (space_of(stored_key)) {
    case Space::objects:
      return encode_object(write.object, key_of_object(stored_key));
    case Space::hints:
      return hint_bytes(destination_of(stored_key), key_of_hint(stored_key), write.object,
                        write.written);
    case Space::totals:
    case Space::recent:
      break;  // written with what they are about
    case Space::records:
      return checked_bytes(stored_key.substr(1), write.bytes);
  }
  OXBOW_ASSERT(false, "a write to a space that is not written to");
}

const PendingWrite* PendingWrites::find(std::string_view stored_key) const {
  const auto found = newest_.find(stored_key);
  return found == newest_.end() ? nullptr : found->second.get();
}

PendingWritePointer PendingWrites::add(PendingWrite write) {
  write.sequence = ++last_;
  const auto before = newest_.find(write.stored_key);
  if (write.sync != Sync::no) {
    write.shown_after = write.sequence;
  } else if (before != newest_.end()) {
    write.shown_after = before->second->shown_after;
  }
  bytes_ += write.size;
  auto added = std::make_shared<const PendingWrite>(std::move(write));
  if (before != newest_.end()) {
    // The key points into the write that it leads to.
    auto node = newest_.extract(before);
    node.key() = added->stored_key;
    node.mapped() = added;
    newest_.insert(std::move(node));
  } else {
    newest_.emplace(added->stored_key, added);
  }
  in_order_.push_back(added);
  return added;
}

void PendingWrites::drop(std::uint64_t sequence) {
  while (!in_order_.empty() && in_order_.front()->sequence <= sequence) {
    const PendingWritePointer& oldest = in_order_.front();
    const auto found = newest_.find(oldest->stored_key);
    if (found != newest_.end() && found->second == oldest) newest_.erase(found);
    bytes_ -= oldest->size;
    in_order_.pop_front();
  }
}

}  // namespace oxbow::storage
