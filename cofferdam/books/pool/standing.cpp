// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/standing.h"

#include "cofferdam/base/rounding.h"

namespace cofferdam::pool {

namespace {

using base::i128;
using ledger::AccountClass;
using ledger::OwnerClass;

using base::u128;

[[nodiscard]] constexpr i128 plus(i128 a, i128 b) {
  return static_cast<i128>(static_cast<u128>(a) + static_cast<u128>(b));
}

[[nodiscard]] constexpr i128 minus(i128 a, i128 b) {
  return static_cast<i128>(static_cast<u128>(a) - static_cast<u128>(b));
}

enum class Way : std::uint8_t { in, out };

void count(Standing& standing, Side side, i128 credit, Way way) {
  const auto put = [&](i128& sum, i128 amount) {
    sum = way == Way::in ? plus(sum, amount) : minus(sum, amount);
  };
  switch (side) {
    case Side::held:
      return put(standing.held, minus(0, credit));
    case Side::declared:
      return put(standing.declared, minus(0, credit));
    case Side::between:
      return put(standing.between, credit);
    case Side::owners:
      if (credit >= 0) return put(standing.owed, credit);
      return put(standing.debts, minus(0, credit));
    case Side::own:
      return put(standing.own, credit);
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
             ? Side::owners
             : Side::own;
}

i128 credit_of(const ledger::Account& account) {
  return static_cast<i128>(account.credits_posted.units() - account.debits_posted.units());
}

void add(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), credit_of(account), Way::in);
}

void subtract(Standing& standing, const ledger::Account& account) {
  count(standing, side_of(account), credit_of(account), Way::out);
}

void change(Standing& standing, Side side, i128 before, i128 after) {
  count(standing, side, before, Way::out);
  count(standing, side, after, Way::in);
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

i128 net_owed(const Standing& standing) {
  return minus(standing.owed, standing.debts);
}

bool is_balanced(const Standing& standing) {
  return minus(covering(standing), net_owed(standing)) == standing.own;
}

}  // namespace cofferdam::pool
