// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/transit.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/reason.h"

#include <utility>

namespace cofferdam::custody {

using S = IntentStatus;

namespace {

struct Leg {
  AccountId debit;
  AccountId credit;
};

struct Payment {
  WalletId from;
  WalletId to;  // none for a release
  AssetId asset;
  Amount amount;
  AccountId debit_account;
  std::uint16_t code = 0;
};

[[nodiscard]] Payment payment_of(const Intent& intent) {
  if (intent.release) {
    const Release& release = *intent.release;
    return {release.wallet,        WalletId(),       release.asset, release.amount,
            release.debit_account, pool::kWithdrawal};
  }
  COFFERDAM_CHECK(intent.move.has_value(), "only a release and a move book legs");
  const Move& move = *intent.move;
  return {move.from, move.to, move.asset, move.amount, AccountId(), pool::kInternal};
}

[[nodiscard]] WalletAsset& held(WalletId wallet, AssetId asset, Legs legs) {
  Wallet& row = legs.state.wallets.edit(legs.context.changes, wallet);
  for (WalletAsset& found : row.assets)
    if (found.asset == asset) return found;
  COFFERDAM_CHECK(false, "the wallet holds the asset of an intent that was checked");
}

[[nodiscard]] S post(Leg leg, const Payment& payment, const Intent& intent, Legs legs) {
  return status_of_leg(ledger::post_signed_leg(
      legs.ledger, legs.context, legs.ledger.accounts.find_slot(leg.debit),
      legs.ledger.accounts.find_slot(leg.credit), payment.amount, payment.code, intent.id.value()));
}

}  // namespace

S order_out(const Intent& intent, Legs legs) {
  const Payment payment = payment_of(intent);
  WalletAsset& from = held(payment.from, payment.asset, legs);
  const auto outgoing = base::try_add(from.outgoing_amount, payment.amount);
  if (!outgoing) return S::overflows;
  from.outgoing_amount = *outgoing;
  Leg leg{payment.debit_account, from.outgoing};
  if (!payment.to.is_none()) {
    WalletAsset& to = held(payment.to, payment.asset, legs);
    const auto incoming = base::try_add(to.incoming_amount, payment.amount);
    if (!incoming) return S::overflows;
    to.incoming_amount = *incoming;
    leg.debit = to.incoming;
  }
  return post(leg, payment, intent, legs);
}

S take_back(const Intent& intent, Legs legs) {
  const Payment payment = payment_of(intent);
  WalletAsset& from = held(payment.from, payment.asset, legs);
  from.outgoing_amount -= payment.amount;
  Leg leg{from.outgoing, payment.debit_account};
  if (!payment.to.is_none()) {
    WalletAsset& to = held(payment.to, payment.asset, legs);
    to.incoming_amount -= payment.amount;
    leg.credit = to.incoming;
  }
  // The money is owed again, so that an account that was closed in between is open again: otherwise
  // it would lie in transit for ever. A frozen account stays frozen, and the command is refused.
  const Slot slot = legs.ledger.accounts.find_slot(leg.credit);
  if (legs.ledger.accounts.at(slot).is(ledger::kClosed))
    legs.ledger.accounts.edit(legs.context.changes, slot).flags &=
        static_cast<std::uint16_t>(~ledger::kClosed);
  return post(leg, payment, intent, legs);
}

S confirm(const Intent& intent, Legs legs) {
  const Payment payment = payment_of(intent);
  WalletAsset& from = held(payment.from, payment.asset, legs);
  from.outgoing_amount -= payment.amount;
  if (const S status = post({from.outgoing, from.custody_account}, payment, intent, legs);
      status != S::ok)
    return status;
  if (payment.to.is_none()) return S::ok;
  WalletAsset& to = held(payment.to, payment.asset, legs);
  to.incoming_amount -= payment.amount;
  return post({to.custody_account, to.incoming}, payment, intent, legs);
}

}  // namespace cofferdam::custody
