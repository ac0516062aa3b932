// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/follow_bookings.h"

#include "cofferdam/books/pool/reason.h"

#include <algorithm>

namespace cofferdam::reconciliation {

namespace {

using ledger::Slot;

// The touched totals in which holdings lie, by their rows.
[[nodiscard]] std::vector<Slot> watched_totals(const Books& books) {
  std::vector<Slot> slots;
  if (books.state.holdings.size() == 0) return slots;
  books.ledger.totals.each_touched(
      [&](const ledger::Total* /*before*/, const ledger::Total* after) {
        if (after != nullptr && books.state.watched.find(after->key()) != nullptr)
          slots.push_back(books.ledger.totals.find_slot(after->key()));
      });
  return slots;
}

[[nodiscard]] bool is_posted(const ledger::Transfer& event) {
  return !event.is(ledger::kPending) && !event.is(ledger::kVoidPending);
}

class Follower {
 public:
  explicit Follower(const Books& books) : books_(books), totals_(watched_totals(books)) {}

  [[nodiscard]] bool is_idle() const { return totals_.empty(); }

  // What one leg did to one account, when that is a holding.
  [[nodiscard]] bool follow(Slot slot, bool debited, Amount amount, Booking booking) const {
    if (slot == base::kNoSlot || amount.is_zero()) return true;
    const ledger::Account& account = books_.ledger.accounts.at(slot);
    if (std::find(totals_.begin(), totals_.end(), account.total) == totals_.end()) return true;
    if (books_.state.holdings.find(account.id) == nullptr) return true;
    const auto units = base::try_difference(amount, Amount());
    if (!units || units->units() > kUnitsMax) return false;
    const bool holds = account.account_class == ledger::AccountClass::custody ||
                       account.account_class == ledger::AccountClass::external;
    booking.account = account.id;
    booking.asset = account.asset;
    booking.amount = holds == debited ? *units : -*units;
    booking.booked = books_.context.now;
    return add_booking(books_, booking);
  }

 private:
  const Books& books_;
  std::vector<Slot> totals_;
};

struct Settled {
  IntentId intent;
  std::string transaction;
};

// The intent whose settlement this command is, if it is one.
[[nodiscard]] Settled settled_now(const custody::State& custody) {
  Settled settled;
  if (custody.intents.untouched()) return settled;
  custody.intents.each_touched([&](const custody::Intent* before, const custody::Intent* after) {
    if (before != nullptr && after != nullptr && before->state == custody::IntentState::executed &&
        after->state == custody::IntentState::settled)
      settled = {after->id, after->note};
  });
  return settled;
}

// Entries that an intent had explained and does no more: it was taken back, or settled without
// them.
[[nodiscard]] bool follow_intents(const Books& books) {
  if (books.state.holdings.size() == 0 || books.custody.intents.untouched()) return true;
  std::vector<IntentId> done;
  books.custody.intents.each_touched(
      [&](const custody::Intent* before, const custody::Intent* after) {
        if (before != nullptr && after != nullptr &&
            before->state == custody::IntentState::executed && after->state != before->state)
          done.push_back(after->id);
      });
  for (const IntentId intent : done) {
    const custody::Intent& row = *books.custody.intents.find(intent);
    const char* text = row.state == custody::IntentState::settled
                           ? "the intent was settled without it"
                           : "the intent was taken back";
    for (const WalletId wallet : {row.release ? row.release->wallet
                                  : row.move  ? row.move->from
                                              : WalletId(),
                                  row.move ? row.move->to : WalletId()}) {
      const custody::Wallet* place = books.custody.wallets.find(wallet);
      if (place == nullptr) continue;
      for (const custody::WalletAsset& held : place->assets)
        for (const Entry::Key& key : entries_in_transit(books.state, held.custody_account, intent))
          if (!reopen_entry(books, key, text)) return false;
    }
  }
  return true;
}

}  // namespace

bool follow_batch(const Books& books, std::span<const ledger::Transfer> events,
                  std::span<const ledger::TransferResult> results) {
  const Follower follower(books);
  if (follower.is_idle()) return true;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].status != ledger::TransferStatus::ok || !is_posted(events[i])) continue;
    const Booking booking{.number = ledger::address_of(books.context.sequence, i),
                          .is_fee = events[i].code == pool::kFee,
                          .transfer = events[i].id,
                          .user_data_128 = events[i].user_data_128};
    for (const bool debited : {true, false})
      if (!follower.follow(debited ? results[i].debit : results[i].credit, debited,
                           results[i].amount, booking))
        return false;
  }
  return true;
}

bool follow_postings(const Books& books, std::size_t events) {
  const Follower follower(books);
  if (!follower.is_idle()) {
    const Settled settled = settled_now(books.custody);
    const auto& postings = books.context.postings;
    for (std::size_t i = 0; i < postings.size(); ++i) {
      if (!is_posted(postings[i])) continue;
      const bool by_intent =
          !settled.intent.is_none() && postings[i].user_data_128 == settled.intent.value();
      const Booking booking{.number = ledger::address_of(books.context.sequence, events + i),
                            .is_fee = postings[i].code == pool::kFee,
                            .user_data_128 = postings[i].user_data_128,
                            .intent = by_intent ? settled.intent : IntentId(),
                            .transaction = by_intent ? settled.transaction : std::string()};
      for (const bool debited : {true, false}) {
        const AccountId id = debited ? postings[i].debit_account : postings[i].credit_account;
        if (!follower.follow(books.ledger.accounts.find_slot(id), debited, postings[i].amount,
                             booking))
          return false;
      }
    }
  }
  return follow_intents(books);
}

}  // namespace cofferdam::reconciliation
