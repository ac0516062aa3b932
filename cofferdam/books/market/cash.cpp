// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/cash.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/ledger/posting.h"

namespace cofferdam::market {

namespace {

class Booking {
 public:
  Booking(const Payment& payment, State& state, ledger::State& ledger, ledger::Context& context)
      : payment_(payment), state_(state), ledger_(ledger), context_(context) {}

  [[nodiscard]] Paid move(Slot from, Slot to, Amount amount) {
    const Participant payer = state_.participants.at(from);
    const Participant payee = state_.participants.at(to);
    if (payer.pool == payee.pool) {
      // One leg, so that what a refusal says is told apart by asking the payer alone.
      if (!covers(payer.collateral, amount)) return Paid::not_covered;
      return leg(payer.collateral, payee.collateral, amount) ? Paid::ok : Paid::cannot_be_credited;
    }
    const ClearingConduit::Key key{payer.pool, payee.pool, payer.asset};
    if (ensure_conduit(state_, ledger_, context_, key) != Opened::ok) return Paid::account_id_taken;
    const Slot sending = state_.desks.find({payer.pool, payer.asset})->settlement;
    const Slot receiving = state_.desks.find({payee.pool, payer.asset})->settlement;
    ClearingConduit& conduit = state_.conduits.edit(context_.changes, key);
    const std::optional<Amount> moved = base::try_add(conduit.moved, amount);
    if (!moved) return Paid::overflows;
    conduit.moved = *moved;
    if (!leg(payer.collateral, sending, amount)) return Paid::not_covered;
    if (!leg(sending, conduit.sent, amount) || !leg(conduit.received, receiving, amount))
      return Paid::overflows;
    return leg(receiving, payee.collateral, amount) ? Paid::ok : Paid::cannot_be_credited;
  }

  [[nodiscard]] bool leg(Slot debit, Slot credit, Amount amount) {
    return ledger::post_leg(ledger_, context_, debit, credit, amount, payment_.code,
                            payment_.reference) == ledger::TransferStatus::ok;
  }

  [[nodiscard]] bool covers(Slot account, Amount amount) const {
    const ledger::Account& row = ledger_.accounts.at(account);
    return !row.is(ledger::kFrozen) && !row.is(ledger::kClosed) &&
           ledger::available_to_debit(row) >= amount;
  }

  [[nodiscard]] Paid open_desks() {
    for (const Slot each : {payment_.payer, payment_.payee}) {
      const Participant participant = state_.participants.at(each);
      if (ensure_desk(state_, ledger_, context_, participant.pool, participant.asset) != Opened::ok)
        return Paid::account_id_taken;
    }
    return Paid::ok;
  }

  [[nodiscard]] Slot dust() const {
    const Participant& payer = state_.participants.at(payment_.payer);
    return state_.desks.find({payer.pool, payer.asset})->dust;
  }

  [[nodiscard]] Slot collateral() const {
    return state_.participants.at(payment_.payer).collateral;
  }

 private:
  const Payment& payment_;
  State& state_;
  ledger::State& ledger_;
  ledger::Context& context_;
};

[[nodiscard]] Amount dust_of(const Payment& payment) {
  COFFERDAM_CHECK(payment.received <= payment.paid, "nobody receives more than is paid");
  return payment.paid - payment.received;
}

}  // namespace

Paid pay(const Payment& payment, State& state, ledger::State& ledger, ledger::Context& context) {
  Booking booking(payment, state, ledger, context);
  if (const Paid paid = booking.open_desks(); paid != Paid::ok) return paid;
  if (const Paid paid = booking.move(payment.payer, payment.payee, payment.received);
      paid != Paid::ok)
    return paid;
  return booking.leg(booking.collateral(), booking.dust(), dust_of(payment)) ? Paid::ok
                                                                             : Paid::not_covered;
}

Paid pay_back(const Payment& payment, State& state, ledger::State& ledger,
              ledger::Context& context) {
  Booking booking(payment, state, ledger, context);
  if (const Paid paid = booking.open_desks(); paid != Paid::ok) return paid;
  if (const Paid paid = booking.move(payment.payee, payment.payer, payment.received);
      paid != Paid::ok)
    return paid;
  return booking.leg(booking.dust(), booking.collateral(), dust_of(payment))
             ? Paid::ok
             : Paid::cannot_be_credited;
}

Payment price_of(const Contract& contract, u128 value) {
  return Payment{.paid = Amount(base::div_round<base::Rounding::up>(value, contract.settle_factor)),
                 .received = Amount(value / contract.settle_factor),
                 .code = kTradePremium};
}

std::optional<Amount> delivered_by(const Contract& contract, unsigned base_scale,
                                   Quantity quantity) {
  u128 units = 0;
  if (__builtin_mul_overflow(quantity.magnitude(),
                             base::power_of_ten(base_scale - contract.quantity_scale), &units) ||
      units >= kValueMax)
    return std::nullopt;
  return Amount(units);
}

}  // namespace cofferdam::market
