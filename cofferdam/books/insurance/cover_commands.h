// SPDX-License-Identifier: Apache-2.0
//
// Covers by command: priced by a versioned set, bound when capacity, concentration and the gate
// allow it, cancelled with the unearned premium back.
//
// The premium is that of the price rule in force and at least the technical premium of the model.
// Admission is on marginal capital: the command says what the model required before this cover and
// with it; the first must be what the books have, or the answer was for other books.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

struct SetPrices {
  PoolId pool;
  Peril peril = Peril::exchange_insolvency;
  CoverPriceRule rule = CoverPriceRule::nexus_2_11;
  std::uint32_t capacity_bps = kBpsOne;
  std::uint32_t target_price_bps = 100;
  std::uint32_t floor_bps = 200;
  std::uint32_t ceiling_bps = 1'200;
  Rate expense_ratio;

  static constexpr std::string_view kDoc =
      "Sets how covers against a peril are priced and how much is sold, as a new version.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("peril", self.peril, "that it prices");
    visit("rule", self.rule, "the named rule, with its bump and decay");
    visit("capacity_bps", self.capacity_bps,
          "most cover against the peril, in basis points of capital");
    visit("target_price_bps", self.target_price_bps, "nexus: a year, of the limit");
    visit("floor_bps", self.floor_bps, "neptune: least rate");
    visit("ceiling_bps", self.ceiling_bps, "neptune: most");
    visit("expense_ratio", self.expense_ratio, "part of the premium for running the pool, below 1");
  }
};

struct BindCover {
  std::string code;
  PoolId pool;
  AssetId asset;
  PolicyTerms terms;
  AccountId account;
  Amount premium_max;
  Amount technical_premium;
  std::string model;
  Amount capital_before;
  Amount capital_after;

  static constexpr std::string_view kDoc =
      "Binds a cover: its terms are frozen and its premium is taken.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("terms", self.terms, "the promise");
    visit("account", self.account, "of the insured in the pool: it pays and is paid");
    visit("premium_max", self.premium_max, "the most that it pays; 0: any");
    visit("technical_premium", self.technical_premium, "for this cover and period, from the model");
    visit("model", self.model, "its name and version");
    visit("capital_before", self.capital_before, "required by the model without this cover");
    visit("capital_after", self.capital_after, "and with it");
  }
};

struct CancelCover {
  std::string code;

  static constexpr std::string_view kDoc =
      "Cancels a cover that has paid nothing; the premium of the days to come goes back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "of the cover");
  }
};

enum class CoverStatus : std::uint16_t {
  ok,
  code_malformed,
  model_malformed,
  prices_malformed,
  period_malformed,
  limit_malformed,
  sub_limits_malformed,
  retention_malformed,
  retroactive_malformed,
  term_twice,
  insured_missing,
  counterparty_missing,
  insures_itself,
  capital_falls,
  not_an_insurance_pool,
  has_different_asset,
  cover_exists,
  too_many_covers,
  member_not_found,
  account_not_found,
  account_in_another_pool,
  account_has_different_asset,
  account_class_not_allowed,
  account_of_another_owner,
  insures_the_pool,
  own_marks_unguarded,
  no_prices,
  starts_in_the_past,
  capital_stale,
  period_not_sold,
  price_refused,
  beyond_capacity,
  too_concentrated,
  wrong_way,
  gate_shut,
  premium_above_most,
  account_refuses,
  cover_not_found,
  cover_not_in_force,
  claim_open,
  claim_paid,
};

[[nodiscard]] CoverStatus check_shape(const SetPrices& command);
[[nodiscard]] CoverStatus check_state(const SetPrices& command, const State& state,
                                      const ledger::State& ledger);
CoverStatus apply(const SetPrices& command, State& state, ledger::State& ledger, Context& context);

[[nodiscard]] CoverStatus check_shape(const BindCover& command);
[[nodiscard]] CoverStatus check_state(const BindCover& command, const State& state,
                                      const ledger::State& ledger);
CoverStatus apply(const BindCover& command, State& state, ledger::State& ledger, Context& context);

[[nodiscard]] CoverStatus check_shape(const CancelCover& command);
[[nodiscard]] CoverStatus check_state(const CancelCover& command, const State& state,
                                      const ledger::State& ledger);
CoverStatus apply(const CancelCover& command, State& state, ledger::State& ledger,
                  Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::CoverStatus> {
  static constexpr std::array<std::string_view, 41> kNames{"ok",
                                                           "code_malformed",
                                                           "model_malformed",
                                                           "prices_malformed",
                                                           "period_malformed",
                                                           "limit_malformed",
                                                           "sub_limits_malformed",
                                                           "retention_malformed",
                                                           "retroactive_malformed",
                                                           "term_twice",
                                                           "insured_missing",
                                                           "counterparty_missing",
                                                           "insures_itself",
                                                           "capital_falls",
                                                           "not_an_insurance_pool",
                                                           "has_different_asset",
                                                           "cover_exists",
                                                           "too_many_covers",
                                                           "member_not_found",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_has_different_asset",
                                                           "account_class_not_allowed",
                                                           "account_of_another_owner",
                                                           "insures_the_pool",
                                                           "own_marks_unguarded",
                                                           "no_prices",
                                                           "starts_in_the_past",
                                                           "capital_stale",
                                                           "period_not_sold",
                                                           "price_refused",
                                                           "beyond_capacity",
                                                           "too_concentrated",
                                                           "wrong_way",
                                                           "gate_shut",
                                                           "premium_above_most",
                                                           "account_refuses",
                                                           "cover_not_found",
                                                           "cover_not_in_force",
                                                           "claim_open",
                                                           "claim_paid"};
  static constexpr std::array<std::string_view, 41> kDocs{
      "",
      "a code is 1 to 32 letters, digits, '.', '_' or '-', beginning with a letter",
      "a model is named in 1 to 128 printable characters",
      "capacity, target and floor are above 0, the ceiling above the floor, the expense part from "
      "0 "
      "to below 1",
      "a cover begins in 1970 or later and ends after its beginning, at most 366 days later; its "
      "durations are not negative",
      "the limit is above 0, and an aggregate limit is 0 or at least the limit",
      "cover of assets has one sub-limit for each place where they are kept, above 0 and at most "
      "the limit; other perils have none",
      "a retention is below 1,000,000 millionths, a deductible below the limit",
      "a retroactive date is not after the start, and covers of losses occurring have none",
      "an exclusion or a warranty stands once",
      "somebody is insured",
      "insolvency and exploits are insured against a named counterparty",
      "nobody is insured against the own failure",
      "a cover does not lower the capital that is required",
      "an insurance pool must have been opened over the pool",
      "the insurance pool counts another asset",
      "another cover has this code",
      "an insurance pool has at most 100,000 covers in force",
      "the insured must be an active member",
      "the account must exist",
      "money of an insurance pool moves inside its pool only",
      "the account counts what the pool counts",
      "custodians, the outside, the system and the funds themselves neither pay nor are paid",
      "the account belongs to the insured",
      "a pool neither insures its manager nor against its failure",
      "an insured that sets its own marks bears at least the pool's retention and warrants "
      "independent marks",
      "prices against the peril must have been set",
      "a cover does not begin before it is bound",
      "the capital before the cover must be what the books have",
      "the price rule does not sell this period",
      "the price rule does not take the amount: its unit is 0.01",
      "cover against a peril stays within its part of capital",
      "cover against one counterparty and of one insured stays within its part of capacity",
      "the pool's assets may not lie with those whom or against whom it insures, beyond its limit",
      "capital must be at least what is required with this cover",
      "the premium is at most what the insured agreed to",
      "the account does not hold the premium, or it is frozen or closed",
      "the cover must exist",
      "the cover must be in force",
      "a cover with an open claim is not cancelled",
      "a cover that has paid is not cancelled"};
};
