// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/state.h"

namespace cofferdam::engine {

namespace {

template <class Room>
[[nodiscard]] bool is_empty(const Room& room) {
  bool empty = true;
  Room::tables(room, [&](const auto& table) { empty = empty && table.size() == 0; });
  return empty;
}

template <class Room>
[[nodiscard]] crypto::Hash hash_of(const Room& room) {
  crypto::Sha256 hash;
  base::Encoder out([&](std::string_view bytes) { hash.update(bytes); });
  Room::tables(room, [&](const auto& table) { table.encode_to(out); });
  out.finish();
  return hash.finish();
}

}  // namespace

State::State() = default;
State::~State() = default;

std::vector<RoomHash> room_hashes(const State& state) {
  std::vector<RoomHash> hashes;
  State::rooms(state, [&](std::string_view name, const auto& room) {
    if (!is_empty(room)) hashes.push_back({std::string(name), hash_of(room)});
  });
  return hashes;
}

crypto::Hash state_hash(const State& state) {
  std::vector<crypto::Hash> level;
  for (const RoomHash& room : room_hashes(state)) {
    crypto::Sha256 leaf;
    leaf.update(std::string_view("\0", 1));
    leaf.update(room.room);
    leaf.update(crypto::bytes_of(room.hash));
    level.push_back(leaf.finish());
  }
  if (level.empty()) return {};
  while (level.size() > 1) {
    std::vector<crypto::Hash> above;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      crypto::Sha256 inner;
      inner.update("\1");
      inner.update(crypto::bytes_of(level[i]));
      inner.update(crypto::bytes_of(level[i + 1]));
      above.push_back(inner.finish());
    }
    if (level.size() % 2 == 1) above.push_back(level.back());
    level = std::move(above);
  }
  return level.front();
}

void encode_state(const State& state, base::Encoder& out) {
  State::rooms(state, [&](std::string_view name, const auto& room) {
    out.value(std::string(name));
    std::remove_cvref_t<decltype(room)>::tables(room,
                                                [&](const auto& table) { table.encode_to(out); });
  });
  out.value(std::string("end"));
}

bool decode_state(base::Decoder& in, State& state) {
  std::string name;
  in.value(name);
  State::rooms(state, [&](std::string_view room_name, auto& room) {
    // A snapshot of an older release ends before the rooms that it did not know.
    if (in.failed() || name != room_name) return;
    std::remove_cvref_t<decltype(room)>::tables(room, [&](auto& table) { table.decode_from(in); });
    in.value(name);
  });
  return !in.failed() && name == "end";
}

}  // namespace cofferdam::engine
