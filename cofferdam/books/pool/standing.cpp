// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/standing.h"

#include "cofferdam/base/rounding.h"

namespace cofferdam::pool {

namespace {

using base::i128;
using ledger::AccountClass;
using ledger::OwnerClass;

[[nodiscard]] i128 plus(i128 a, i128 b) {
  i128 sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? base::kI128Min : base::kI128Max;
}

[[nodiscard]] i128 minus(i128 a, i128 b) {
  i128 difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? base::kI128Max : base::kI128Min;
}

[[nodiscard]] i128 credit_of(const ledger::Account& account) {
  const auto net = base::try_difference(account.credits_posted, account.debits_posted);
  COFFERDAM_CHECK(net.has_value(), "an account's balance fits 127 bits");
  return net->units();
}

void count(Standing& standing, Side side, i128 credit) {
  switch (side) {
    case Side::held:
      standing.held = minus(standing.held, credit);
      break;
    case Side::declared:
      standing.declared = minus(standing.declared, credit);
      break;
    case Side::between:
      standing.between = plus(standing.between, credit);
      break;
    case Side::owed:
      standing.owed = plus(standing.owed, credit);
      break;
    case Side::own:
      standing.own = plus(standing.own, credit);
      break;
  }
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
             ? Side::owed
             : Side::own;
}

void add(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), credit_of(account));
}

void subtract(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), -credit_of(account));
}

i128 covering(const Standing& standing) {
  return minus(plus(standing.held, standing.declared), standing.between);
}

i128 surplus(const Standing& standing) {
  return minus(covering(standing), standing.owed);
}

std::optional<i128> coverage_ppm(const Standing& standing) {
  if (standing.owed <= 0) return std::nullopt;
  const i128 covers = covering(standing);
  return base::try_mul_div<base::Rounding::floor>(covers, i128{1'000'000}, standing.owed)
      .value_or(covers < 0 ? base::kI128Min : base::kI128Max);
}

}  // namespace cofferdam::pool
