// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/posting.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::ledger {

namespace {

using base::try_add;
using base::try_sub;

[[nodiscard]] Amount monus(Amount a, Amount b) {
  return a < b ? Amount() : a - b;
}

// more - less - bound, never below zero and never above the largest amount. The two differences are
// taken apart because the first has 129 bits with its sign.
[[nodiscard]] Amount room(Amount more, Amount less, SignedAmount bound) {
  const Amount size(base::magnitude(bound.units()));
  const auto rest = bound.is_negative() ? try_add(more, size) : try_add(less, size);
  if (bound.is_negative()) {
    // more + size may need one bit more than an amount has; less is then taken off first.
    if (rest) return monus(*rest, less);
    if (less >= more) return monus(size, less - more);
    return try_add(more - less, size).value_or(Amount::max());
  }
  return rest ? monus(more, *rest) : Amount();
}

// How much may be debited before the net credit balance, less all debits, reaches the floor.
[[nodiscard]] Amount above_floor(const Account& a) {
  return room(a.credits_posted, a.debits_posted + a.debits_pending, a.floor);
}

// ceiling - (all credits - debits posted) = debits posted - all credits - (-ceiling).
[[nodiscard]] Amount below_ceiling(const Account& a) {
  const Amount credits = a.credits_posted + a.credits_pending;
  // The most negative ceiling has no opposite.
  if (a.ceiling.units() == base::kI128Min)
    return monus(a.debits_posted, credits) < Amount(base::magnitude(base::kI128Min))
               ? Amount()
               : monus(a.debits_posted, credits) - Amount(base::magnitude(base::kI128Min));
  return room(a.debits_posted, credits, -a.ceiling);
}

[[nodiscard]] TransferStatus overflows(const State& state, const Account& debit,
                                       const Account& credit, Amount amount, Leg leg) {
  if (leg == Leg::pending) {
    if (!try_add(debit.debits_pending, amount)) return TransferStatus::overflows_debits_pending;
    if (!try_add(credit.credits_pending, amount)) return TransferStatus::overflows_credits_pending;
  }
  if (!try_add(debit.debits_posted, amount)) return TransferStatus::overflows_debits_posted;
  if (!try_add(credit.credits_posted, amount)) return TransferStatus::overflows_credits_posted;
  if (!try_add(debit.debits_pending + debit.debits_posted, amount))
    return TransferStatus::overflows_debits;
  if (!try_add(credit.credits_pending + credit.credits_posted, amount))
    return TransferStatus::overflows_credits;
  const Total& from = state.totals.at(debit.total);
  const Total& to = state.totals.at(credit.total);
  const auto debits = try_add(from.debits_pending, from.debits_posted);
  const auto credits = try_add(to.credits_pending, to.credits_posted);
  if (!debits || !credits || !try_add(*debits, amount) || !try_add(*credits, amount))
    return TransferStatus::overflows_pool_total;
  return TransferStatus::ok;
}

}  // namespace

Amount available_to_debit(const Account& account) {
  const Amount debits = account.debits_posted + account.debits_pending;
  const Amount left = monus(account.credits_posted, debits);
  return account.is(kHasFloor) ? std::min(left, above_floor(account)) : left;
}

Amount available_to_credit(const Account& account) {
  const Amount credits = account.credits_posted + account.credits_pending;
  const Amount left = monus(account.debits_posted, credits);
  return account.is(kHasCeiling) ? std::min(left, below_ceiling(account)) : left;
}

TransferStatus can_book(const State& state, const Account& debit, const Account& credit,
                        Amount amount, Leg leg) {
  if (debit.is(kClosed)) return TransferStatus::debit_account_already_closed;
  if (credit.is(kClosed)) return TransferStatus::credit_account_already_closed;
  if (debit.is(kFrozen)) return TransferStatus::debit_account_frozen;
  if (credit.is(kFrozen)) return TransferStatus::credit_account_frozen;
  if (const TransferStatus status = overflows(state, debit, credit, amount, leg);
      status != TransferStatus::ok)
    return status;
  if (debit.is(kDebitsMustNotExceedCredits) &&
      debit.debits_pending + debit.debits_posted + amount > debit.credits_posted)
    return TransferStatus::exceeds_credits;
  if (credit.is(kCreditsMustNotExceedDebits) &&
      credit.credits_pending + credit.credits_posted + amount > credit.debits_posted)
    return TransferStatus::exceeds_debits;
  if (debit.is(kHasFloor) && amount > above_floor(debit)) return TransferStatus::exceeds_floor;
  if (credit.is(kHasCeiling) && amount > below_ceiling(credit))
    return TransferStatus::exceeds_ceiling;
  return credit.is(kLeavesByIntent) ? TransferStatus::reserved_account_class : TransferStatus::ok;
}

void book(State& state, Changes& changes, Slot debit, Slot credit, Amount amount, Leg leg) {
  Account& from = state.accounts.edit(changes, debit);
  Account& to = state.accounts.edit(changes, credit);
  Total& from_total = state.totals.edit(changes, from.total);
  Total& to_total = state.totals.edit(changes, to.total);
  if (leg == Leg::pending) {
    from.debits_pending += amount;
    to.credits_pending += amount;
    from_total.debits_pending += amount;
    to_total.credits_pending += amount;
  } else {
    from.debits_posted += amount;
    to.credits_posted += amount;
    from_total.debits_posted += amount;
    to_total.credits_posted += amount;
  }
}

void release(State& state, Changes& changes, const Hold& hold, Amount posted) {
  Account& from = state.accounts.edit(changes, hold.debit);
  Account& to = state.accounts.edit(changes, hold.credit);
  Total& from_total = state.totals.edit(changes, from.total);
  Total& to_total = state.totals.edit(changes, to.total);
  from.debits_pending -= hold.amount;
  to.credits_pending -= hold.amount;
  from_total.debits_pending -= hold.amount;
  to_total.credits_pending -= hold.amount;
  from.debits_posted += posted;
  to.credits_posted += posted;
  from_total.debits_posted += posted;
  to_total.credits_posted += posted;
}

void reopen(State& state, Changes& changes, const Hold& hold) {
  if ((hold.flags & kClosingDebit) != 0)
    state.accounts.edit(changes, hold.debit).flags &= static_cast<std::uint16_t>(~kClosed);
  if ((hold.flags & kClosingCredit) != 0)
    state.accounts.edit(changes, hold.credit).flags &= static_cast<std::uint16_t>(~kClosed);
}

bool edge_open(const Compartment& compartment, const Account& debit, const Account& credit,
               std::uint16_t code) {
  if (debit.owner_class == credit.owner_class && debit.owner == credit.owner) return true;
  return std::any_of(compartment.edges.begin(), compartment.edges.end(), [&](const Edge& edge) {
    return edge.from == debit.owner_class && edge.to == credit.owner_class &&
           (edge.code == 0 || edge.code == code);
  });
}

bool is_reserved_class(AccountClass account_class) {
  switch (account_class) {
    case AccountClass::position:
    case AccountClass::open_value:
    case AccountClass::clearing:
    case AccountClass::conduit:
    case AccountClass::in_transit:
    case AccountClass::settlement:
      return true;
    case AccountClass::general:
    case AccountClass::custody:
    case AccountClass::external:
    case AccountClass::collateral:
    case AccountClass::fee:
    case AccountClass::buffer:
    case AccountClass::reserve:
    case AccountClass::deficit:
    case AccountClass::dust:
      return false;
  }
  return false;
}

namespace {

[[nodiscard]] Transfer leg_of(Amount amount, std::uint16_t code, u128 reference) {
  Transfer leg;
  leg.amount = amount;
  leg.user_data_128 = reference;
  leg.code = code;
  return leg;
}

[[nodiscard]] TransferStatus post(State& state, Context& context, const Transfer& leg, Slot debit,
                                  Slot credit, bool is_signed) {
  if (leg.amount.is_zero()) return TransferStatus::ok;
  const Account& from = state.accounts.at(debit);
  const Account& to = state.accounts.at(credit);
  COFFERDAM_CHECK(debit != credit, "a leg needs two accounts");
  COFFERDAM_CHECK(from.pool == to.pool, "a leg stays in one pool");
  COFFERDAM_CHECK(from.asset == to.asset, "a leg moves one asset");
  // The signatures cure the last refusal of can_book, and no other.
  const TransferStatus status = can_book(state, from, to, leg.amount, Leg::posted);
  if (status != TransferStatus::ok &&
      !(is_signed && status == TransferStatus::reserved_account_class))
    return status;
  book(state, context.changes, debit, credit, leg.amount, Leg::posted);
  Transfer posting = leg;
  posting.debit_account = from.id;
  posting.credit_account = to.id;
  posting.pool = from.pool;
  posting.asset = from.asset;
  posting.flags = kSystem;
  context.postings.push_back(posting);
  return TransferStatus::ok;
}

}  // namespace

TransferStatus post_leg(State& state, Context& context, Slot debit, Slot credit, Amount amount,
                        std::uint16_t code, u128 reference) {
  return post(state, context, leg_of(amount, code, reference), debit, credit, false);
}

TransferStatus post_signed_leg(State& state, Context& context, Slot debit, Slot credit,
                               Amount amount, std::uint16_t code, u128 reference) {
  return post(state, context, leg_of(amount, code, reference), debit, credit, true);
}

}  // namespace cofferdam::ledger
