// SPDX-License-Identifier: Apache-2.0
//
// A portfolio in its market, checked and resolved: what every rulebook computes on. After this no
// code is unknown, no price is zero or below, no expiry is past, and sizes are such that sums fit.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/margin/decimal.h"
#include "cofferdam/models/margin/fixed_black.h"
#include "cofferdam/models/margin/market.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

using base::Result;

struct Scales {
  unsigned amount = 18;
  unsigned price = 18;
  unsigned quantity = 18;
};

struct ExpiryFacts {
  base::Time expiry;
  std::int64_t seconds = 0;  // from the market's time, whole seconds, rounded down
  Decimal forward;
  Decimal forward_fixed;
  Decimal rate;
  Decimal confidence;
};

struct UnderlyingFacts {
  std::string code;
  Decimal spot;
  Decimal confidence;
  std::vector<ExpiryFacts> expiries;
};

struct Contract {
  std::string code;
  InstrumentKind kind = InstrumentKind::perpetual;
  std::size_t underlying = 0;
  base::Time expiry;
  std::int64_t seconds = 0;
  std::optional<std::size_t> facts;  // of the expiry, in its underlying
  Decimal strike;
  std::optional<Decimal> mark;  // none only for options priced by their volatility
  std::optional<Decimal> volatility;
  Decimal confidence;
  Decimal size;
  Decimal open_interest;
  std::string tier;
};

struct Holding {
  std::size_t contract = 0;
  Decimal quantity;
  std::optional<Decimal> entry;
  std::optional<Decimal> pnl;  // as given
  std::optional<Decimal> initial_fraction;
};

struct Book {
  Scales scales;
  Decimal cash;
  Decimal stable;
  std::vector<UnderlyingFacts> underlyings;
  std::vector<Contract> contracts;
  std::vector<Holding> holdings;
  std::shared_ptr<BlackMemo> memo = std::make_shared<BlackMemo>();  // copies share it

  [[nodiscard]] const Contract& of(const Holding& holding) const {
    return contracts[holding.contract];
  }

  [[nodiscard]] const UnderlyingFacts& of(const Contract& contract) const {
    return underlyings[contract.underlying];
  }
};

[[nodiscard]] constexpr bool is_option(InstrumentKind kind) {
  return kind == InstrumentKind::call || kind == InstrumentKind::put;
}

[[nodiscard]] constexpr bool is_inverse(InstrumentKind kind) {
  return kind == InstrumentKind::inverse_perpetual || kind == InstrumentKind::inverse_future;
}

[[nodiscard]] constexpr bool is_linear_future(InstrumentKind kind) {
  return kind == InstrumentKind::perpetual || kind == InstrumentKind::future;
}

[[nodiscard]] Result<Book> resolve(const Market& market, const Portfolio& portfolio,
                                   const Scales& scales);

// Which contract has this code.
[[nodiscard]] std::optional<std::size_t> find_contract(const Book& book, std::string_view code);

// Refuses values beyond what the arithmetic of 18 digits holds for sure.
[[nodiscard]] Result<void> check_size(const Book& book, const Holding& holding,
                                      std::string_view field);

// The facts of the contract's expiry; an error that names what the market must list.
[[nodiscard]] Result<const ExpiryFacts*> expiry_facts(const Book& book, const Contract& contract);

// Unrealised profit of a linear perpetual or future: as given, else from the entry price at the
// mark, else zero.
[[nodiscard]] Decimal linear_pnl(const Book& book, const Holding& holding);

// "2026-03-27T08:00:00Z"
[[nodiscard]] std::string time_text(base::Time time);
// Without trailing zeros.
[[nodiscard]] std::string text(Decimal value);

}  // namespace cofferdam::rulebook
