// SPDX-License-Identifier: Apache-2.0
//
// Limits of a contract: how much of it may be open at most, and the quarantine of a new listing, in
// which only one pool may take it on, up to a smaller bound. They stop what opens positions; what
// makes a position smaller is always let through, and so are corrections, liquidations and
// deleveraging, which do not open anything.
//
// A change that allows less takes effect at once; anything else waits for the notice that was set
// before. These tables are a room of their own in the state hash.
#pragma once

#include "cofferdam/books/market/market.h"
#include "cofferdam/books/market/terms.h"

#include <optional>

namespace cofferdam::market {

struct LimitTerms {
  Quantity open_max;
  Time quarantine_until;
  PoolId quarantine_pool;
  Quantity quarantine_open_max;

  friend bool operator==(const LimitTerms&, const LimitTerms&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("open_max", self.open_max, "most that may be open on either side; 0: any");
    visit("quarantine_until", self.quarantine_until, "end of the quarantine; 0: none");
    visit("quarantine_pool", self.quarantine_pool,
          "the only pool that may open positions until then; none: any");
    visit("quarantine_open_max", self.quarantine_open_max,
          "most that may be open until then; 0: as without the quarantine");
  }

  [[nodiscard]] bool quarantined(Time now) const { return now < quarantine_until; }

  // The most that may be open now; nothing: any.
  [[nodiscard]] std::optional<Quantity> most_open(Time now) const;
};

struct Limit {
  using Key = ContractId;
  ContractId contract;
  LimitTerms terms;
  std::optional<LimitTerms> before;
  Time effective;
  base::Duration notice;
  Time set;

  [[nodiscard]] Key key() const { return contract; }

  [[nodiscard]] const LimitTerms& at(Time now) const {
    return before && now < effective ? *before : terms;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    LimitTerms::fields(self.terms, visit);
    visit("before", self.before, "what holds until the terms take effect");
    visit("effective", self.effective, "when the terms take effect");
    visit("notice", self.notice, "how long a change that allows more waits");
    visit("set", self.set, "when they were set last");
  }
};

struct LimitState {
  base::Table<Limit> limits;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.limits);
  }
};

// One side of a trade or an order: where, from which position to which.
struct SideMove {
  PoolId pool;
  i128 before = 0;
  i128 after = 0;
};

enum class LimitBreach : std::uint8_t { none, open_interest, quarantine };

// Whether limits are asked at all, of trades and of orders: spot opens nothing.
[[nodiscard]] bool is_limited(const LimitState& state, ContractId contract, const Terms* terms);

// Whether a move of open interest from `open` to `opened` with these sides is let through.
[[nodiscard]] LimitBreach find_limit_breach(const LimitState& state, ContractId contract, Time now,
                                            i128 open, i128 opened, const SideMove& a,
                                            const SideMove& b);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::LimitBreach> {
  static constexpr std::array<std::string_view, 3> kNames{"none", "open_interest", "quarantine"};
};
