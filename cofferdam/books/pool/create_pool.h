// SPDX-License-Identifier: Apache-2.0
//
// Lays out a pool, as a draft: its purpose, its regime, its policy, and its compartment.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <optional>

namespace cofferdam::pool {

struct CreatePool {
  std::string code;
  std::string activity;
  std::string exposure;
  Regime regime = Regime::capital;
  OwnerId owner;
  bool allows_deficit = false;
  std::vector<BufferCap> buffer_caps;
  std::optional<std::vector<ledger::Edge>> edges;
  std::optional<std::vector<OwnerClass>> run_off_order;

  static constexpr std::string_view kDoc =
      "Lays out a pool as a draft, with its purpose and policy.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("activity", self.activity, "the trading activity that it is for");
    visit("exposure", self.exposure, "the risk that it is for; one of the two is needed");
    visit("regime", self.regime, "what kind of pool");
    visit("owner", self.owner, "individual and strategy pools: the one owner; otherwise none");
    visit("allows_deficit", self.allows_deficit, "whether it may be short, on a deficit account");
    visit("buffer_caps", self.buffer_caps, "client pools: most house money inside, per asset");
    visit("edges", self.edges, "ways between owners; absent: those of the regime");
    visit("run_off_order", self.run_off_order,
          "owner classes in the order of payment; absent: client, member, provider, insurance, "
          "house");
  }
};

enum class CreatePoolStatus : std::uint16_t {
  ok,
  code_malformed,
  purpose_missing,
  purpose_too_long,
  owner_missing,
  owner_not_for_this_regime,
  buffer_caps_not_for_this_regime,
  too_many_buffer_caps,
  buffer_cap_repeated,
  too_many_edges,
  edge_repeated,
  run_off_order_malformed,
  exists,
  buffer_asset_not_found,
};

[[nodiscard]] CreatePoolStatus check_shape(const CreatePool& command);
[[nodiscard]] CreatePoolStatus check_state(const CreatePool& command, const State& state,
                                           const ledger::State& ledger);
CreatePoolStatus apply(const CreatePool& command, State& state, ledger::State& ledger,
                       Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::CreatePoolStatus> {
  static constexpr std::array<std::string_view, 14> kNames{"ok",
                                                           "code_malformed",
                                                           "purpose_missing",
                                                           "purpose_too_long",
                                                           "owner_missing",
                                                           "owner_not_for_this_regime",
                                                           "buffer_caps_not_for_this_regime",
                                                           "too_many_buffer_caps",
                                                           "buffer_cap_repeated",
                                                           "too_many_edges",
                                                           "edge_repeated",
                                                           "run_off_order_malformed",
                                                           "exists",
                                                           "buffer_asset_not_found"};
  static constexpr std::array<std::string_view, 14> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a pool names the activity or the exposure that it is for",
      "activity and exposure have at most 1024 bytes each",
      "an individual or strategy pool names its one owner",
      "only an individual or strategy pool has one owner",
      "buffers of house money are declared in client pools only",
      "a pool has at most 64 buffer caps",
      "an asset has one buffer cap",
      "a pool has at most 256 edges",
      "an edge is named once",
      "the order of run-off names owner classes once each, never pool or outside",
      "a pool with this code exists",
      "the asset of a buffer cap must exist"};
};
