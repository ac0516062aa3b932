// SPDX-License-Identifier: Apache-2.0
//
// Queries of reconciliation: the equation of every holding, pools and what freezes them, breaks,
// statements and their entries.
#include "cofferdam/books/reconciliation/release_guard.h"
#include "cofferdam/operation/queries.h"

#include <algorithm>

namespace cofferdam::operation {

struct BreakParameter {
  reconciliation::BreakId number;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("break", self.number, "number of the break");
  }
};

template <>
struct FieldForms<BreakParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"break"};
};

struct StatementParameter {
  reconciliation::StatementId statement;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statement", self.statement, "number of the statement");
  }
};

template <>
struct FieldForms<StatementParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"statement"};
};

struct StatementEntryFilter {
  reconciliation::StatementId statement;
  std::optional<reconciliation::EntryState> state;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statement", self.statement, "number of the statement");
    visit("state", self.state, "only in this state");
    PageParameters::fields(self.page, visit);
  }
};

template <>
struct FieldForms<StatementEntryFilter> {
  static constexpr std::array<std::string_view, 1> kRequired{"statement"};
};

namespace {

using reconciliation::Break;
using reconciliation::BreakKind;
using reconciliation::BreakState;
using reconciliation::Guard;
using reconciliation::Holding;

reconciliation::GuardView guards_of(const View& view) {
  return {view.state.reconciliation, view.state.custody, view.state.pool, view.state.ledger,
          view.time};
}

// Open breaks of a pool, or of one account in it.
template <class F>
void each_open(const reconciliation::State& state, base::PoolId pool,
               std::optional<base::AccountId> account, F&& f) {
  const auto& rows = state.open_breaks.rows();
  for (auto at =
           rows.lower_bound({pool, account.value_or(base::AccountId()), reconciliation::BreakId()});
       at != rows.end() && at->second.pool == pool && (!account || at->second.account == *account);
       ++at)
    f(*state.breaks.find(at->second.id));
}

struct HoldingFilter {
  base::PoolId pool;
  base::WalletId wallet;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("wallet", self.wallet, "only of this wallet");
    PageParameters::fields(self.page, visit);
  }
};

// The signs are those of the equation: stated is the sum of all that follows.
struct HoldingRow {
  base::PoolId pool;
  base::WalletId wallet;
  base::AccountId account;
  base::AssetId asset;
  base::SignedAmount stated;
  base::SignedAmount books;
  base::SignedAmount booked_not_stated;
  base::SignedAmount in_transit;
  base::SignedAmount network_fees;
  base::SignedAmount stated_not_booked;
  base::SignedAmount amounts_differ;
  base::SignedAmount unchained;
  base::SignedAmount accepted;
  std::uint32_t open_breaks = 0;
  reconciliation::StatementId statement;
  base::Time as_of;
  bool frozen = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("wallet", self.wallet, "the wallet; null: an account kept elsewhere");
    visit("account", self.account, "the account that stands for it");
    visit("asset", self.asset, "what is held");
    visit("stated", self.stated, "what the outside says; the sum of what follows");
    visit("books", self.books, "what the books say");
    visit("booked_not_stated", self.booked_not_stated, "booked and not yet stated, turned round");
    visit("in_transit", self.in_transit, "left or arrived, not yet confirmed here");
    visit("network_fees", self.network_fees, "taken, not yet booked");
    visit("stated_not_booked", self.stated_not_booked, "stated and not booked");
    visit("amounts_differ", self.amounts_differ, "differences of amount under one reference");
    visit("unchained", self.unchained, "balances that do not chain");
    visit("accepted", self.accepted, "differences accepted with a reason");
    visit("open_breaks", self.open_breaks, "how many breaks are not closed");
    visit("statement", self.statement, "number of the newest statement");
    visit("as_of", self.as_of, "its moment");
    visit("frozen", self.frozen, "an open break freezes the pool's releases");
  }
};

HoldingRow row_of(const Holding& holding, const View& view) {
  const reconciliation::State& state = view.state.reconciliation;
  const ledger::Account& account = *view.state.ledger.accounts.find(holding.account);
  HoldingRow row{.pool = holding.pool,
                 .wallet = holding.wallet,
                 .account = holding.account,
                 .asset = holding.asset,
                 .stated = holding.stated,
                 .books = reconciliation::books_of(account).value_or(base::SignedAmount()),
                 .booked_not_stated = -holding.booked_open,
                 .in_transit = holding.in_transit,
                 .network_fees = holding.fees,
                 .stated_not_booked = holding.stated_open,
                 .amounts_differ = holding.differing,
                 .unchained = holding.unchained,
                 .accepted = holding.accepted,
                 .statement = holding.last_statement,
                 .as_of = holding.as_of,
                 .frozen = reconciliation::freeze_of(holding.pool, guards_of(view)).has_value()};
  each_open(state, holding.pool, holding.account, [&](const Break&) { ++row.open_breaks; });
  return row;
}

Result<Listing> holding_list(const View& view, const HoldingFilter& filter) {
  return page_of_table<HoldingRow>(
      view, view.state.reconciliation.holdings, filter.page,
      [&](const Holding& holding) {
        return (filter.pool.is_none() || filter.pool == holding.pool) &&
               (filter.wallet.is_none() || filter.wallet == holding.wallet);
      },
      [&](const Holding& holding) { return row_of(holding, view); });
}

struct PoolRow {
  base::PoolId pool;
  std::uint32_t holdings = 0;
  std::uint32_t open_breaks = 0;
  base::Time oldest;
  bool has_policy = false;
  bool frozen = false;
  std::string frozen_by;
  std::vector<reconciliation::Tolerance> tolerances;
  base::Duration age;
  base::Duration grace;
  base::Duration statement_age_max;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("holdings", self.holdings, "accounts that are compared with the outside");
    visit("open_breaks", self.open_breaks, "breaks that are not closed");
    visit("oldest", self.oldest, "from when on the oldest of them has been wrong");
    visit("freezes", self.has_policy, "whether its policy lets open breaks freeze releases");
    visit("frozen", self.frozen, "whether its releases are frozen now");
    visit("frozen_by", self.frozen_by, "by which break");
    visit("tolerances", self.tolerances, "what is tolerated");
    visit("age", self.age, "younger breaks freeze nothing");
    visit("grace", self.grace, "how long a booking may wait for its statement");
    visit("statement_age_max", self.statement_age_max, "how old the newest statement may be");
  }
};

// Pools with something to compare, or with a policy; others have nothing to say here.
Result<Listing> pool_list(const View& view, const PageParameters& page) {
  const reconciliation::State& state = view.state.reconciliation;
  std::vector<std::uint32_t> holdings(view.state.pool.pools.size() + 1);
  state.holdings.each([&](const Holding& holding) { ++holdings[holding.pool.value()]; });
  return page_of_table<PoolRow>(
      view, view.state.pool.pools, page,
      [&](const pool::Pool& pool) {
        return holdings[pool.id.value()] != 0 || state.guards.find(pool.id) != nullptr;
      },
      [&](const pool::Pool& pool) {
        PoolRow row{.pool = pool.id, .holdings = holdings[pool.id.value()]};
        each_open(state, pool.id, std::nullopt, [&](const Break& found) {
          row.oldest = row.open_breaks == 0 ? found.since : std::min(row.oldest, found.since);
          ++row.open_breaks;
        });
        if (const Guard* guard = state.guards.find(pool.id)) {
          row.has_policy = guard->freezes;
          row.tolerances = guard->tolerances;
          row.age = guard->age;
          row.grace = guard->grace;
          row.statement_age_max = guard->statement_age_max;
        }
        if (const auto freeze = reconciliation::freeze_of(pool.id, guards_of(view))) {
          row.frozen = true;
          row.frozen_by = freeze->text;
        }
        return row;
      });
}

struct BreakFilter {
  base::PoolId pool;
  base::WalletId wallet;
  std::optional<BreakState> state;
  std::optional<BreakKind> kind;
  bool closed = false;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("wallet", self.wallet, "only of this wallet");
    visit("state", self.state, "only in this state");
    visit("kind", self.kind, "only of this kind");
    visit("closed", self.closed, "those that are closed as well");
    PageParameters::fields(self.page, visit);
  }
};

struct BreakRow {
  reconciliation::BreakId number;
  base::PoolId pool;
  base::WalletId wallet;
  base::AccountId account;
  base::AssetId asset;
  BreakKind kind = BreakKind::missing_here;
  base::SignedAmount amount;
  base::Time since;
  base::Duration age;
  BreakState state = BreakState::open;
  base::PrincipalId owner;
  reconciliation::StatementId statement;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("break", self.number, "number of the break");
    visit("pool", self.pool, "the pool");
    visit("wallet", self.wallet, "the wallet; null: an account kept elsewhere");
    visit("account", self.account, "the account that stands for it");
    visit("asset", self.asset, "of what");
    visit("kind", self.kind, "what is wrong");
    visit("amount", self.amount, "what the outside says more than the books");
    visit("since", self.since, "from when on it has been wrong");
    visit("age", self.age, "until it was closed, or until now");
    visit("state", self.state, "open, assigned, explained or resolved");
    visit("owner", self.owner, "who works on it");
    visit("statement", self.statement, "number of the statement that shows it");
    visit("reason", self.reason, "the last note of its history");
  }
};

BreakRow row_of(const Break& found, const View& view) {
  const base::Time end = found.state == BreakState::resolved ? found.closed : view.time;
  return {.number = found.id,
          .pool = found.pool,
          .wallet = found.wallet,
          .account = found.account,
          .asset = found.asset,
          .kind = found.kind,
          .amount = found.amount,
          .since = found.since,
          .age = base::try_sub(end, found.since).value_or(base::Duration()),
          .state = found.state,
          .owner = found.owner,
          .statement = found.statement,
          .reason = found.history.back().text};
}

Result<Listing> break_list(const View& view, const BreakFilter& filter) {
  return page_of_table<BreakRow>(
      view, view.state.reconciliation.breaks, filter.page,
      [&](const Break& found) {
        const bool wanted = filter.state ? *filter.state == found.state
                                         : filter.closed || found.state != BreakState::resolved;
        return wanted && (filter.pool.is_none() || filter.pool == found.pool) &&
               (filter.wallet.is_none() || filter.wallet == found.wallet) &&
               (!filter.kind || *filter.kind == found.kind);
      },
      [&](const Break& found) { return row_of(found, view); });
}

Result<Listing> break_show(const View& view, const BreakParameter& parameters) {
  const Break* found = view.state.reconciliation.breaks.find(parameters.number);
  if (found == nullptr) return not_found("break", parameters.number.value());
  return single(*found, view.codec);
}

struct StatementFilter {
  base::PoolId pool;
  base::WalletId wallet;
  base::AccountId account;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("wallet", self.wallet, "only of this wallet");
    visit("account", self.account, "only of this account");
    PageParameters::fields(self.page, visit);
  }
};

struct StatementRow {
  reconciliation::StatementId statement;
  std::string code;
  base::PoolId pool;
  base::WalletId wallet;
  base::AccountId account;
  base::Time as_of;
  std::vector<reconciliation::StatedBalance> balances;
  std::uint32_t entries = 0;
  base::SourceId source;
  base::Time recorded;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statement", self.statement, "number of the statement");
    visit("code", self.code, "the outside's own id of it");
    visit("pool", self.pool, "the pool");
    visit("wallet", self.wallet, "the wallet that it is about");
    visit("account", self.account, "or the account that it is about");
    visit("as_of", self.as_of, "the moment of the closing balances");
    visit("balances", self.balances, "what it says of each asset");
    visit("entries", self.entries, "how many entries it brought");
    visit("source", self.source, "who says so");
    visit("recorded", self.recorded, "when it was recorded");
  }
};

Result<Listing> statement_list(const View& view, const StatementFilter& filter) {
  return page_of_table<StatementRow>(
      view, view.state.reconciliation.statements, filter.page,
      [&](const reconciliation::Statement& row) {
        return (filter.pool.is_none() || filter.pool == row.pool) &&
               (filter.wallet.is_none() || filter.wallet == row.wallet) &&
               (filter.account.is_none() || filter.account == row.account);
      },
      [](const reconciliation::Statement& row) {
        return StatementRow{row.id,    row.code,     row.pool,    row.wallet, row.account,
                            row.as_of, row.balances, row.entries, row.source, row.recorded};
      });
}

Result<Listing> statement_show(const View& view, const StatementParameter& parameters) {
  const reconciliation::Statement* row =
      view.state.reconciliation.statements.find(parameters.statement);
  if (row == nullptr) return not_found("statement", parameters.statement.value());
  return single(*row, view.codec);
}

Result<Listing> statement_entries(const View& view, const StatementEntryFilter& filter) {
  const reconciliation::State& state = view.state.reconciliation;
  if (state.statements.find(filter.statement) == nullptr)
    return not_found("statement", filter.statement.value());
  const Result<std::uint64_t> start = start_of(filter.page);
  if (!start) return std::unexpected(start.error());
  Listing listing = listing_of<reconciliation::Entry>();
  const auto& rows = state.entries.rows();
  const auto from = static_cast<std::uint32_t>(std::min<std::uint64_t>(*start, ~std::uint32_t{0}));
  for (auto at = rows.lower_bound({filter.statement, from});
       at != rows.end() && at->second.statement == filter.statement; ++at) {
    if (filter.state && *filter.state != at->second.state) continue;
    if (listing.rows.size() == filter.page.limit) {
      listing.next = std::to_string(at->second.position);
      break;
    }
    listing.rows.push_back(to_json(at->second, view.codec));
  }
  return listing;
}

struct BookingFilter {
  base::AccountId account;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "only on this account");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> open_bookings(const View& view, const BookingFilter& filter) {
  return page_of_table<reconciliation::Booking>(
      view, view.state.reconciliation.bookings, filter.page,
      [&](const reconciliation::Booking& row) {
        return filter.account.is_none() || filter.account == row.account;
      },
      kItself);
}

}  // namespace

void register_reconciliation_queries(Registry& registry) {
  add_query<BreakFilter, BreakRow>(registry, "break.list",
                                   "Differences that nothing else names, oldest number first.",
                                   &break_list);
  add_query<BreakParameter, Break>(registry, "break.show", "A break, with its history.",
                                   &break_show);
  add_query<BookingFilter, reconciliation::Booking>(registry, "reconciliation.bookings",
                                                    "Postings that no statement has confirmed yet.",
                                                    &open_bookings);
  add_query<HoldingFilter, HoldingRow>(
      registry, "reconciliation.list",
      "Every wallet and account: stated = books and every named difference.", &holding_list);
  add_query<PageParameters, PoolRow>(registry, "reconciliation.pools",
                                     "Pools: open breaks, and what freezes their releases.",
                                     &pool_list);
  add_query<StatementEntryFilter, reconciliation::Entry>(
      registry, "statement.entries", "Entries of a statement, and what each was matched with.",
      &statement_entries);
  add_query<StatementFilter, StatementRow>(registry, "statement.list", "Recorded statements.",
                                           &statement_list);
  add_query<StatementParameter, reconciliation::Statement>(
      registry, "statement.show", "A recorded statement.", &statement_show);
}

}  // namespace cofferdam::operation
