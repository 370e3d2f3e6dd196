// The table that ties each option's name to its field in PeerOptions: how a text becomes the value,
// and how the value is written. Private to this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/peer_options.h"

namespace oxbow::config {

using Texts = std::vector<std::string>;

struct Binding {
  OptionInfo info;
  /// Sets the field from at least one text. An error's message is the bare complaint, such as
  /// `not a whole number from 1 to 255`; the caller says where it stood.
  Status (*read)(PeerOptions&, const Texts&) = nullptr;  // null: an action
  Texts (*write)(const PeerOptions&) = nullptr;
};

const std::vector<Binding>& bindings();

/// null: there is no such option.
const Binding* find_binding(std::string_view name);

/// ` (did you mean neighbor?)`, or nothing when no known name is near. `dashes`: as a flag.
std::string suggestion(std::string_view unknown, bool dashes);

}  // namespace oxbow::config
