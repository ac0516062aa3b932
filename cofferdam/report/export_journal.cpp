// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/export_journal.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/entries.h"
#include "cofferdam/report/trial_balance.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

namespace cofferdam::report {

namespace {

using base::Result;

struct KeyHash {
  std::size_t operator()(base::u128 key) const { return base::hash_key(key); }
};

// Paths of all accounts, made once.
class Paths {
 public:
  explicit Paths(const engine::State& state) {
    state.ledger.accounts.each([&](const ledger::Account& account) {
      paths_.emplace(account.id.value(), account_path(state, account));
    });
  }

  [[nodiscard]] const std::string& of(base::AccountId id) const { return paths_.at(id.value()); }

 private:
  std::unordered_map<base::u128, std::string, KeyHash> paths_;
};

[[nodiscard]] std::string quoted(const std::string& commodity) {
  const bool plain = std::all_of(commodity.begin(), commodity.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  return plain ? commodity : '"' + commodity + '"';
}

[[nodiscard]] std::string signed_text(base::Amount amount, unsigned scale, bool negative) {
  const std::string text = base::format_decimal(amount, scale);
  return negative && !amount.is_zero() ? "-" + text : text;
}

[[nodiscard]] std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

[[nodiscard]] bool is_beancount_commodity(std::string_view text) {
  const auto is_end = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return text.size() >= 2 && text.size() <= 24 && text.front() >= 'A' && text.front() <= 'Z' &&
         is_end(text.back()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_end(c) || c == '.' || c == '_' || c == '-' || c == '\'';
         });
}

[[nodiscard]] std::string hledger_heading(const engine::State& state) {
  std::string text = "; exported from the books of ";
  state.venue.venues.each([&](const venue::Venue& venue) { text += venue.code; });
  text += "\n; amounts carry all digits of their asset; tags: cmd, id, code, ref, at\n\n";
  state.ledger.assets.each([&](const ledger::Asset& asset) {
    text += "commodity 1000." + std::string(asset.scale, '0') + " " + quoted(asset.code) + "\n";
  });
  return text + "\n";
}

[[nodiscard]] std::string id_tags(const Entry& entry, std::string_view between) {
  std::string tags = "cmd:" + base::to_text(entry.command.value());
  if (!entry.transfer.is_none())
    tags += std::string(between) + "id:" + base::to_text(entry.transfer.value());
  if (entry.reference != 0) tags += std::string(between) + "ref:" + base::to_text(entry.reference);
  return tags;
}

}  // namespace

Result<void> export_hledger(engine::Engine& engine, const TextSink& out) {
  const engine::State& state = engine.state();
  if (Result<void> done = out(hledger_heading(state)); !done) return done;
  const Paths paths(state);
  return each_entry(engine, [&](const Entry& entry) {
    const std::string commodity = quoted(asset_code(state, entry.asset));
    const unsigned scale = asset_scale(state, entry.asset);
    std::string text = base::format_date(entry.value_date) + " (" + std::to_string(entry.sequence) +
                       "/" + std::to_string(entry.position) + ") " + reason_name(entry.code) +
                       "  ; " + id_tags(entry, ", ") + ", code:" + std::to_string(entry.code) +
                       ", at:" + base::format_time(entry.time) + "\n";
    text += "    " + paths.of(entry.debit) + "  " + signed_text(entry.amount, scale, false) + " " +
            commodity + "\n";
    text += "    " + paths.of(entry.credit) + "  " + signed_text(entry.amount, scale, true) + " " +
            commodity + "\n\n";
    return out(text);
  });
}

std::vector<std::string> beancount_commodities(const engine::State& state) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  state.ledger.assets.each([&](const ledger::Asset& asset) {
    std::string name = upper(asset.code);
    if (!is_beancount_commodity(name) || taken.contains(name))
      name = "ASSET-" + std::to_string(asset.id.value());
    while (!taken.insert(name).second) name += "-0";
    if (names.size() < asset.id.value()) names.resize(asset.id.value());
    names[asset.id.value() - 1] = name;
  });
  return names;
}

Result<void> export_beancount(engine::Engine& engine, const TextSink& out) {
  const engine::State& state = engine.state();
  const std::vector<std::string> commodities = beancount_commodities(state);
  const Paths paths(state);
  // Accounts open on the first day anything happened in them, which value dates may bring forward.
  std::unordered_map<base::u128, base::Date, KeyHash> opened;
  base::Date first(std::numeric_limits<std::int32_t>::max());
  const auto open_on = [&](base::AccountId id, base::Date date) {
    const auto [at, fresh] = opened.emplace(id.value(), date);
    if (!fresh) at->second = std::min(at->second, date);
    first = std::min(first, date);
  };
  state.ledger.accounts.each(
      [&](const ledger::Account& account) { open_on(account.id, base::day_of(account.created)); });
  Result<void> dated = each_entry(engine, [&](const Entry& entry) {
    open_on(entry.debit, entry.value_date);
    open_on(entry.credit, entry.value_date);
    return Result<void>();
  });
  if (!dated) return dated;
  std::string text = "option \"title\" \"Cofferdam\"\n\n";
  state.ledger.assets.each([&](const ledger::Asset& asset) {
    if (opened.empty()) return;
    text += base::format_date(first) + " commodity " + commodities[asset.id.value() - 1] +
            "\n  asset: \"" + asset.code + "\"\n";
  });
  for (const ledger::Account* account : accounts_in_order(state))
    text += base::format_date(opened.at(account->id.value())) + " open " + paths.of(account->id) +
            " " + commodities[account->asset.value() - 1] + "\n";
  if (Result<void> done = out(text + "\n"); !done) return done;
  return each_entry(engine, [&](const Entry& entry) {
    const std::string& commodity = commodities[entry.asset.value() - 1];
    const unsigned scale = asset_scale(state, entry.asset);
    std::string row = base::format_date(entry.value_date) + " * \"" + reason_name(entry.code) +
                      "\"\n  entry: \"" + std::to_string(entry.sequence) + "/" +
                      std::to_string(entry.position) + "\"\n  ids: \"" + id_tags(entry, " ") +
                      "\"\n  at: \"" + base::format_time(entry.time) + "\"\n";
    row += "  " + paths.of(entry.debit) + "  " + signed_text(entry.amount, scale, false) + " " +
           commodity + "\n";
    row += "  " + paths.of(entry.credit) + "  " + signed_text(entry.amount, scale, true) + " " +
           commodity + "\n\n";
    return out(row);
  });
}

Result<void> export_entries_csv(engine::Engine& engine, const TextSink& out) {
  const engine::State& state = engine.state();
  Result<void> done = out(
      "sequence,position,time,value_date,transfer,pool,asset,debit_account,credit_account,amount,"
      "units,code,reason,reference\n");
  if (!done) return done;
  return each_entry(engine, [&](const Entry& entry) {
    std::string row;
    const auto field = [&](std::string_view text, char end = ',') { row += csv_field(text) + end; };
    field(std::to_string(entry.sequence));
    field(std::to_string(entry.position));
    field(base::format_time(entry.time));
    field(base::format_date(entry.value_date));
    field(entry.transfer.is_none() ? "" : base::to_text(entry.transfer.value()));
    field(pool_code(state, entry.pool));
    field(asset_code(state, entry.asset));
    field(base::to_text(entry.debit.value()));
    field(base::to_text(entry.credit.value()));
    field(amount_text(state, entry.asset, entry.amount));
    field(base::to_text(entry.amount.units()));
    field(std::to_string(entry.code));
    field(reason_name(entry.code));
    field(entry.reference == 0 ? "" : base::to_text(entry.reference), '\n');
    return out(row);
  });
}

}  // namespace cofferdam::report
