// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/matching.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/parse_integer.h"

#include <algorithm>
#include <limits>

namespace cofferdam::reconciliation {

namespace {

// References are shared by few items; a reference that thousands share is none.
constexpr std::size_t kCandidatesMax = 64;

[[nodiscard]] std::string by_amount(SignedAmount amount) {
  return "amount " + base::to_text(amount.units());
}

[[nodiscard]] std::string by_id(base::u128 id) {
  return "id " + base::to_text(id);
}

[[nodiscard]] std::string by_intent(IntentId intent) {
  return "intent " + std::to_string(intent.value());
}

[[nodiscard]] std::string by_text(const std::string& reference) {
  return "text " + reference;
}

void keep_first_of_each(std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size();)
    if (std::find(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(i), texts[i]) !=
        texts.begin() + static_cast<std::ptrdiff_t>(i))
      texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
}

// What an entry may be found by, the surest first. One that carries our reference is not found by
// its amount: it says which booking it is.
[[nodiscard]] std::vector<std::string> texts_of(const Entry& entry) {
  std::vector<std::string> texts;
  if (!entry.our_reference.empty()) {
    if (const auto intent = intent_in(entry.our_reference)) texts.push_back(by_intent(*intent));
    if (const auto id = base::parse_u128(entry.our_reference, ""); id && *id != 0)
      texts.push_back(by_id(*id));
    texts.push_back(by_text(entry.our_reference));
  }
  if (!entry.reference.empty()) texts.push_back(by_text(entry.reference));
  if (!entry.intent.is_none()) texts.push_back(by_intent(entry.intent));
  keep_first_of_each(texts);
  return texts;
}

[[nodiscard]] std::vector<std::string> texts_of(const Booking& booking) {
  std::vector<std::string> texts;
  if (!booking.intent.is_none()) texts.push_back(by_intent(booking.intent));
  if (!booking.transfer.is_none()) texts.push_back(by_id(booking.transfer.value()));
  // The reference of a posting of custody is the number of its intent, which is no id of ours.
  if (booking.user_data_128 != 0 && booking.intent.is_none())
    texts.push_back(by_id(booking.user_data_128));
  if (!booking.transaction.empty()) texts.push_back(by_text(booking.transaction));
  keep_first_of_each(texts);
  return texts;
}

[[nodiscard]] std::vector<Lookup> lookups_of(const Entry& entry) {
  std::vector<Lookup> rows;
  const auto add = [&](std::string text) {
    rows.push_back({entry.account, true, std::move(text), entry.statement.value(), entry.position});
  };
  for (std::string& text : texts_of(entry)) add(std::move(text));
  if (entry.our_reference.empty()) add(by_amount(entry.amount));
  return rows;
}

[[nodiscard]] std::vector<Lookup> lookups_of(const Booking& booking) {
  std::vector<Lookup> rows;
  const auto add = [&](std::string text) {
    rows.push_back({booking.account, false, std::move(text), booking.number, 0});
  };
  for (std::string& text : texts_of(booking)) add(std::move(text));
  add(by_amount(booking.amount));
  return rows;
}

template <class Item>
void index(const Books& books, const Item& item) {
  for (Lookup& row : lookups_of(item))
    if (books.state.lookups.find(row.key()) == nullptr)
      books.state.lookups.insert(books.context.changes, std::move(row));
}

template <class Item>
void unindex(const Books& books, const Item& item) {
  for (const Lookup& row : lookups_of(item))
    if (books.state.lookups.find(row.key()) != nullptr)
      books.state.lookups.erase(books.context.changes, row.key());
}

// Calls f(row) for the items of one side under a text, oldest first, until it answers false.
template <class F>
void each_under(const State& state, AccountId account, bool stated, const std::string& text,
                F&& f) {
  const auto& rows = state.lookups.rows();
  std::size_t seen = 0;
  for (auto at = rows.lower_bound({account, stated, text, 0, 0});
       at != rows.end() && at->second.account == account && at->second.stated == stated &&
       at->second.text == text && seen < kCandidatesMax;
       ++at, ++seen)
    if (!f(at->second)) return;
}

[[nodiscard]] Entry::Key entry_of(const Lookup& row) {
  return {StatementId(static_cast<std::uint32_t>(row.number)), row.position};
}

[[nodiscard]] bool is_accepted(const State& state, BreakId id) {
  return !id.is_none() && state.breaks.find(id)->is_accepted();
}

[[nodiscard]] Term term_of(const State& state, const Entry& entry) {
  if (entry.state == EntryState::in_transit)
    return entry.kind == EntryKind::network_fee ? &Holding::fees : &Holding::in_transit;
  return is_accepted(state, entry.item_break) ? &Holding::accepted : &Holding::stated_open;
}

// Takes the term of a booking off.
[[nodiscard]] bool drop_term(const Books& books, const Booking& booking) {
  return is_accepted(books.state, booking.item_break)
             ? shift(books, booking.account, &Holding::accepted, booking.amount)
             : shift(books, booking.account, &Holding::booked_open, -booking.amount);
}

[[nodiscard]] bool pair_up(const Books& books, Entry::Key key, Booking::Key booked) {
  State& state = books.state;
  const Booking booking = *state.bookings.find(booked);
  Entry& entry = state.entries.edit(books.context.changes, key);
  unindex(books, entry);
  unindex(books, booking);
  if (!shift(books, entry.account, term_of(state, entry), -entry.amount)) return false;
  if (!drop_term(books, booking)) return false;
  heal_break(books, entry.item_break, "booked");
  heal_break(books, booking.item_break, "stated");
  entry.state = EntryState::matched;
  entry.booking = booking.number;
  entry.intent = booking.intent;
  state.bookings.erase(books.context.changes, booked);
  if (entry.amount == booking.amount) return true;
  const auto difference = base::try_add(entry.amount, -booking.amount);
  if (!difference || !shift(books, entry.account, &Holding::differing, *difference)) return false;
  entry.item_break = open_break(books,
                                {.account = entry.account,
                                 .kind = BreakKind::amount_differs,
                                 .amount = *difference,
                                 .statement = entry.statement,
                                 .position = entry.position,
                                 .booking = booking.number,
                                 .since = std::min(entry.booked, booking.booked)},
                                "stated and booked with different amounts");
  return true;
}

// Of the bookings that share a reference with the entry, the one of its amount, else the oldest of
// its kind.
[[nodiscard]] const Booking* referred_booking(const State& state, const Entry& entry) {
  const Booking* best = nullptr;
  const bool is_fee = entry.kind == EntryKind::network_fee;
  for (const std::string& text : texts_of(entry)) {
    each_under(state, entry.account, false, text, [&](const Lookup& row) {
      const Booking* booking = state.bookings.find({row.account, row.number});
      if (booking->is_fee != is_fee && booking->amount != entry.amount) return true;
      if (best == nullptr || booking->amount == entry.amount) best = booking;
      return best->amount != entry.amount;
    });
    if (best != nullptr) return best;
  }
  return nullptr;
}

[[nodiscard]] const Entry* referred_entry(const State& state, const Booking& booking) {
  const Entry* best = nullptr;
  for (const std::string& text : texts_of(booking)) {
    each_under(state, booking.account, true, text, [&](const Lookup& row) {
      const Entry* entry = state.entries.find(entry_of(row));
      const bool is_fee = entry->kind == EntryKind::network_fee;
      if (booking.is_fee != is_fee && entry->amount != booking.amount) return true;
      if (best == nullptr || entry->amount == booking.amount) best = entry;
      return best->amount != booking.amount;
    });
    if (best != nullptr) return best;
  }
  return nullptr;
}

// The oldest open entry of this amount that carries no reference of ours.
[[nodiscard]] const Entry* entry_of_amount(const State& state, const Booking& booking) {
  const Entry* found = nullptr;
  each_under(state, booking.account, true, by_amount(booking.amount), [&](const Lookup& row) {
    const Entry* entry = state.entries.find(entry_of(row));
    if (entry->state == EntryState::open) found = entry;
    return found == nullptr;
  });
  return found;
}

// Calls f for the open breaks of an account, newest first, until it answers false.
template <class F>
void each_open_break(const State& state, AccountId account, PoolId pool, F&& f) {
  const auto& rows = state.open_breaks.rows();
  auto at = rows.upper_bound({pool, account, BreakId(std::numeric_limits<std::uint32_t>::max())});
  while (at != rows.begin()) {
    --at;
    if (at->second.account != account || at->second.pool != pool) return;
    if (!f(*state.breaks.find(at->second.id))) return;
  }
}

// A fee is taken in the transaction of what it is taken for, perhaps in another asset.
[[nodiscard]] IntentId intent_of_transaction(const Books& books, const Entry& fee) {
  IntentId intent;
  const WalletId id = books.state.holdings.find(fee.account)->wallet;
  const custody::Wallet* wallet = books.custody.wallets.find(id);
  if (wallet == nullptr || fee.reference.empty()) return intent;
  for (const custody::WalletAsset& held : wallet->assets)
    each_under(books.state, held.custody_account, true, by_text(fee.reference),
               [&](const Lookup& row) {
                 const Entry& entry = *books.state.entries.find(entry_of(row));
                 if (entry.kind == EntryKind::payment) intent = entry.intent;
                 return intent.is_none();
               });
  return intent;
}

// Executed, not settled, and of the pool of this account.
[[nodiscard]] bool is_under_way(const Books& books, IntentId id, AccountId account) {
  const custody::Intent* intent = books.custody.intents.find(id);
  return intent != nullptr && intent->state == custody::IntentState::executed &&
         books.custody.vaults.find(intent->vault)->pool == books.state.holdings.find(account)->pool;
}

[[nodiscard]] bool is_of_balance(const Break& found) {
  return found.kind == BreakKind::balance_differs ||
         found.kind == BreakKind::balance_does_not_chain;
}

}  // namespace

std::optional<IntentId> intent_in(std::string_view our_reference) {
  constexpr std::string_view kPrefix = "intent/";
  if (!our_reference.starts_with(kPrefix)) return std::nullopt;
  const auto id = base::parse_id<IntentId>(our_reference.substr(kPrefix.size()), "");
  if (!id) return std::nullopt;
  return *id;
}

bool shift(const Books& books, AccountId account, Term term, SignedAmount by) {
  Holding& holding = books.state.holdings.edit(books.context.changes, account);
  const auto sum = base::try_add(holding.*term, by);
  if (!sum || sum->units() > kUnitsMax || sum->units() < -kUnitsMax) return false;
  holding.*term = *sum;
  return true;
}

bool begin_holding(const Books& books, AccountId account, WalletId wallet) {
  const ledger::Account& row = *books.ledger.accounts.find(account);
  const auto balance = books_of(row);
  if (!balance) return false;
  const Watched watched{row.pool, row.asset, row.account_class};
  if (books.state.watched.find(watched.key()) == nullptr)
    books.state.watched.insert(books.context.changes, watched);
  books.state.holdings.insert(books.context.changes, {.account = account,
                                                      .pool = row.pool,
                                                      .asset = row.asset,
                                                      .wallet = wallet,
                                                      .began = books.context.now,
                                                      .stated = *balance});
  return true;
}

BreakId open_break(const Books& books, Break found, std::string text) {
  State& state = books.state;
  const Context& context = books.context;
  found.id = BreakId(static_cast<std::uint32_t>(state.breaks.size() + 1));
  if (const ledger::Account* account = books.ledger.accounts.find(found.account)) {
    found.pool = account->pool;
    found.asset = account->asset;
  }
  if (const custody::CountedBy* counted = books.custody.counted.find(found.account))
    found.wallet = counted->wallet;
  found.found = context.now;
  found.since = std::min(found.since, context.now);
  found.history = {{.time = context.now, .state = BreakState::open, .text = std::move(text)}};
  state.open_breaks.insert(context.changes, {found.pool, found.account, found.id});
  const BreakId id = found.id;
  state.breaks.insert(context.changes, std::move(found));
  return id;
}

void note_break(const Books& books, BreakId id, BreakNote note) {
  State& state = books.state;
  Break& row = state.breaks.edit(books.context.changes, id);
  row.state = note.state;
  if (note.state == BreakState::resolved) {
    row.closed = note.time;
    row.closed_by = note.by;
    state.open_breaks.erase(books.context.changes, {row.pool, row.account, row.id});
  }
  if (row.history.size() == kBreakNotesMax) row.history.erase(row.history.begin());
  row.history.push_back(std::move(note));
}

void heal_break(const Books& books, BreakId id, std::string text) {
  if (id.is_none() || books.state.breaks.find(id)->state == BreakState::resolved) return;
  note_break(books, id,
             {.time = books.context.now, .state = BreakState::resolved, .text = std::move(text)});
}

void heal_balances(const Books& books, AccountId account) {
  const Holding& holding = *books.state.holdings.find(account);
  std::vector<BreakId> newest;
  base::i128 sum = 0;
  std::size_t heals = 0;
  each_open_break(books.state, account, holding.pool, [&](const Break& found) {
    if (!is_of_balance(found)) return true;
    newest.push_back(found.id);
    sum += found.amount.units();
    if (sum == 0) heals = newest.size();
    return heals == 0 && newest.size() < kCandidatesMax;
  });
  for (std::size_t i = 0; i < heals; ++i)
    heal_break(books, newest[i], "later balances make up for it");
}

bool add_entry(const Books& books, const Entry& entry) {
  books.state.entries.insert(books.context.changes, entry);
  index(books, entry);
  return shift(books, entry.account, &Holding::stated_open, entry.amount);
}

bool match_by_reference(const Books& books, Entry::Key key, bool& found) {
  const Booking* booking = referred_booking(books.state, *books.state.entries.find(key));
  found = booking != nullptr;
  return !found || pair_up(books, key, booking->key());
}

bool match_by_amount(const Books& books, Entry::Key key, bool& found) {
  const Entry& entry = *books.state.entries.find(key);
  found = false;
  if (!entry.our_reference.empty()) return true;
  std::uint64_t number = 0;
  each_under(books.state, entry.account, false, by_amount(entry.amount), [&](const Lookup& row) {
    number = row.number;
    found = true;
    return false;
  });
  return !found || pair_up(books, key, {entry.account, number});
}

std::vector<Ordered> unclaimed_intents(const Books& books, AccountId account) {
  const Holding& holding = *books.state.holdings.find(account);
  const custody::Wallet* wallet = books.custody.wallets.find(holding.wallet);
  if (wallet == nullptr) return {};
  const custody::WalletAsset* held = custody::holding_of(*wallet, holding.asset);
  if (held == nullptr || (held->outgoing_amount.is_zero() && held->incoming_amount.is_zero()))
    return {};
  std::vector<std::pair<Time, Ordered>> found;
  books.custody.intents.each([&](const custody::Intent& intent) {
    if (intent.state != custody::IntentState::executed) return;
    const auto add = [&](WalletId place, AssetId asset, Amount amount, bool out) {
      if (place != holding.wallet || asset != holding.asset) return;
      const auto units = base::try_difference(amount, Amount());
      if (!units) return;
      bool claimed = false;
      each_under(books.state, account, true, by_intent(intent.id), [&](const Lookup& row) {
        const Entry& entry = *books.state.entries.find(entry_of(row));
        claimed =
            claimed || (entry.state == EntryState::in_transit && entry.kind == EntryKind::payment);
        return !claimed;
      });
      if (!claimed) found.push_back({intent.executed, {intent.id, out ? -*units : *units}});
    };
    if (intent.release)
      add(intent.release->wallet, intent.release->asset, intent.release->amount, true);
    if (intent.move) {
      add(intent.move->from, intent.move->asset, intent.move->amount, true);
      add(intent.move->to, intent.move->asset, intent.move->amount, false);
    }
  });
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Ordered> ordered;
  for (const auto& [time, order] : found) ordered.push_back(order);
  return ordered;
}

std::vector<Entry::Key> entries_in_transit(const State& state, AccountId account, IntentId intent) {
  std::vector<Entry::Key> keys;
  each_under(state, account, true, by_intent(intent), [&](const Lookup& row) {
    const Entry& entry = *state.entries.find(entry_of(row));
    if (entry.state == EntryState::in_transit && entry.intent == intent)
      keys.push_back(entry.key());
    return true;
  });
  return keys;
}

bool match_in_transit(const Books& books, Entry::Key key, bool& found) {
  const Entry& entry = *books.state.entries.find(key);
  const auto named = intent_in(entry.our_reference);
  IntentId intent;
  if (entry.kind == EntryKind::network_fee) {
    intent = named ? *named : intent_of_transaction(books, entry);
    if (!is_under_way(books, intent, entry.account)) intent = IntentId();
  } else {
    for (const Ordered& ordered : unclaimed_intents(books, entry.account)) {
      const bool fits = ordered.amount == entry.amount &&
                        (named ? *named == ordered.intent : entry.our_reference.empty());
      if (!fits) continue;
      intent = ordered.intent;
      break;
    }
  }
  found = !intent.is_none();
  if (!found) return true;
  Entry& row = books.state.entries.edit(books.context.changes, key);
  unindex(books, row);
  if (!shift(books, row.account, term_of(books.state, row), -row.amount)) return false;
  row.state = EntryState::in_transit;
  row.intent = intent;
  index(books, row);
  return shift(books, row.account, term_of(books.state, row), row.amount);
}

bool reopen_entry(const Books& books, Entry::Key key, const std::string& text) {
  Entry& row = books.state.entries.edit(books.context.changes, key);
  unindex(books, row);
  if (!shift(books, row.account, term_of(books.state, row), -row.amount)) return false;
  row.state = EntryState::open;
  row.intent = IntentId();
  index(books, row);
  row.item_break = open_break(books,
                              {.account = row.account,
                               .kind = BreakKind::missing_here,
                               .amount = row.amount,
                               .statement = row.statement,
                               .position = row.position,
                               .since = row.booked},
                              text);
  return shift(books, row.account, term_of(books.state, row), row.amount);
}

bool add_booking(const Books& books, const Booking& booking) {
  State& state = books.state;
  state.bookings.insert(books.context.changes, booking);
  index(books, booking);
  if (!shift(books, booking.account, &Holding::booked_open, booking.amount)) return false;
  const Entry* entry = referred_entry(state, booking);
  if (entry == nullptr) entry = entry_of_amount(state, booking);
  if (entry != nullptr) return pair_up(books, entry->key(), booking.key());
  // A balance that was stated without entries has no entry to wait for this booking.
  BreakId healed;
  each_open_break(state, booking.account, state.holdings.find(booking.account)->pool,
                  [&](const Break& found) {
                    if (found.kind == BreakKind::balance_differs && found.amount == booking.amount)
                      healed = found.id;
                    return healed.is_none();
                  });
  if (healed.is_none()) return true;
  if (!shift(books, booking.account, &Holding::unchained, -booking.amount)) return false;
  heal_break(books, healed, "booked");
  return cover_booking(books, booking.key());
}

bool cover_booking(const Books& books, Booking::Key key) {
  const Booking booking = *books.state.bookings.find(key);
  unindex(books, booking);
  books.state.bookings.erase(books.context.changes, key);
  heal_break(books, booking.item_break, "a stated balance covers it");
  return drop_term(books, booking);
}

}  // namespace cofferdam::reconciliation
