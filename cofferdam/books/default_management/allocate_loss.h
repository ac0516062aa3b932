// SPDX-License-Identifier: Apache-2.0
//
// Charges the layers of the pool's waterfall for a loss: their money moves into the collateral of
// the account that failed, from which the next settlement pays those who won. Layers of other pools
// pay through the conduits that they name. The waterfall itself is the function `waterfall`, so the
// calculator, a dry run and the run give the same result, under one certificate. A loss is
// allocated once; what no layer could bear stays outstanding.
#pragma once

#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/market/market.h"
#include "cofferdam/books/pool/pool.h"

namespace cofferdam::default_management {

struct AllocateLoss {
  std::uint32_t loss = 0;

  static constexpr std::string_view kDoc = "Charges the layers of the pool's waterfall for a loss.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
  }
};

enum class AllocateLossStatus : std::uint16_t {
  ok,
  loss_not_found,
  allocated_before,
  loss_closed,
  no_waterfall,
  layers_too_large,
  layer_refuses,
};

// The waterfall as the books would run it for a loss now: what `cofferdam calc waterfall` takes.
// Layers of pools and accounts are named by code and number.
[[nodiscard]] WaterfallInput waterfall_input(const State& state, const ledger::State& ledger,
                                             const pool::State& pools, const Loss& loss,
                                             const Waterfall& waterfall, Time now);

[[nodiscard]] AllocateLossStatus check_shape(const AllocateLoss& command);
[[nodiscard]] AllocateLossStatus check_state(const AllocateLoss& command, const State& state,
                                             const market::State& market,
                                             const ledger::State& ledger, const pool::State& pools);
AllocateLossStatus apply(const AllocateLoss& command, State& state, const market::State& market,
                         ledger::State& ledger, pool::State& pools, Context& context);

// Closes the loss when nothing of it is left.
void close_if_borne(State& state, Context& context, std::uint32_t loss);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AllocateLossStatus> {
  static constexpr std::array<std::string_view, 7> kNames{
      "ok",           "loss_not_found",   "allocated_before", "loss_closed",
      "no_waterfall", "layers_too_large", "layer_refuses"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "the loss must exist",
      "a loss is allocated once",
      "nothing of the loss is left",
      "a waterfall must be defined for the pool and the asset",
      "what layers hold together fits 128 bits",
      "an account or conduit on the way does not allow it"};
};
