// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/foreign_books.h"
#include "cofferdam/report/legs.h"
#include "cofferdam/report/replay_ledgers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::u128;
using ledger::AccountClass;
using ledger::OwnerClass;

constexpr unsigned kCentScale = 2;

enum class Side : std::uint8_t { escrow, operations };

struct BookPosting {
  std::string account;
  i128 cents = 0;  // debit positive, as the file has it
};

struct BookTransaction {
  std::string book;
  std::string number;
  base::Date date;
  std::string narration;
  std::vector<BookPosting> postings;
};

[[nodiscard]] Side side_of(std::string_view account) {
  return account.find("Escrow") != std::string_view::npos ? Side::escrow : Side::operations;
}

[[nodiscard]] bool is_asset(std::string_view account) {
  return account.starts_with("Assets:");
}

class GratipayReplay {
 public:
  GratipayReplay(Driver& driver, const ReplayOptions& options)
      : driver_(driver), options_(options) {}

  Result<void> run(const std::string& folder) {
    if (Result<void> done = read(folder); !done) return done;
    if (transactions_.empty()) return malformed("journal.csv", "", "there is something to replay");
    for (const auto step : {&GratipayReplay::found, &GratipayReplay::open_accounts,
                            &GratipayReplay::declare_conduits, &GratipayReplay::post})
      if (Result<void> done = (this->*step)(); !done) return done;
    report();
    return driver_.finish();
  }

 private:
  Result<void> read(const std::string& folder) {
    Result<Csv> csv = Csv::open_file(folder + "/journal.csv");
    if (!csv) return std::unexpected(std::move(csv).error());
    static constexpr std::array<std::string_view, 6> kColumns{
        "book", "txn", "date", "account", "amount_cents", "narration"};
    if (Result<void> complete = csv->require(kColumns); !complete) return complete;
    while (true) {
      Result<bool> more = csv->next();
      if (!more) return std::unexpected(std::move(more).error());
      if (!*more) return check_balance();
      Result<base::Date> date = csv->date("date");
      if (!date) return std::unexpected(std::move(date).error());
      Result<i128> cents = csv->decimal("amount_cents", 0);
      if (!cents) return std::unexpected(std::move(cents).error());
      if (base::magnitude(*cents) > (u128{1} << 100))
        return malformed(csv->where("amount_cents"), csv->text("amount_cents"),
                         "an amount is below 2^100 cents");
      if (transactions_.empty() || transactions_.back().book != csv->text("book") ||
          transactions_.back().number != csv->text("txn"))
        transactions_.push_back(
            {csv->text("book"), csv->text("txn"), *date, csv->text("narration"), {}});
      transactions_.back().postings.push_back({csv->text("account"), *cents});
      ++driver_.result().rows;
    }
  }

  Result<void> check_balance() const {
    for (const BookTransaction& transaction : transactions_) {
      i128 sum = 0;
      for (const BookPosting& posting : transaction.postings) sum += posting.cents;
      if (sum != 0)
        return malformed("journal.csv " + transaction.book + " transaction " + transaction.number,
                         base::format_decimal(sum, kCentScale), "postings sum to zero");
    }
    return {};
  }

  Result<void> found() {
    now_ = *base::start_of_day(transactions_.front().date);
    driver_.result().from = now_;
    if (Result<void> done = driver_.found(now_); !done) return done;
    Result<base::AssetId> asset = driver_.asset(now_, "USD", kCentScale, "US dollar");
    if (!asset) return std::unexpected(std::move(asset).error());
    usd_ = *asset;
    // Foreign books are recorded as they are, also where they fall short: that is for the report.
    Result<base::PoolId> escrow =
        driver_.pool(now_, {.code = "escrow",
                            .activity = "money held for participants",
                            .regime = pool::Regime::omnibus,
                            .edges = {{OwnerClass::pool, OwnerClass::client, kObservedCode},
                                      {OwnerClass::client, OwnerClass::pool, kObservedCode}},
                            .allows_deficit = true});
    if (!escrow) return std::unexpected(std::move(escrow).error());
    Result<base::PoolId> operations =
        driver_.pool(now_, {.code = "operations",
                            .activity = "the company's own money",
                            .regime = pool::Regime::house,
                            .edges = {{OwnerClass::pool, OwnerClass::house, kObservedCode},
                                      {OwnerClass::house, OwnerClass::pool, kObservedCode}},
                            .allows_deficit = true});
    if (!operations) return std::unexpected(std::move(operations).error());
    pools_ = {*escrow, *operations};
    return {};
  }

  [[nodiscard]] base::PoolId pool_of(std::string_view account) const {
    return pools_.at(static_cast<std::size_t>(side_of(account)));
  }

  [[nodiscard]] base::AccountId account_id(const std::string& name) const {
    return base::AccountId(driver_.id("account/" + name));
  }

  Result<void> open_accounts() {
    std::map<std::string, bool> names;
    for (const BookTransaction& transaction : transactions_)
      for (const BookPosting& posting : transaction.postings) names[posting.account] = true;
    std::vector<ledger::AccountEvent> events;
    for (const auto& [name, unused] : names) {
      const bool escrow = side_of(name) == Side::escrow;
      ledger::AccountEvent event{.id = account_id(name),
                                 .pool = pool_of(name),
                                 .asset = usd_,
                                 .account_class = AccountClass::custody,
                                 .owner_class = OwnerClass::pool,
                                 .code = 1};
      if (!is_asset(name)) {
        event.account_class = escrow ? AccountClass::collateral : AccountClass::general;
        event.owner_class = escrow ? OwnerClass::client : OwnerClass::house;
        event.owner = base::OwnerId(id_of(escrow ? "gratipay/participants" : "gratipay/company"));
      }
      events.push_back(event);
    }
    return driver_.accounts("accounts", now_, std::move(events));
  }

  Result<void> declare_conduits() {
    for (std::size_t from = 0; from < 2; ++from) {
      pool::DeclareConduit declare;
      declare.code = from == 0 ? "observed-out-of-escrow" : "observed-into-escrow";
      declare.from = pools_[from];
      declare.to = pools_[1 - from];
      declare.asset = usd_;
      declare.purpose = "records what the foreign books let cross the wall";
      declare.observation = true;
      Result<engine::Reply> reply = driver_.give("conduit/" + declare.code, now_, declare);
      if (!reply) return std::unexpected(std::move(reply).error());
      conduits_[from] = base::ConduitId(static_cast<std::uint32_t>(reply->outcome.created));
    }
    return {};
  }

  Result<void> post() {
    for (std::size_t i = 0; i < transactions_.size(); ++i) {
      if (Result<void> done = post(transactions_[i]); !done) return done;
      look(transactions_[i]);
      if (options_.progress) options_.progress(i + 1, transactions_.size());
    }
    return {};
  }

  Result<void> post(const BookTransaction& transaction) {
    now_ = std::max(now_, *base::start_of_day(transaction.date));
    const std::string name = transaction.book + "/" + transaction.number;
    const u128 reference = id_of("gratipay/" + name);
    ledger::CreateTransfers batch;
    std::vector<pool::ConduitTransfer> crossings;
    std::vector<OpenPosting> open;
    std::map<std::string, std::size_t> numbers;
    for (const BookPosting& posting : transaction.postings)
      open.push_back({.account = numbers.emplace(posting.account, numbers.size()).first->second,
                      .pool = static_cast<std::size_t>(side_of(posting.account)),
                      .units = posting.cents});
    for (const Leg& leg : legs_of(std::move(open))) {
      const std::string& debit = transaction.postings[leg.debit].account;
      const std::string& credit = transaction.postings[leg.credit].account;
      const Side from = side_of(debit);
      if (from != side_of(credit)) {
        crossings.push_back({.conduit = conduits_[static_cast<std::size_t>(from)],
                             .debit_account = account_id(debit),
                             .credit_account = account_id(credit),
                             .amount = base::Amount(leg.units),
                             .code = kObservedCode,
                             .reference = reference,
                             .value_date = transaction.date.value()});
        continue;
      }
      const std::string step = name + "/" + std::to_string(batch.transfers.size());
      batch.transfers.push_back({.id = base::TransferId(driver_.id("transfer/" + step)),
                                 .debit_account = account_id(debit),
                                 .credit_account = account_id(credit),
                                 .amount = base::Amount(leg.units),
                                 .user_data_128 = reference,
                                 .pool = pool_of(debit),
                                 .asset = usd_,
                                 .value_date = transaction.date.value(),
                                 .code = kObservedCode,
                                 .flags = ledger::kLinked});
    }
    if (!batch.transfers.empty()) {
      batch.transfers.back().flags = 0;
      if (auto reply = driver_.give_all("transaction/" + name, now_, std::move(batch)); !reply)
        return std::unexpected(std::move(reply).error());
    }
    for (std::size_t i = 0; i < crossings.size(); ++i) {
      const std::string step = "crossing/" + name + "/" + std::to_string(i);
      if (auto reply = driver_.give(step, now_, crossings[i]); !reply)
        return std::unexpected(std::move(reply).error());
      crossings_.push_back(
          {base::format_date(transaction.date), name, side_of_conduit(crossings[i].conduit),
           base::format_decimal(crossings[i].amount, kCentScale), transaction.narration});
    }
    return {};
  }

  [[nodiscard]] std::string side_of_conduit(base::ConduitId conduit) const {
    return conduit == conduits_[0] ? "escrow holds too much by" : "escrow gives back";
  }

  // Escrow assets against escrow liabilities after the transaction.
  void look(const BookTransaction& transaction) {
    for (const BookPosting& posting : transaction.postings) {
      if (side_of(posting.account) != Side::escrow) continue;
      (is_asset(posting.account) ? assets_[transaction.book] : owed_[transaction.book]) +=
          is_asset(posting.account) ? posting.cents : -posting.cents;
    }
    const i128 excess = assets_[transaction.book] - owed_[transaction.book];
    const bool whole = excess == 0;
    if (!whole) ++not_whole_;
    if (whole && !breach_open_) return;
    breaches_.push_back({base::format_date(transaction.date),
                         transaction.book + "/" + transaction.number, whole ? "healed" : "BREACH",
                         base::format_decimal(assets_[transaction.book], kCentScale),
                         base::format_decimal(owed_[transaction.book], kCentScale),
                         base::format_decimal(excess, kCentScale), transaction.narration});
    breach_open_ = !whole;
  }

  void report() {
    ReplayResult& result = driver_.result();
    result.to = now_;
    result.facts = {{"transactions", "104", std::to_string(transactions_.size())},
                    {"postings", "319", std::to_string(result.rows)},
                    {"transactions after which escrow assets differ from what is owed", "1",
                     std::to_string(not_whole_)}};
    result.labels = {{base::OwnerId(id_of("gratipay/participants")), "participants"},
                     {base::OwnerId(id_of("gratipay/company")), "company"}};
    result.findings = {
        {.title =
             "Escrow assets against escrow liabilities: what does not agree, and what heals it",
         .columns = {text_column("date"), text_column("transaction"), text_column("state"),
                     number_column("assets"), number_column("owed"), number_column("excess"),
                     text_column("narration")},
         .rows = breaches_},
        {.title = "Crossings of the wall, over observation conduits",
         .columns = {text_column("date"), text_column("transaction"), text_column("crossing"),
                     number_column("USD"), text_column("narration")},
         .rows = crossings_}};
    result.notes = {
        "What belongs to the escrow is told by the names of the accounts. Commingling cannot be "
        "booked as a transfer: it stands on the observation conduits, dated and with its amount."};
  }

  Driver& driver_;
  const ReplayOptions& options_;
  std::vector<BookTransaction> transactions_;
  base::Time now_;
  base::AssetId usd_;
  std::array<base::PoolId, 2> pools_;
  std::array<base::ConduitId, 2> conduits_;
  std::map<std::string, i128> assets_;  // of the escrow, by book
  std::map<std::string, i128> owed_;
  bool breach_open_ = false;
  std::uint64_t not_whole_ = 0;
  std::vector<std::vector<std::string>> breaches_;
  std::vector<std::vector<std::string>> crossings_;
};

}  // namespace

Result<ReplayResult> replay_gratipay(const std::string& folder, engine::Engine& engine,
                                     const ReplayOptions& options) {
  ReplayResult result;
  Driver driver(engine, "ledger_gratipay_escrow", result);
  const auto began = std::chrono::steady_clock::now();
  if (Result<void> done = GratipayReplay(driver, options).run(folder); !done)
    return std::unexpected(std::move(done).error());
  result.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began)
          .count();
  return result;
}

}  // namespace cofferdam::report
