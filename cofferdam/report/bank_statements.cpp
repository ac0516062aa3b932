// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/bank_statements.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"

#include <array>

namespace cofferdam::report {

namespace {

using reconciliation::Break;
using reconciliation::BreakId;
using reconciliation::BreakState;

// Healed by a later statement, without anybody.
[[nodiscard]] bool is_healed(const Break& found) {
  return found.state == BreakState::resolved && found.closed_by.is_none();
}

[[nodiscard]] bool has_known_cause(BreakClass kind) {
  return kind == BreakClass::interest_rounding || kind == BreakClass::fee_1460_order ||
         kind == BreakClass::entry_order;
}

[[nodiscard]] std::map<std::size_t, const BankBreak*> by_row(std::span<const BankBreak> breaks) {
  std::map<std::size_t, const BankBreak*> rows;
  for (const BankBreak& entry : breaks) rows[entry.row] = &entry;
  return rows;
}

}  // namespace

Result<void> BankStatements::begin(base::Time time, std::uint64_t number, base::AccountId account) {
  accounts_[number] = account;
  Result<engine::Reply> reply =
      driver_.give("reconcile/" + std::to_string(number), time,
                   reconciliation::BeginReconciliation{.account = account});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

void BankStatements::add(const BankMovement& movement, base::TransferId transfer, std::size_t row) {
  Month& month = months_[movement.account];
  month.closing = base::SignedAmount(movement.stated);
  month.entries.push_back({.asset = asset_,
                           .amount = base::SignedAmount(movement.amount),
                           .our_reference = base::format_hex(transfer.value()),
                           .booked = *base::start_of_day(movement.date),
                           .balance = base::SignedAmount(movement.stated)});
  month.rows.push_back(row);
}

Result<void> BankStatements::close_month(base::Time time) {
  const std::string day = base::format_time(time).substr(0, 10);
  for (auto& [number, month] : months_) {
    if (month.entries.empty()) continue;
    const std::string id = day + "/" + std::to_string(number);
    Result<engine::Reply> reply = driver_.give(
        "statement/" + id, time,
        reconciliation::RecordStatement{
            .statement = id,
            .account = accounts_.at(number),
            .as_of = time,
            .balances = {{.asset = asset_, .opening = month.opening, .closing = month.closing}},
            .entries = std::move(month.entries)});
    if (!reply) return std::unexpected(std::move(reply).error());
    const reconciliation::StatementId statement(static_cast<std::uint32_t>(reply->outcome.created));
    for (std::size_t i = 0; i < month.rows.size(); ++i)
      rows_[{statement, static_cast<std::uint32_t>(i + 1)}] = month.rows[i];
    month.opening = month.closing;
    month.entries.clear();
    month.rows.clear();
  }
  return {};
}

std::size_t BankStatements::row_of(const Break& found) const {
  const auto row = rows_.find({found.statement, found.position});
  return row == rows_.end() ? ~std::size_t{0} : row->second;
}

Result<void> BankStatements::work_off(base::Time time, std::span<const BankBreak> breaks) {
  const auto rows = by_row(breaks);
  std::array<std::vector<BreakId>, kBreakClassNames.size()> lists;
  state().breaks.each([&](const Break& found) {
    const auto known = rows.find(row_of(found));
    if (!is_healed(found) && known != rows.end() && has_known_cause(known->second->kind))
      lists[static_cast<std::size_t>(known->second->kind)].push_back(found.id);
  });
  for (std::size_t kind = 0; kind < lists.size(); ++kind) {
    if (lists[kind].empty()) continue;
    Result<engine::Reply> reply =
        driver_.give("resolve/" + std::to_string(kind), time,
                     reconciliation::ResolveBreak{.breaks = std::move(lists[kind]),
                                                  .reason = std::string(kBreakClassNames[kind])});
    if (!reply) return std::unexpected(std::move(reply).error());
  }
  return {};
}

std::size_t BankStatements::agreeing(std::span<const BankBreak> breaks) const {
  const auto rows = by_row(breaks);
  std::size_t count = 0;
  state().breaks.each([&](const Break& found) {
    const auto known = rows.find(row_of(found));
    if (known != rows.end() && found.amount == base::SignedAmount(known->second->difference))
      ++count;
  });
  return count;
}

std::size_t BankStatements::adding_up() const {
  const ledger::State& ledger = driver_.engine().state().ledger;
  std::size_t count = 0;
  state().holdings.each([&](const reconciliation::Holding& holding) {
    const auto books = reconciliation::books_of(*ledger.accounts.find(holding.account));
    if (books && reconciliation::explained(holding, *books) == holding.stated) ++count;
  });
  return count;
}

Listing BankStatements::outcome(std::span<const BankBreak> breaks, unsigned scale) const {
  const auto rows = by_row(breaks);

  struct Counts {
    std::size_t healed = 0;
    std::size_t resolved = 0;
    std::size_t open = 0;
    base::i128 open_gross = 0;

    void add(const Break& found) {
      if (is_healed(found)) {
        ++healed;
      } else if (found.state == BreakState::resolved) {
        ++resolved;
      } else {
        ++open;
        open_gross += static_cast<base::i128>(base::magnitude(found.amount.units()));
      }
    }
  };

  std::array<Counts, kBreakClassNames.size() + 1> counts;
  state().breaks.each([&](const Break& found) {
    const auto known = rows.find(row_of(found));
    if (known != rows.end()) counts[static_cast<std::size_t>(known->second->kind)].add(found);
    counts.back().add(found);
  });
  Listing listing{.title = "Breaks as the books worked them off",
                  .columns = {text_column("class"), number_column("healed by a later statement"),
                              number_column("resolved with a reason"), number_column("open"),
                              number_column("open, gross CZK")},
                  .rows = {}};
  for (std::size_t kind = 0; kind < counts.size(); ++kind)
    listing.rows.push_back(
        {kind + 1 == counts.size() ? "total" : std::string(kBreakClassNames[kind]),
         std::to_string(counts[kind].healed), std::to_string(counts[kind].resolved),
         std::to_string(counts[kind].open), base::format_decimal(counts[kind].open_gross, scale)});
  return listing;
}

}  // namespace cofferdam::report
