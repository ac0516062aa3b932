// SPDX-License-Identifier: Apache-2.0
//
// Profit that stays in its pool for a time after the settlement that paid it. It counts as
// collateral at once: it may back risk and pay losses and fees; but it may not leave its
// collateral account by a transfer, nor buy what could leave in its stead, before it is mature. A
// part of the period is one of eight: profit of one part matures together, a whole period after
// the end of that part. Losses take what is not mature first, the newest first; fees take none of
// it, so that what is deposited after them may be held in its place.
#pragma once

#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/margin/safeguards.h"
#include "cofferdam/books/market/record_trades.h"

#include <span>

namespace cofferdam::margin {

struct SetMaturity {
  PoolId pool;
  Duration period;

  static constexpr std::string_view kDoc =
      "Says how long settled profit stays in a pool before it may leave it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("period", self.period, "at most 366 days; 0: what is settled from now on may leave");
  }
};

enum class SetMaturityStatus : std::uint16_t { ok, period_out_of_range, pool_not_found };

[[nodiscard]] SetMaturityStatus check_shape(const SetMaturity& command);
[[nodiscard]] SetMaturityStatus check_state(const SetMaturity& command, const SafeguardState& state,
                                            const ledger::State& ledger);
SetMaturityStatus apply(const SetMaturity& command, SafeguardState& state,
                        ledger::Context& context);

// Follows the settlements among a command's postings.
void follow_settlements(SafeguardState& state, const market::State& market,
                        const ledger::State& ledger, std::span<const ledger::Transfer> postings,
                        ledger::Context& context);

// What of an account's collateral is not mature.
[[nodiscard]] Amount immature(const SafeguardState& state, const market::Participant::Key& account,
                              Time now);

// The first collateral account that this command has lowered below what is not mature; in words.
[[nodiscard]] std::optional<std::string> find_immature_withdrawal(const SafeguardState& state,
                                                                  const market::State& market,
                                                                  const ledger::State& ledger,
                                                                  Time now);

// The same of commands that may lower it for other reasons: the first account that `purchases` took
// from and left with less than what is not mature.
[[nodiscard]] std::optional<std::string> find_immature_purchase(
    const SafeguardState& state, const market::State& market, const ledger::State& ledger,
    std::span<const ledger::Transfer> purchases, Time now);

// The same of trades, one by one.
class MaturityGuard final : public market::PaymentGuard {
 public:
  MaturityGuard(const SafeguardState& state, const market::State& market,
                const ledger::State& ledger, Time now)
      : state_(state), market_(market), ledger_(ledger), now_(now) {}

  [[nodiscard]] bool may_have_paid(const ledger::Account& payer) override;

 private:
  const SafeguardState& state_;
  const market::State& market_;
  const ledger::State& ledger_;
  Time now_;
};

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetMaturityStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "period_out_of_range",
                                                          "pool_not_found"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "", "a period is not negative, and at most 366 days", "the pool must exist"};
};
