#include "net/requests_in_flight.h"

#include "base/assert.h"

namespace oxbow::net {

RequestHandle RequestsInFlight::begin(std::uint32_t rpc_id, std::size_t bytes) {
  if (free_.empty()) {
    OXBOW_ASSERT(places_.size() < 0xffff, "more requests in flight than any limit allows");
    free_.push_back(static_cast<std::uint16_t>(places_.size()));
    places_.emplace_back();
  }
  const std::size_t index = free_.back();
  free_.pop_back();
  Place& place = places_[index];
  place.rpc_id = rpc_id;
  place.bytes = bytes;
  bytes_ += bytes;
  place.taken = true;
  ++place.uses;
  ++size_;
  return handle_of(index);
}

std::optional<std::uint32_t> RequestsInFlight::find(RequestHandle handle) const {
  const Place* const place = place_of(handle);
  if (place == nullptr) return std::nullopt;
  return place->rpc_id;
}

void RequestsInFlight::end(RequestHandle handle) {
  const Place* const place = place_of(handle);
  if (place == nullptr) return;
  const auto index = static_cast<std::size_t>(place - places_.data());
  places_[index].taken = false;
  bytes_ -= places_[index].bytes;
  free_.push_back(static_cast<std::uint16_t>(index));
  --size_;
}

std::vector<RequestHandle> RequestsInFlight::all() const {
  std::vector<RequestHandle> handles;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].taken) handles.push_back(handle_of(i));
  }
  return handles;
}

RequestHandle RequestsInFlight::handle_of(std::size_t place) const {
  const std::uint64_t low = std::uint64_t{places_[place].uses} << 16 | place;
  return static_cast<RequestHandle>(static_cast<std::uint64_t>(session_) << 32 | low);
}

const RequestsInFlight::Place* RequestsInFlight::place_of(RequestHandle handle) const {
  const std::size_t index = static_cast<std::uint64_t>(handle) & 0xffff;
  if (index >= places_.size() || !places_[index].taken || handle_of(index) != handle) {
    return nullptr;
  }
  return &places_[index];
}

}  // namespace oxbow::net
