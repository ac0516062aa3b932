// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/import_plan.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/engine/compare.h"
#include "cofferdam/engine/record.h"
#include "cofferdam/report/import_accounts.h"
#include "cofferdam/report/import_watch.h"
#include "cofferdam/report/legs.h"
#include "cofferdam/report/recorded_commands.h"
#include "cofferdam/report/rehearsal.h"

#include <algorithm>
#include <array>

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;
using base::Time;
using ledger::OwnerClass;

[[nodiscard]] std::unexpected<base::Error> refused(std::string field, std::string value,
                                                   std::string rule, std::string hint = {}) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::refused,
                                     .field = std::move(field),
                                     .value = std::move(value),
                                     .rule = std::move(rule),
                                     .hint = std::move(hint)});
}

// History knows no edges: every way between owners is open, for every reason.
[[nodiscard]] std::vector<ledger::Edge> every_edge() {
  std::vector<ledger::Edge> edges;
  for (std::size_t from = 0; from < ledger::kOwnerClasses; ++from)
    for (std::size_t to = 0; to < ledger::kOwnerClasses; ++to)
      edges.push_back({static_cast<OwnerClass>(from), static_cast<OwnerClass>(to), 0});
  return edges;
}

// The name of a command's field as the file has it.
[[nodiscard]] std::string_view foreign_field(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kFields{{
      {"debit_account", "debit_account"},
      {"credit_account", "credit_account"},
      {"amount", "amount"},
      {"asset", "asset"},
      {"value_date", "date"},
      {"code", "code"},
      {"user_data_128", "reference"},
      {"reference", "reference"},
  }};
  const std::string_view last = path.substr(path.rfind('.') + 1);
  for (const auto& [ours, theirs] : kFields)
    if (last == ours) return theirs;
  return "postings";
}

// A command of a transaction, with the place of the leg that it begins with.
struct TransactionCommand {
  std::string step;
  engine::Command command;
  std::vector<Leg> legs;
};

class Planner {
 public:
  Planner(Driver& driver, const ForeignBooks& books, const ImportRequest& request,
          const ImportProgress& progress, Rehearsal& rehearsal)
      : driver_(driver),
        books_(books),
        request_(request),
        progress_(progress),
        rehearsal_(rehearsal),
        recorded_(driver.engine()) {}

  [[nodiscard]] Result<ImportPlan> run() {
    if (books_.transactions.empty())
      return malformed(books_.file, "", "there is something to import");
    Result<ImportNames> names = name_all(books_, request_, rehearsal_.state());
    if (!names) return std::unexpected(std::move(names).error());
    names_ = std::move(*names);
    first_ = books_.transactions.front().time;
    plan_.result.file = books_.file;
    plan_.result.source = request_.source;
    plan_.result.dry_run = request_.dry_run;
    plan_.result.transactions = static_cast<std::uint32_t>(books_.transactions.size());
    for (const auto step : {&Planner::found, &Planner::make_assets, &Planner::make_pools,
                            &Planner::open_accounts, &Planner::take_transactions})
      if (Result<void> done = (this->*step)(); !done)
        return std::unexpected(std::move(done).error());
    return std::move(plan_);
  }

 private:
  [[nodiscard]] const engine::State& state() const { return rehearsal_.state(); }

  // The time of the books never goes back, whatever history is added to them.
  [[nodiscard]] Time booked_at(Time time) const { return std::max(time, rehearsal_.time()); }

  [[nodiscard]] Result<base::u128> plan(const std::string& where, std::string step, Time time,
                                        engine::Command command) {
    Result<base::u128> created = rehearsal_.give(where, booked_at(time), command);
    if (created) plan_.commands.push_back({std::move(step), rehearsal_.time(), std::move(command)});
    return created;
  }

  Result<void> found() {
    if (state().venue.venues.size() > 0) return {};
    const Result<base::u128> done = plan("--venue", "genesis", first_,
                                         venue::Genesis{.venue = request_.venue,
                                                        .root = "root",
                                                        .time_source = venue::TimeSource::given,
                                                        .checkpoint_key = {}});
    if (!done) return std::unexpected(done.error());
    return {};
  }

  Result<void> make_assets() {
    for (const ImportedAsset& asset : names_.assets) {
      if (const ledger::Asset* known = ledger::find_asset(state().ledger, asset.code)) {
        assets_.push_back(known->id);
        continue;
      }
      const Result<base::u128> id =
          plan(books_.where(asset.line, "asset"), "asset/" + asset.code, first_,
               ledger::CreateAsset{.code = asset.code,
                                   .scale = static_cast<std::uint8_t>(asset.scale),
                                   .description = "imported"});
      if (!id) return std::unexpected(id.error());
      assets_.push_back(base::AssetId(static_cast<std::uint32_t>(*id)));
      ++plan_.result.assets;
    }
    return {};
  }

  Result<void> make_pools() {
    for (const std::string& code : names_.pools) {
      if (const pool::Pool* known = pool::find_pool(state().pool, code)) {
        pools_.push_back(known->id);
        continue;
      }
      Driver::PoolPlan wanted{.code = code,
                              .activity = "history of other books",
                              .regime = pool::Regime::capital,
                              .edges = every_edge(),
                              .allows_deficit = true};
      for (const PoolRule& rule : request_.pools)
        if (rule.code == code) wanted.regime = rule.regime;
      const std::string where = "pool " + code;
      const Result<base::u128> created =
          plan(where, "pool/" + code, first_, Driver::create(wanted));
      if (!created) return std::unexpected(created.error());
      const base::PoolId id(static_cast<std::uint32_t>(*created));
      const Result<base::u128> agreed =
          plan(where, "agreement/" + code, first_,
               Driver::agreement(id, request_.venue, "Terms assumed by an import",
                                 base::day_of(rehearsal_.time())));
      if (!agreed) return std::unexpected(agreed.error());
      pool::ActivatePool activate;
      activate.pool = id;
      activate.reason = "import";
      const Result<base::u128> active = plan(where, "activate/" + code, first_, activate);
      if (!active) return std::unexpected(active.error());
      pools_.push_back(id);
      ++plan_.result.pools;
    }
    return {};
  }

  Result<void> open_accounts() {
    ledger::CreateAccounts batch;
    std::size_t line = 0;
    const auto flush = [&]() -> Result<void> {
      if (batch.accounts.empty()) return {};
      const std::string step = "accounts/" + base::to_text(batch.accounts.front().id.value());
      const Result<base::u128> done = plan(books_.where(line, ""), step, first_, batch);
      if (!done) return std::unexpected(done.error());
      batch.accounts.clear();
      return {};
    };
    for (const ImportedAccount& account : names_.accounts) {
      const base::AccountId id =
          imported_account_id(account.name, names_.assets[account.asset].code);
      ids_.push_back(id);
      names_of_.emplace(id, account.name);
      const ledger::AccountEvent event{.id = id,
                                       .pool = pools_[account.pool],
                                       .asset = assets_[account.asset],
                                       .account_class = account.account_class,
                                       .owner_class = account.owner_class,
                                       .owner = account.owner(),
                                       .code = 1};
      if (const ledger::Account* known = state().ledger.accounts.find(id)) {
        if (Result<void> same = compare(account, event, *known); !same) return same;
        continue;
      }
      if (batch.accounts.empty()) line = account.line;
      batch.accounts.push_back(event);
      plan_.labels.emplace_back(event.owner.is_none() ? base::OwnerId(id.value()) : event.owner,
                                account.name);
      ++plan_.result.accounts;
      if (batch.accounts.size() == ledger::kBatchEventsMax)
        if (Result<void> done = flush(); !done) return done;
    }
    return flush();
  }

  // A name keeps its pool, class and owner.
  [[nodiscard]] Result<void> compare(const ImportedAccount& account,
                                     const ledger::AccountEvent& asked,
                                     const ledger::Account& known) const {
    const auto differs = [&](std::string_view field, std::string now, std::string then) {
      return refused(books_.where(account.line, account.column) + " account " + account.name + " " +
                         std::string(field),
                     std::move(now), "an account stays what it was imported as: " + then);
    };
    const auto code = [&](base::PoolId id) {
      return state().pool.pools.at(state().pool.pools.find_slot(id)).code;
    };
    if (asked.pool != known.pool) return differs("pool", code(asked.pool), code(known.pool));
    if (asked.account_class != known.account_class)
      return differs("class", std::string(base::name_of(asked.account_class)),
                     std::string(base::name_of(known.account_class)));
    if (asked.owner_class != known.owner_class)
      return differs("owner_class", std::string(base::name_of(asked.owner_class)),
                     std::string(base::name_of(known.owner_class)));
    return {};
  }

  Result<void> take_transactions() {
    ImportWatch watch(state(), plan_.result);
    const std::size_t all = books_.transactions.size();
    for (std::size_t i = 0; i < all; ++i) {
      if (Result<void> done = take(i, watch); !done) return done;
      if (progress_ && (i % 1'000 == 0 || i + 1 == all)) progress_(i + 1, all);
    }
    return {};
  }

  Result<void> take(std::size_t i, ImportWatch& watch) {
    const ForeignTransaction& transaction = books_.transactions[i];
    Result<std::vector<TransactionCommand>> commands = commands_of(i);
    if (!commands) return std::unexpected(std::move(commands).error());
    if (Result<void> none = refuse_left_over(transaction, *commands); !none) return none;
    bool news = false;
    for (TransactionCommand& each : *commands) {
      const Result<bool> known = is_known(i, each);
      if (!known) return std::unexpected(known.error());
      if (*known) continue;
      news = true;
      const Result<base::u128> done =
          plan(books_.where(transaction.line, ""), each.step, transaction.time, each.command);
      if (!done) return std::unexpected(done.error());
      note(transaction, each.command, watch);
    }
    watch.look(transaction, names_of_);
    ++(news ? plan_.result.booked : plan_.result.known);
    return {};
  }

  // The legs inside pools as one linked batch, then each crossing.
  [[nodiscard]] Result<std::vector<TransactionCommand>> commands_of(std::size_t i) {
    const ForeignTransaction& transaction = books_.transactions[i];
    const std::vector<ImportNames::Posting>& postings = names_.postings[i];
    std::vector<OpenPosting> open;
    open.reserve(postings.size());
    for (const ImportNames::Posting& posting : postings) {
      const ImportedAccount& account = names_.accounts[posting.account];
      open.push_back({posting.account, account.asset, account.pool, posting.units});
    }
    std::vector<TransactionCommand> commands;
    ledger::CreateTransfers batch;
    std::vector<Leg> inside;
    for (const Leg& leg : legs_of(open)) {
      const OpenPosting& debit = open[leg.debit];
      const OpenPosting& credit = open[leg.credit];
      if (debit.pool == credit.pool) {
        batch.transfers.push_back(
            {.id = base::TransferId(driver_.id("transfer/" + transaction.key + "/" +
                                               std::to_string(batch.transfers.size()))),
             .debit_account = ids_[debit.account],
             .credit_account = ids_[credit.account],
             .amount = base::Amount(leg.units),
             .user_data_128 = transaction.reference,
             .pool = pools_[debit.pool],
             .asset = assets_[debit.asset],
             .value_date = transaction.date.value(),
             .code = transaction.code,
             .flags = ledger::kLinked});
        inside.push_back(leg);
        continue;
      }
      Result<base::ConduitId> conduit =
          conduit_of(transaction, pools_[debit.pool], pools_[credit.pool], assets_[debit.asset]);
      if (!conduit) return std::unexpected(std::move(conduit).error());
      commands.push_back({crossing_step(transaction, commands.size()),
                          pool::ConduitTransfer{.conduit = *conduit,
                                                .debit_account = ids_[debit.account],
                                                .credit_account = ids_[credit.account],
                                                .amount = base::Amount(leg.units),
                                                .code = transaction.code,
                                                .reference = transaction.reference,
                                                .value_date = transaction.date.value()},
                          {leg}});
    }
    if (batch.transfers.empty()) return commands;
    if (batch.transfers.size() > ledger::kBatchEventsMax)
      return malformed(books_.where(transaction.line, ""), std::to_string(batch.transfers.size()),
                       "a transaction becomes at most 8190 transfers");
    batch.transfers.back().flags = 0;
    commands.insert(commands.begin(),
                    {transfer_step(transaction), std::move(batch), std::move(inside)});
    return commands;
  }

  [[nodiscard]] static std::string transfer_step(const ForeignTransaction& transaction) {
    return "transaction/" + transaction.key;
  }

  [[nodiscard]] static std::string crossing_step(const ForeignTransaction& transaction,
                                                 std::size_t number) {
    return "crossing/" + std::to_string(number) + "/" + transaction.key;
  }

  [[nodiscard]] Result<base::ConduitId> conduit_of(const ForeignTransaction& transaction,
                                                   base::PoolId from, base::PoolId to,
                                                   base::AssetId asset) {
    const std::string code = "observed-" + std::to_string(from.value()) + "-" +
                             std::to_string(to.value()) + "-" + std::to_string(asset.value());
    if (const pool::Conduit* known = pool::find_conduit(state().pool, code)) {
      if (!known->observation)
        return refused("conduit", code, "what an import uses is an observation conduit");
      return known->id;
    }
    pool::DeclareConduit declare;
    declare.code = code;
    declare.from = from;
    declare.to = to;
    declare.asset = asset;
    declare.purpose = "records what foreign books let cross the wall";
    declare.observation = true;
    const Result<base::u128> id = plan(books_.where(transaction.line, ""), "conduit/" + code,
                                       transaction.time, std::move(declare));
    if (!id) return std::unexpected(id.error());
    ++plan_.result.conduits;
    return base::ConduitId(static_cast<std::uint32_t>(*id));
  }

  // What stands on record under this command's id: the same, or nothing.
  [[nodiscard]] Result<bool> is_known(std::size_t i, const TransactionCommand& each) {
    const auto earlier = recorded_.find(driver_.command_id(each.step));
    if (!earlier) return std::unexpected(earlier.error());
    if (!*earlier) return false;
    const engine::CommandRecord& recorded = (*earlier)->record;
    engine::CommandRecord asked{.principal = recorded.principal,
                                .content = engine::encode_command(each.command)};
    std::visit(
        [&]<class C>(const C&) {
          asked.operation = engine::Operation<C>::kNumber;
          asked.version = engine::Operation<C>::kVersion;
        },
        each.command);
    const ForeignTransaction& transaction = books_.transactions[i];
    if (const auto path = engine::first_difference(asked, recorded))
      return differs(transaction, each, *path, (*earlier)->sequence);
    const auto& verdicts = recorded.outcome.event_statuses;
    if (!recorded.outcome.ok() ||
        std::any_of(verdicts.begin(), verdicts.end(), [](auto verdict) { return verdict != 0; }))
      return refused(books_.where(transaction.line, "id"), transaction.key,
                     "record " + std::to_string((*earlier)->sequence) +
                         " refused this transaction, and its id is used for ever",
                     "give it another id");
    return true;
  }

  // Names the field of the file and what it says now.
  [[nodiscard]] std::unexpected<base::Error> differs(const ForeignTransaction& transaction,
                                                     const TransactionCommand& each,
                                                     std::string_view path,
                                                     base::Sequence record) const {
    const std::string_view field = foreign_field(path);
    std::size_t number = 0;
    if (const std::size_t open = path.find('['); open != std::string_view::npos)
      for (std::size_t at = open + 1; at < path.size() && path[at] != ']'; ++at)
        number = number * 10 + static_cast<std::size_t>(path[at] - '0');
    const Leg* leg = number < each.legs.size() ? &each.legs[number] : nullptr;
    std::string value = "other";
    std::size_t line = transaction.line;
    if (leg != nullptr) {
      const ForeignPosting& debit = transaction.postings[leg->debit];
      const ForeignPosting& credit = transaction.postings[leg->credit];
      line = field == "credit_account" ? credit.line : debit.line;
      if (field == "debit_account") value = debit.account;
      if (field == "credit_account") value = credit.account;
      if (field == "asset") value = debit.amount.commodity;
      if (field == "amount") {
        const ImportedAccount& account = names_.accounts[posting_account(transaction, leg->debit)];
        value = base::format_decimal(leg->units, names_.assets[account.asset].scale);
      }
    }
    if (field == "date") value = base::format_date(transaction.date);
    if (field == "code") value = std::to_string(transaction.code);
    if (field == "reference") value = base::to_text(transaction.reference);
    const std::string where = books_.where(line, books_.has_columns ? field : "");
    return refused(books_.has_columns ? where : where + " " + std::string(field), value,
                   "record " + std::to_string(record) + " was imported from source '" +
                       request_.source + "' under the same id, " + transaction.key +
                       ", with another " + std::string(field),
                   "correct history by a new transaction; another file needs another --source");
  }

  [[nodiscard]] std::size_t posting_account(const ForeignTransaction& transaction,
                                            std::size_t posting) const {
    const auto i = static_cast<std::size_t>(&transaction - books_.transactions.data());
    return names_.postings[i][posting].account;
  }

  // What was booked for this transaction before and is no part of it any more.
  [[nodiscard]] Result<void> refuse_left_over(const ForeignTransaction& transaction,
                                              const std::vector<TransactionCommand>& commands) {
    const bool inside = !commands.empty() && commands.front().step == transfer_step(transaction);
    std::vector<std::string> steps;
    if (!inside) steps.push_back(transfer_step(transaction));
    if (state().pool.conduits.size() > 0)
      steps.push_back(crossing_step(transaction, commands.size() - (inside ? 1 : 0)));
    for (const std::string& step : steps) {
      const auto earlier = recorded_.find(driver_.command_id(step));
      if (!earlier) return std::unexpected(earlier.error());
      if (*earlier)
        return refused(books_.where(transaction.line, "") + " postings", "fewer",
                       "record " + std::to_string((*earlier)->sequence) +
                           " was imported from source '" + request_.source +
                           "' under the same id, " + transaction.key + ", with other postings",
                       "correct history by a new transaction; another file needs another "
                       "--source");
    }
    return {};
  }

  void note(const ForeignTransaction& transaction, const engine::Command& command,
            ImportWatch& watch) {
    if (const auto* batch = std::get_if<ledger::CreateTransfers>(&command)) {
      for (const ledger::Transfer& each : batch->transfers)
        watch.moved(each.debit_account, each.credit_account, each.amount);
      plan_.result.transfers += static_cast<std::uint32_t>(batch->transfers.size());
      return;
    }
    const auto& crossing = std::get<pool::ConduitTransfer>(command);
    const pool::Conduit& conduit = *state().pool.conduits.find(crossing.conduit);
    watch.moved(crossing.debit_account, conduit.half_from, crossing.amount);
    watch.moved(conduit.half_to, crossing.credit_account, crossing.amount);
    ++plan_.result.crossings;
    const auto code = [&](base::PoolId id) {
      return state().pool.pools.at(state().pool.pools.find_slot(id)).code;
    };
    const ledger::Asset& asset =
        state().ledger.assets.at(state().ledger.assets.find_slot(conduit.asset));
    watch.add({.kind = "crossed",
               .date = transaction.date,
               .line = static_cast<std::uint32_t>(transaction.line),
               .pool = code(conduit.from),
               .owed_to = code(conduit.to),
               .account = names_of_.at(crossing.debit_account),
               .asset = asset.code,
               .amount = base::format_decimal(crossing.amount, asset.scale),
               .description = transaction.description});
  }

  Driver& driver_;
  const ForeignBooks& books_;
  const ImportRequest& request_;
  const ImportProgress& progress_;
  Rehearsal& rehearsal_;
  RecordedCommands recorded_;
  ImportNames names_;
  Time first_;
  std::vector<base::AssetId> assets_;  // as names_.assets
  std::vector<base::PoolId> pools_;
  std::vector<base::AccountId> ids_;
  std::map<base::AccountId, std::string> names_of_;
  ImportPlan plan_;
};

}  // namespace

Result<ImportPlan> plan_import(Driver& driver, const ForeignBooks& books,
                               const ImportRequest& request, const ImportProgress& progress) {
  Rehearsal rehearsal = Rehearsal::of(driver.engine(), request.principal);
  return Planner(driver, books, request, progress, rehearsal).run();
}

}  // namespace cofferdam::report
