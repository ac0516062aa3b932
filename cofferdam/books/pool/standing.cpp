// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/standing.h"

#include "cofferdam/base/rounding.h"

namespace cofferdam::pool {

namespace {

using base::i128;
using base::u128;
using ledger::AccountClass;
using ledger::OwnerClass;

enum class Way : std::uint8_t { in, out };

void count(Standing& standing, Side side, const Sum& credit, Way way) {
  const auto put = [&](Sum& sum, const Sum& amount) {
    sum = way == Way::in ? sum + amount : sum - amount;
  };
  switch (side) {
    case Side::held:
      return put(standing.held, Sum() - credit);
    case Side::declared:
      return put(standing.declared, Sum() - credit);
    case Side::between:
      return put(standing.between, credit);
    case Side::owners:
      if (!credit.is_negative()) return put(standing.owed, credit);
      return put(standing.debts, Sum() - credit);
    case Side::own:
      return put(standing.own, credit);
  }
}

[[nodiscard]] bool fits(const Sum& sum) {
  return sum.high == (sum.low >> 127U == 0 ? 0 : -1);
}

// Rounded down.
[[nodiscard]] Sum half(const Sum& sum) {
  return {(sum.low >> 1U) | (static_cast<u128>(sum.high & 1) << 127U), sum.high >> 1};
}

}  // namespace

Side side_of(const ledger::Account& account) {
  switch (account.account_class) {
    case AccountClass::custody:
      return Side::held;
    case AccountClass::external:
      return Side::declared;
    case AccountClass::conduit:
    case AccountClass::in_transit:
      return Side::between;
    case AccountClass::general:
    case AccountClass::collateral:
    case AccountClass::position:
    case AccountClass::open_value:
    case AccountClass::clearing:
    case AccountClass::fee:
    case AccountClass::buffer:
    case AccountClass::reserve:
    case AccountClass::deficit:
    case AccountClass::dust:
    case AccountClass::settlement:
      break;
  }
  const OwnerClass owner = account.owner_class;
  return owner == OwnerClass::client || owner == OwnerClass::member || owner == OwnerClass::provider
             ? Side::owners
             : Side::own;
}

i128 Sum::value() const {
  if (fits(*this)) return static_cast<i128>(low);
  return is_negative() ? base::kI128Min : base::kI128Max;
}

Sum operator+(const Sum& a, const Sum& b) {
  Sum sum{a.low + b.low, a.high + b.high};
  if (sum.low < a.low) ++sum.high;
  return sum;
}

Sum operator-(const Sum& a, const Sum& b) {
  Sum rest{a.low - b.low, a.high - b.high};
  if (a.low < b.low) --rest.high;
  return rest;
}

Sum credit_of(const ledger::Account& account) {
  return Sum::of(account.credits_posted.units()) - Sum::of(account.debits_posted.units());
}

void add(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), credit_of(account), Way::in);
}

void subtract(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), credit_of(account), Way::out);
}

void change(Standing& standing, Side side, const Sum& before, const Sum& after) {
  count(standing, side, before, Way::out);
  count(standing, side, after, Way::in);
}

Sum covering(const Standing& standing) {
  return standing.held + standing.declared - standing.between;
}

Sum surplus(const Standing& standing) {
  return covering(standing) - standing.owed;
}

std::optional<i128> coverage_ppm(const Standing& standing) {
  Sum owed = standing.owed;
  Sum covers = covering(standing);
  if (owed.is_negative() || owed.is_zero()) return std::nullopt;
  // Beyond 127 bits the ratio is that of the halves, taken so that it is not the greater one.
  while (!fits(owed) || !fits(covers)) {
    owed = half(owed) + Sum::of(1);
    covers = half(covers);
  }
  return base::try_mul_div<base::Rounding::floor>(covers.value(), i128{1'000'000}, owed.value())
      .value_or(covers.is_negative() ? base::kI128Min : base::kI128Max);
}

Sum net_owed(const Standing& standing) {
  return standing.owed - standing.debts;
}

bool is_balanced(const Standing& standing) {
  return covering(standing) - net_owed(standing) == standing.own;
}

}  // namespace cofferdam::pool
