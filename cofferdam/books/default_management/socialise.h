// SPDX-License-Identifier: Apache-2.0
//
// Spreading a loss that no layer bears, in the four published ways.
//
//   haircut           claims pay pro rata, by largest remainder; the parts are the loss to the unit
//   settlement_price  the mark is moved against the winning side by the least number of ticks that
//                     brings in the loss
//   funding_index     Drift v2, calculate_funding_rate_deltas_to_resolve_bankruptcy: both sides pay
//                     ceil(loss / (|long| + |short|)) for each unit of position
//   deposit_index     Drift v2, calculate_cumulative_deposit_interest_delta_to_resolve_bankruptcy:
//                     the index falls by ceil(index * loss / deposits), at most to one unit of it
//
// An index and a price move in steps, so they bring in at least the loss: the rest is named dust.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::default_management {

enum class SocialiseMethod : std::uint8_t {
  haircut,
  settlement_price,
  funding_index,
  deposit_index,
};

struct SocialiseAccount {
  std::string account;
  Amount claim;
  Quantity position;

  static constexpr std::array<std::string_view, 1> kRequired{"account"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "unique name");
    visit("claim", self.claim,
          "haircut: what it may ask; deposit_index: its deposit; else the most that it can pay, "
          "null or 0 for any");
    visit("position", self.position, "settlement_price, funding_index: long above zero");
  }
};

struct SocialiseInput {
  std::uint8_t scale = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  SocialiseMethod method = SocialiseMethod::haircut;
  Amount loss;
  Price mark_price;
  Price tick_size = Price(1);
  bool longs_pay = false;
  u128 index = 10'000'000'000ULL;
  std::vector<SocialiseAccount> accounts;

  static constexpr std::array<std::string_view, 2> kRequired{"loss", "accounts"};
  static constexpr std::string_view kDoc =
      "A loss spread over those who remain: by haircut, settlement price or index, to the unit.";
  static constexpr std::string_view kSource =
      "haircut: largest-remainder method (Hamilton 1792); indexes: Drift v2, "
      "programs/drift/src/math/liquidation.rs; settlement price: solved for the least tick";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("price_scale", self.price_scale, "fraction digits of prices and of the funding index");
    visit("quantity_scale", self.quantity_scale, "fraction digits of positions");
    visit("method", self.method, "how it is spread");
    visit("loss", self.loss, "to be spread");
    visit("mark_price", self.mark_price, "settlement_price: before the move");
    visit("tick_size", self.tick_size, "settlement_price: prices are its multiples");
    visit("longs_pay", self.longs_pay,
          "settlement_price: true lowers the price, false raises it and the shorts pay");
    visit("index", self.index, "deposit_index: cumulative index before, as an integer");
    visit("accounts", self.accounts, "at most 100,000");
  }
};

struct SocialiseCharge {
  std::string account;
  Amount charge;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "that pays");
    visit("charge", self.charge, "what it pays, rounded up for a price or an index");
  }
};

struct SocialiseOutput {
  Amount collected;
  Amount uncovered;
  Amount dust;
  std::string rate;
  std::optional<Price> settlement_price;
  std::optional<Price> index_delta;
  std::optional<u128> index_after;
  std::vector<SocialiseCharge> charges;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("collected", self.collected, "sum of the charges");
    visit("uncovered", self.uncovered, "loss that nobody could bear");
    visit("dust", self.dust, "collected beyond the loss: goes to a named account");
    visit("rate", self.rate, "part of each claim, or of each unit, as an exact fraction");
    visit("settlement_price", self.settlement_price, "after the move");
    visit("index_delta", self.index_delta,
          "funding_index: what one unit of position pays, rounded up");
    visit("index_after", self.index_after, "deposit_index: after the fall");
    visit("charges", self.charges, "by account; those who pay nothing are left out");
  }
};

[[nodiscard]] base::Result<SocialiseOutput> socialise(const SocialiseInput& input);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::SocialiseMethod> {
  static constexpr std::array<std::string_view, 4> kNames{"haircut", "settlement_price",
                                                          "funding_index", "deposit_index"};
};
