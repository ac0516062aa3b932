// SPDX-License-Identifier: Apache-2.0
//
// What PMRM and PMRM_2 compute of the options of one expiry: values under shocks of spot,
// volatility and skew, the discounts of its value, and its contingencies.
#pragma once

#include "cofferdam/models/margin/pmrm.h"

#include <vector>

namespace cofferdam::rulebook {

struct PmrmDiscounts {
  Decimal positive = Decimal::one();
  Decimal negative = Decimal::one();
};

class PmrmExpiry {
 public:
  // The holdings are options of one expiry; every one has a volatility.
  PmrmExpiry(const Book& book, const PmrmShocks& shocks, const ExpiryFacts& facts,
             std::vector<std::size_t> options);

  // PMRM_2: options are discounted by the rate, and volatility does not fall below this in `up`.
  void discount_options(Decimal vol_up_min);

  // A change of value by holding, in the order of `options()`.
  struct Values {
    Decimal sum;
    std::vector<Decimal> of;
  };

  [[nodiscard]] Values values(Decimal spot, VolatilityShock shock) const;
  [[nodiscard]] Values skewed(const PmrmSkew& skew, VolatilityShock shock) const;

  // (add + mult * T) * min(0, the two basis scenarios), at most 0. Needs the value now.
  [[nodiscard]] Decimal basis_contingency(Decimal value) const;

  // Short options that no long option of the same strike stands against.
  [[nodiscard]] Decimal naked_shorts() const;
  // The sum of |amount|.
  [[nodiscard]] Decimal size() const;
  [[nodiscard]] Decimal confidence() const;  // least of the options' and the expiry's feeds

  [[nodiscard]] const ExpiryFacts& facts() const { return *facts_; }

  [[nodiscard]] const std::vector<std::size_t>& options() const { return options_; }

  [[nodiscard]] Decimal rate() const { return larger(facts_->rate, Decimal()); }

  [[nodiscard]] Decimal option_discount() const { return discount_; }

 private:
  [[nodiscard]] Decimal price(const Contract& contract, Decimal volatility, Decimal forward) const;
  void add(Values& values, std::size_t index, Decimal volatility, Decimal forward) const;

  const Book* book_;
  const PmrmShocks* shocks_;
  const ExpiryFacts* facts_;
  std::vector<std::size_t> options_;
  Decimal discount_ = Decimal::one();
  Decimal vol_up_min_;
  Decimal up_;
  Decimal down_;
};

// What an expiry's value is multiplied by.
[[nodiscard]] PmrmDiscounts discounts(const Pmrm& rules, const PmrmExpiry& expiry);
[[nodiscard]] PmrmDiscounts discounts(const Pmrm2& rules, const PmrmExpiry& expiry);

}  // namespace cofferdam::rulebook
