// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/fees.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <limits>

namespace cofferdam::market {

namespace {

using base::Rounding;

// ppm of a value, in settlement units.
template <Rounding R>
[[nodiscard]] std::optional<u128> part(u128 value, u128 ppm, u128 settle_factor) {
  u128 divisor = 0;
  if (__builtin_mul_overflow(settle_factor, u128{kPpmOne}, &divisor)) return std::nullopt;
  return base::try_mul_div<R>(value, ppm, divisor);
}

}  // namespace

const FeeSchedule* fees_at(const TermsState& state, ContractId contract, Sequence sequence) {
  const auto& rows = state.fees.rows();
  auto row = rows.upper_bound({contract, std::numeric_limits<std::uint32_t>::max()});
  while (row != rows.begin()) {
    --row;
    if (row->first.contract != contract) return nullptr;
    if (row->second.since <= sequence) return &row->second;
  }
  return nullptr;
}

std::optional<SignedAmount> fee_of(const FeeTerms& terms, u128 value, u128 quantity) {
  u128 base_value = value;
  if (terms.basis == FeeBasis::quantity &&
      (__builtin_mul_overflow(terms.value_factor, base::power_of_ten(terms.price_scale),
                              &base_value) ||
       __builtin_mul_overflow(base_value, quantity, &base_value)))
    return std::nullopt;
  const u128 ppm = base::magnitude(i128{terms.ppm});
  const bool rebate = terms.ppm < 0;
  auto fee = rebate ? part<Rounding::down>(base_value, ppm, terms.settle_factor)
                    : part<Rounding::up>(base_value, ppm, terms.settle_factor);
  if (terms.cap_ppm != 0) {
    const auto cap = part<Rounding::up>(value, u128{terms.cap_ppm}, terms.settle_factor);
    if (!cap) return std::nullopt;
    if (fee) fee = std::min(*fee, *cap);
  }
  if (!fee || *fee >= kValueMax) return std::nullopt;
  const i128 units = static_cast<i128>(*fee);
  return SignedAmount(rebate ? -units : units);
}

std::optional<SignedAmount> fee_of(const FeeSchedule* schedule, const Contract& contract,
                                   Liquidity liquidity, u128 value, u128 quantity) {
  if (schedule == nullptr) return SignedAmount();
  return fee_of(
      FeeTerms{.ppm = liquidity == Liquidity::maker ? schedule->maker_ppm : schedule->taker_ppm,
               .basis = schedule->basis,
               .cap_ppm = schedule->cap_ppm,
               .price_scale = contract.price_scale,
               .value_factor = contract.value_factor,
               .settle_factor = contract.settle_factor},
      value, quantity);
}

}  // namespace cofferdam::market
