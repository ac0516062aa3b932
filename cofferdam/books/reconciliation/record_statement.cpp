// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/record_statement.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/crypto/sha256.h"

#include <algorithm>

namespace cofferdam::reconciliation {

using S = RecordStatementStatus;

namespace {

[[nodiscard]] bool is_text(const std::string& text) {
  return text.size() <= kTextMax && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

[[nodiscard]] bool is_small(const std::optional<SignedAmount>& amount) {
  return !amount || (amount->units() <= kUnitsMax && amount->units() >= -kUnitsMax);
}

[[nodiscard]] std::string content_of(const RecordStatement& command) {
  return crypto::to_hex(crypto::sha256(base::encode(command)));
}

[[nodiscard]] const StatedBalance* balance_of(const RecordStatement& command, AssetId asset) {
  for (const StatedBalance& balance : command.balances)
    if (balance.asset == asset) return &balance;
  return nullptr;
}

[[nodiscard]] S check_entry(const StatementEntry& entry, const RecordStatement& command) {
  if (entry.amount.is_zero()) return S::entry_amount_is_zero;
  if (balance_of(command, entry.asset) == nullptr) return S::entry_without_balance;
  if (!is_small(entry.amount) || !is_small(entry.balance)) return S::amount_too_large;
  return is_text(entry.reference) && is_text(entry.our_reference) ? S::ok : S::reference_malformed;
}

[[nodiscard]] S check_subject(const RecordStatement& command, const custody::State& custody,
                              const ledger::State& ledger) {
  if (!command.wallet.is_none()) {
    const custody::Wallet* wallet = custody.wallets.find(command.wallet);
    if (wallet == nullptr) return S::wallet_not_found;
    for (const StatedBalance& balance : command.balances)
      if (custody::holding_of(*wallet, balance.asset) == nullptr) return S::wallet_lacks_asset;
    return S::ok;
  }
  const ledger::Account* account = ledger.accounts.find(command.account);
  if (account == nullptr) return S::account_not_found;
  if (custody.counted.find(command.account) != nullptr) return S::account_counts_a_wallet;
  if (!is_reconcilable(account->account_class)) return S::not_reconcilable;
  const bool fits =
      command.balances.size() == 1 && command.balances.front().asset == account->asset;
  return fits ? S::ok : S::account_has_different_asset;
}

[[nodiscard]] AccountId account_of(const RecordStatement& command, AssetId asset,
                                   const custody::State& custody) {
  if (command.wallet.is_none()) return command.account;
  return custody::holding_of(*custody.wallets.find(command.wallet), asset)->custody_account;
}

[[nodiscard]] bool is_newest(const RecordStatement& command, const State& state,
                             const custody::State& custody) {
  for (const StatedBalance& balance : command.balances) {
    const Holding* holding = state.holdings.find(account_of(command, balance.asset, custody));
    if (holding != nullptr && !holding->last_statement.is_none() && command.as_of < holding->as_of)
      return false;
  }
  return true;
}

// One statement on its way into the books.
class Recording {
 public:
  Recording(const RecordStatement& command, const Books& books)
      : command_(command), books_(books) {}

  [[nodiscard]] bool run() {
    keep();
    for (const StatedBalance& balance : command_.balances)
      if (!take(balance)) return false;
    return match() && find_missing();
  }

 private:
  void keep() {
    State& state = books_.state;
    Context& context = books_.context;
    id_ = StatementId(static_cast<std::uint32_t>(state.statements.size() + 1));
    state.statement_names.insert(context.changes,
                                 {command_.wallet, command_.account, command_.statement, id_});
    const PoolId pool = command_.wallet.is_none()
                            ? books_.ledger.accounts.find(command_.account)->pool
                            : books_.custody.wallets.find(command_.wallet)->pool;
    state.statements.insert(context.changes,
                            {.id = id_,
                             .code = command_.statement,
                             .wallet = command_.wallet,
                             .account = command_.account,
                             .pool = pool,
                             .source = command_.source,
                             .as_of = command_.as_of,
                             .recorded = context.now,
                             .sequence = context.sequence,
                             .recorded_by = context.principal,
                             .balances = command_.balances,
                             .entries = static_cast<std::uint32_t>(command_.entries.size()),
                             .document = command_.document,
                             .content = content_of(command_)});
    context.created = id_.value();
  }

  // The balance of one asset, with its entries.
  [[nodiscard]] bool take(const StatedBalance& balance) {
    const AccountId account = account_of(command_, balance.asset, books_.custody);
    const bool begun = books_.state.holdings.find(account) != nullptr;
    if (!begun && !begin_holding(books_, account, command_.wallet)) return false;
    const bool has_entries =
        std::any_of(command_.entries.begin(), command_.entries.end(),
                    [&](const StatementEntry& entry) { return entry.asset == balance.asset; });
    if (!begun) add_entries(balance.asset, account, EntryState::before);
    const bool itemised = begun && (has_entries || balance.opening);
    const bool done = itemised ? take_entries(balance, account) : take_balance(balance, account);
    if (!done) return false;
    Holding& holding = books_.state.holdings.edit(books_.context.changes, account);
    holding.stated = balance.closing;
    holding.last_statement = id_;
    holding.as_of = command_.as_of;
    heal_stale(account, holding.pool);
    if (itemised) itemised_.push_back(account);
    return true;
  }

  void heal_stale(AccountId account, PoolId pool) {
    const auto& open = books_.state.open_breaks.rows();
    std::vector<BreakId> stale;
    for (auto at = open.lower_bound({pool, account, BreakId()});
         at != open.end() && at->second.pool == pool && at->second.account == account; ++at)
      if (books_.state.breaks.find(at->second.id)->kind == BreakKind::stale_statement)
        stale.push_back(at->second.id);
    for (const BreakId id : stale) heal_break(books_, id, "a newer statement is there");
  }

  [[nodiscard]] Entry entry_at(std::size_t index, AccountId account, EntryState state) const {
    const StatementEntry& entry = command_.entries[index];
    return {.statement = id_,
            .position = static_cast<std::uint32_t>(index + 1),
            .account = account,
            .asset = entry.asset,
            .amount = entry.amount,
            .kind = entry.kind,
            .reference = entry.reference,
            .our_reference = entry.our_reference,
            .booked = entry.booked == Time() ? command_.as_of : entry.booked,
            .state = state};
  }

  void add_entries(AssetId asset, AccountId account, EntryState state) {
    for (std::size_t i = 0; i < command_.entries.size(); ++i)
      if (command_.entries[i].asset == asset)
        books_.state.entries.insert(books_.context.changes, entry_at(i, account, state));
  }

  // Balances follow one another: the opening the closing before it, each entry's balance the one
  // before and the entry, the closing the last of them.
  [[nodiscard]] bool take_entries(const StatedBalance& balance, AccountId account) {
    SignedAmount running = books_.state.holdings.find(account)->stated;
    if (balance.opening && !chain(account, running, *balance.opening, 0, command_.as_of))
      return false;
    for (std::size_t i = 0; i < command_.entries.size(); ++i) {
      if (command_.entries[i].asset != balance.asset) continue;
      const Entry entry = entry_at(i, account, EntryState::open);
      if (!add_entry(books_, entry)) return false;
      if (!entry.reference.empty()) notice(entry);
      const auto next = base::try_add(running, entry.amount);
      if (!next || !is_small(next)) return false;
      running = *next;
      const auto& stated = command_.entries[i].balance;
      if (stated && !chain(account, running, *stated, entry.position, entry.booked)) return false;
    }
    return chain(account, running, balance.closing, 0, command_.as_of);
  }

  [[nodiscard]] bool chain(AccountId account, SignedAmount& running, SignedAmount stated,
                           std::uint32_t position, Time since) {
    if (running == stated) return true;
    const auto gap = base::try_add(stated, -running);
    running = stated;
    return gap && break_balance(account, *gap, BreakKind::balance_does_not_chain, position, since);
  }

  [[nodiscard]] bool break_balance(AccountId account, SignedAmount gap, BreakKind kind,
                                   std::uint32_t position, Time since) {
    open_break(books_,
               {.account = account,
                .kind = kind,
                .amount = gap,
                .statement = id_,
                .position = position,
                .since = since},
               kind == BreakKind::balance_differs
                   ? "the stated balance is not what the books say"
                   : "the stated balance does not follow from the one before it");
    const bool fits = shift(books_, account, &Holding::unchained, gap);
    heal_balances(books_, account);
    return fits;
  }

  void notice(const Entry& entry) {
    State& state = books_.state;
    const StatedReference::Key key{entry.account, entry.reference, entry.amount};
    if (state.references.find(key) != nullptr)
      duplicates_.push_back(entry.key());
    else
      state.references.insert(books_.context.changes,
                              {entry.account, entry.reference, entry.amount, id_});
  }

  // A balance alone covers everything that was booked until its moment.
  [[nodiscard]] bool take_balance(const StatedBalance& balance, AccountId account) {
    std::vector<Booking::Key> covered;
    base::i128 gap = balance.closing.units() - books_.state.holdings.find(account)->stated.units();
    const auto& rows = books_.state.bookings.rows();
    for (auto at = rows.lower_bound({account, 0});
         at != rows.end() && at->second.account == account; ++at) {
      if (at->second.booked > command_.as_of) continue;
      covered.push_back(at->first);
      gap -= at->second.amount.units();
    }
    for (const Booking::Key& key : covered)
      if (!cover_booking(books_, key)) return false;
    if (!is_small(SignedAmount(gap))) return false;
    if (gap != 0 && !take_ordered(account, balance.asset, gap)) return false;
    return gap == 0 ||
           break_balance(account, SignedAmount(gap), BreakKind::balance_differs, 0, command_.as_of);
  }

  // Executed intents leave in their order: the first of them may explain the difference, or one.
  [[nodiscard]] bool take_ordered(AccountId account, AssetId asset, base::i128& gap) {
    const std::vector<Ordered> ordered = unclaimed_intents(books_, account);
    std::size_t first = 0;
    std::size_t end = 0;
    base::i128 sum = 0;
    for (std::size_t i = 0; i < ordered.size() && end == 0; ++i) {
      sum += ordered[i].amount.units();
      if (sum == gap) end = i + 1;
    }
    for (std::size_t i = 0; i < ordered.size() && end == 0; ++i)
      if (ordered[i].amount.units() == gap) {
        first = i;
        end = i + 1;
      }
    for (std::size_t i = first; i < end; ++i) {
      const Entry entry{.statement = id_,
                        .position = static_cast<std::uint32_t>(command_.entries.size()) + ++seen_,
                        .account = account,
                        .asset = asset,
                        .amount = ordered[i].amount,
                        .our_reference = "intent/" + std::to_string(ordered[i].intent.value()),
                        .booked = command_.as_of};
      bool found = false;
      if (!add_entry(books_, entry) || !match_in_transit(books_, entry.key(), found)) return false;
    }
    if (end != 0) gap = 0;
    return true;
  }

  [[nodiscard]] bool is_duplicate(Entry::Key key) const {
    return std::find(duplicates_.begin(), duplicates_.end(), key) != duplicates_.end();
  }

  using Match = bool (*)(const Books&, Entry::Key, bool&);

  // References before amounts, so that an amount takes nothing that a reference names; what is
  // ordered before what is charged for it.
  [[nodiscard]] bool match() {
    std::vector<Entry::Key> open;
    for (std::size_t i = 0; i < command_.entries.size(); ++i) {
      const Entry::Key key{id_, static_cast<std::uint32_t>(i + 1)};
      if (books_.state.entries.find(key)->state == EntryState::open && !is_duplicate(key))
        open.push_back(key);
    }
    const auto pass = [&](Match find, std::optional<EntryKind> kind) {
      std::vector<Entry::Key> left;
      for (const Entry::Key& key : open) {
        bool found = false;
        const bool wanted = !kind || books_.state.entries.find(key)->kind == *kind;
        if (wanted && !find(books_, key, found)) return false;
        if (!found) left.push_back(key);
      }
      open = std::move(left);
      return true;
    };
    const bool done = pass(&match_by_reference, {}) && pass(&match_by_amount, {}) &&
                      pass(&match_in_transit, EntryKind::payment) &&
                      pass(&match_in_transit, EntryKind::network_fee);
    if (!done) return false;
    for (const Entry::Key& key : open)
      break_entry(key, BreakKind::missing_here, "stated and not booked");
    for (const Entry::Key& key : duplicates_)
      break_entry(key, BreakKind::duplicate, "stated a second time under one reference");
    return true;
  }

  void break_entry(Entry::Key key, BreakKind kind, const char* text) {
    const Entry& entry = *books_.state.entries.find(key);
    const BreakId id = open_break(books_,
                                  {.account = entry.account,
                                   .kind = kind,
                                   .amount = entry.amount,
                                   .statement = id_,
                                   .position = entry.position,
                                   .since = entry.booked},
                                  text);
    books_.state.entries.edit(books_.context.changes, key).item_break = id;
  }

  // What was booked long enough before the statement's moment should be in it.
  [[nodiscard]] bool find_missing() {
    for (const AccountId account : itemised_) {
      const Guard* guard = books_.state.guards.find(books_.state.holdings.find(account)->pool);
      const Duration grace = guard == nullptr ? Duration() : guard->grace;
      const auto& rows = books_.state.bookings.rows();
      std::vector<Booking::Key> missing;
      for (auto at = rows.lower_bound({account, 0});
           at != rows.end() && at->second.account == account; ++at) {
        const auto due = base::try_add(at->second.booked, grace);
        if (at->second.item_break.is_none() && due && *due <= command_.as_of)
          missing.push_back(at->first);
      }
      for (const Booking::Key& key : missing) {
        Booking& booking = books_.state.bookings.edit(books_.context.changes, key);
        booking.item_break = open_break(books_,
                                        {.account = account,
                                         .kind = BreakKind::missing_there,
                                         .amount = -booking.amount,
                                         .statement = id_,
                                         .booking = booking.number,
                                         .since = booking.booked},
                                        "booked, and a later statement does not have it");
      }
    }
    return true;
  }

  const RecordStatement& command_;
  const Books& books_;
  StatementId id_;
  std::uint32_t seen_ = 0;  // entries that balances alone have shown
  std::vector<AccountId> itemised_;
  std::vector<Entry::Key> duplicates_;
};

}  // namespace

S check_shape(const RecordStatement& command) {
  if (command.statement.empty() || !is_text(command.statement)) return S::statement_malformed;
  if (command.wallet.is_none() == command.account.is_none()) return S::exactly_one_subject;
  const bool ascending = std::adjacent_find(command.balances.begin(), command.balances.end(),
                                            [](const auto& a, const auto& b) {
                                              return a.asset >= b.asset;
                                            }) == command.balances.end();
  if (command.balances.empty() || command.balances.size() > custody::kWalletAssetsMax || !ascending)
    return S::balances_malformed;
  if (command.entries.size() > kStatementEntriesMax) return S::too_many_entries;
  for (const StatedBalance& balance : command.balances)
    if (!is_small(balance.opening) || !is_small(balance.closing) || !is_small(balance.available))
      return S::amount_too_large;
  for (const StatementEntry& entry : command.entries)
    if (const S status = check_entry(entry, command); status != S::ok) return status;
  const bool named =
      command.document.empty() || ledger::is_hex(command.document, ledger::kHashHexDigits);
  return named ? S::ok : S::document_malformed;
}

S check_state(const RecordStatement& command, const State& state, const custody::State& custody,
              const ledger::State& ledger, const fact::State& facts, const Context& context) {
  if (const S status = check_subject(command, custody, ledger); status != S::ok) return status;
  if (!command.source.is_none()) {
    const fact::Source* source = facts.sources.find(command.source);
    if (source == nullptr) return S::source_not_found;
    if (!source->reporter.is_none() && source->reporter != context.principal)
      return S::not_the_reporter;
  }
  const Statement* known =
      find_statement(state, command.wallet, command.account, command.statement);
  if (known != nullptr)
    return known->content == content_of(command) ? S::exists : S::exists_with_different_content;
  const auto ahead = base::try_sub(command.as_of, context.now);
  if (command.as_of > context.now && (!ahead || *ahead > fact::kFutureTolerance))
    return S::as_of_in_the_future;
  return is_newest(command, state, custody) ? S::ok : S::older_than_the_last;
}

S apply(const RecordStatement& command, const Books& books) {
  return Recording(command, books).run() ? S::ok : S::overflows;
}

}  // namespace cofferdam::reconciliation
