// SPDX-License-Identifier: Apache-2.0
//
// The tasks that bring statements of the outside into the books, and write statements of the books.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/crypto/sha256.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/report/driver.h"
#include "cofferdam/report/entries.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/external_statement.h"
#include "cofferdam/report/import_tasks.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <map>

namespace cofferdam::report {

enum class StatementFormat : std::uint8_t { csv, camt053 };

struct StatementImportParameters {
  static constexpr std::array<std::string_view, 2> kRequired{"file", "format"};
  std::string file;
  StatementFormat format = StatementFormat::csv;
  std::string wallet;
  base::AccountId account;
  std::string source;
  std::vector<std::string> currencies;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "what is read; also file.gz, or - for standard input");
    visit("format", self.format, "csv or camt053");
    visit("wallet", self.wallet,
          "code of the wallet; empty: the wallet at the IBAN or address that the file names");
    visit("account", self.account, "or an account kept elsewhere");
    visit("source", self.source, "code of the declared source; empty: whoever imports it");
    visit("currencies", self.currencies,
          "what assets are called in the file, such as USD=USDC; else by their codes");
  }
};

struct StatementExportParameters {
  static constexpr std::array<std::string_view, 2> kRequired{"file", "format"};
  std::string file;
  StatementFormat format = StatementFormat::csv;
  std::string pool;
  std::string wallet;
  base::AccountId account;
  std::optional<base::Time> from;
  std::optional<base::Time> until;
  std::vector<std::string> currencies;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "where it is written");
    visit("format", self.format, "csv or camt053");
    visit("pool", self.pool, "custody accounts of this pool");
    visit("wallet", self.wallet, "or those of this wallet");
    visit("account", self.account, "or this account");
    visit("from", self.from, "first time that counts; absent: the beginning");
    visit("until", self.until, "first time that does not; absent: now");
    visit("currencies", self.currencies,
          "what assets are called in the file, such as USD=USDC; else by their codes");
  }
};

}  // namespace cofferdam::report

template <>
struct cofferdam::base::EnumText<cofferdam::report::StatementFormat> {
  static constexpr std::array<std::string_view, 2> kNames{"csv", "camt053"};
};

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;

// Names of assets in a file, both ways.
struct Currencies {
  std::map<std::string, std::string, std::less<>> codes;  // name in the file -> asset

  [[nodiscard]] std::string code_of(const std::string& name) const {
    const auto found = codes.find(name);
    return found == codes.end() ? name : found->second;
  }

  [[nodiscard]] std::string name_of(const std::string& code) const {
    for (const auto& [name, asset] : codes)
      if (asset == code) return name;
    return code;
  }
};

[[nodiscard]] Result<Currencies> currencies_of(const std::vector<std::string>& list) {
  Currencies currencies;
  for (const std::string& pair : list) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size())
      return malformed("--currencies", pair, "NAME=ASSET, such as USD=USDC");
    if (!currencies.codes.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second)
      return malformed("--currencies", pair, "a name is given once");
  }
  return currencies;
}

[[nodiscard]] std::string at_line(const std::string& file, std::size_t line,
                                  std::string_view field) {
  return file + " line " + std::to_string(line) + " " + std::string(field);
}

// A statement of a file on its way to a command.
class Translator {
 public:
  Translator(const engine::State& state, const StatementImportParameters& parameters,
             Currencies currencies)
      : state_(state), parameters_(parameters), currencies_(std::move(currencies)) {}

  [[nodiscard]] Result<reconciliation::RecordStatement> translate(
      const ExternalStatement& statement, const std::string& document) const {
    reconciliation::RecordStatement command{
        .statement = statement.id, .as_of = statement.as_of, .document = document};
    if (Result<void> found = find_subject(statement, command); !found)
      return std::unexpected(found.error());
    if (!parameters_.source.empty()) {
      const fact::Source* source = fact::find_source(state_.fact, parameters_.source);
      if (source == nullptr)
        return malformed("--source", parameters_.source, "must be a source that exists");
      command.source = source->id;
    }
    for (const ExternalBalance& balance : statement.balances)
      if (Result<void> added = add(balance, command); !added) return std::unexpected(added.error());
    std::sort(command.balances.begin(), command.balances.end(),
              [](const auto& a, const auto& b) { return a.asset < b.asset; });
    for (const ExternalEntry& entry : statement.entries)
      if (Result<void> added = add(entry, command); !added) return std::unexpected(added.error());
    return command;
  }

 private:
  [[nodiscard]] Result<void> find_subject(const ExternalStatement& statement,
                                          reconciliation::RecordStatement& command) const {
    if (!parameters_.account.is_none()) {
      command.account = parameters_.account;
      return {};
    }
    const custody::Wallet* wallet = nullptr;
    if (!parameters_.wallet.empty()) {
      wallet = custody::find_wallet(state_.custody, parameters_.wallet);
      if (wallet == nullptr)
        return malformed("--wallet", parameters_.wallet, "must be a wallet that exists");
    } else {
      state_.custody.wallets.each([&](const custody::Wallet& row) {
        if (row.place.address == statement.account || row.code == statement.account) wallet = &row;
      });
      if (wallet == nullptr)
        return malformed(at_line(parameters_.file, statement.line, "account"), statement.account,
                         "must be the IBAN, the address or the code of a wallet",
                         "--wallet or --account says whose statement it is");
    }
    command.wallet = wallet->id;
    return {};
  }

  [[nodiscard]] Result<const ledger::Asset*> asset(const std::string& name,
                                                   std::size_t line) const {
    const ledger::Asset* found = ledger::find_asset(state_.ledger, currencies_.code_of(name));
    if (found == nullptr)
      return malformed(at_line(parameters_.file, line, "asset"), name,
                       "must be an asset that exists",
                       "--currencies " + name + "=ASSET says which one is meant");
    return found;
  }

  [[nodiscard]] Result<std::optional<base::SignedAmount>> amount(const std::string& text,
                                                                 const ledger::Asset& asset,
                                                                 std::size_t line,
                                                                 std::string_view field) const {
    if (text.empty()) return std::optional<base::SignedAmount>();
    const Result<base::SignedAmount> units =
        base::parse_signed_amount(text, asset.scale, at_line(parameters_.file, line, field));
    if (!units) return std::unexpected(units.error());
    return std::optional<base::SignedAmount>(*units);
  }

  [[nodiscard]] Result<void> add(const ExternalBalance& row,
                                 reconciliation::RecordStatement& command) const {
    const Result<const ledger::Asset*> found = asset(row.asset, row.line);
    if (!found) return std::unexpected(found.error());
    const auto opening = amount(row.opening, **found, row.line, "opening");
    if (!opening) return std::unexpected(opening.error());
    const auto closing = amount(row.closing, **found, row.line, "closing");
    if (!closing) return std::unexpected(closing.error());
    const auto available = amount(row.available, **found, row.line, "available");
    if (!available) return std::unexpected(available.error());
    command.balances.push_back({(*found)->id, *opening, closing->value(), *available});
    return {};
  }

  [[nodiscard]] Result<void> add(const ExternalEntry& row,
                                 reconciliation::RecordStatement& command) const {
    const Result<const ledger::Asset*> found = asset(row.asset, row.line);
    if (!found) return std::unexpected(found.error());
    const auto moved = amount(row.amount, **found, row.line, "amount");
    if (!moved) return std::unexpected(moved.error());
    const auto balance = amount(row.balance, **found, row.line, "balance");
    if (!balance) return std::unexpected(balance.error());
    command.entries.push_back({.asset = (*found)->id,
                               .amount = moved->value(),
                               .kind = row.kind,
                               .reference = row.reference,
                               .our_reference = row.our_reference,
                               .booked = row.booked,
                               .balance = *balance});
    return {};
  }

  const engine::State& state_;
  const StatementImportParameters& parameters_;
  Currencies currencies_;
};

// A statement's command id follows from whose it is and its own id: it enters once, for ever.
[[nodiscard]] base::CommandId command_id(const reconciliation::RecordStatement& command) {
  return base::CommandId(id_of("statement/" + std::to_string(command.wallet.value()) + "/" +
                               base::to_text(command.account.value()) + "/" + command.statement));
}

// Known: the same statement with the same content is there already.
[[nodiscard]] Result<std::string> give(Session& session, reconciliation::RecordStatement command,
                                       const std::string& file, std::size_t line) {
  operation::Envelope envelope = session.envelope();
  const engine::State& state = session.engine().state();
  const reconciliation::Statement* known = reconciliation::find_statement(
      state.reconciliation, command.wallet, command.account, command.statement);
  envelope.id = command_id(command);
  const std::string id = command.statement;
  if (known != nullptr) envelope.dry_run = true;
  // Under another id the books compare the content, and say which of the two it is.
  if (known != nullptr) envelope.id = base::CommandId(id_of("again/" + id));
  const Result<operation::Answer> answer = session.give(std::move(command), envelope);
  if (!answer) return std::unexpected(answer.error());
  const std::string_view status = answer->json.text_of("status");
  if (answer->verdict == operation::Verdict::ok) return std::string("recorded");
  if (status == "exists") return std::string("known");
  return std::unexpected(base::Error{.kind = answer->verdict == operation::Verdict::malformed
                                                 ? base::ErrorKind::malformed
                                                 : base::ErrorKind::refused,
                                     .field = at_line(file, line, "statement " + id),
                                     .value = std::string(status),
                                     .rule = std::string(answer->json.text_of("rule"))});
}

Result<Document> statement_import(Session& session, const StatementImportParameters& parameters,
                                  Progress& progress) {
  if (!session.envelope().id.is_none())
    return malformed("--command-id", "", "a statement takes its id from the file");
  Result<std::string> text = parameters.file == "-"
                                 ? read_standard_input(kStatementFileBytesMax)
                                 : read_input(parameters.file, kStatementFileBytesMax);
  if (!text) return std::unexpected(text.error());
  const std::string document = crypto::to_hex(crypto::sha256(*text));
  const auto statements = parameters.format == StatementFormat::camt053
                              ? read_camt053(parameters.file, *text)
                              : read_statement_csv(parameters.file, std::move(*text));
  if (!statements) return std::unexpected(statements.error());
  Result<Currencies> currencies = currencies_of(parameters.currencies);
  if (!currencies) return std::unexpected(currencies.error());
  const Translator translator(session.engine().state(), parameters, std::move(*currencies));
  // The whole file is read before anything of it enters the books.
  std::vector<reconciliation::RecordStatement> commands;
  for (const ExternalStatement& statement : *statements) {
    Result<reconciliation::RecordStatement> command = translator.translate(statement, document);
    if (!command) return std::unexpected(command.error());
    commands.push_back(std::move(*command));
  }
  Json list = Json::list();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const ExternalStatement& statement = (*statements)[i];
    const Result<std::string> verdict =
        give(session, std::move(commands[i]), parameters.file, statement.line);
    if (!verdict) return std::unexpected(verdict.error());
    Json row = Json::object();
    row.add("statement", statement.id);
    row.add("verdict", *verdict);
    row.add("entries", Json::number(statement.entries.size()));
    row.add("not_booked", Json::number(statement.not_booked));
    list.items.push_back(std::move(row));
    progress.step("statements", i + 1, commands.size());
  }
  Json json = Json::object();
  json.add("statements", std::move(list));
  return Document(std::move(json));
}

// What an account did in a period, as its holder sees it.
class Exporter {
 public:
  Exporter(engine::Engine& engine, const StatementExportParameters& parameters,
           Currencies currencies)
      : engine_(engine), parameters_(parameters), currencies_(std::move(currencies)) {}

  [[nodiscard]] Result<std::vector<ExternalStatement>> run() {
    if (Result<void> found = find_accounts(); !found) return std::unexpected(found.error());
    const Result<void> walked = each_entry(engine_, [&](const Entry& entry) {
      take(entry, entry.debit, true);
      take(entry, entry.credit, false);
      return Result<void>();
    });
    if (!walked) return std::unexpected(walked.error());
    std::vector<ExternalStatement> statements;
    for (const base::AccountId account : order_) {
      Result<ExternalStatement> statement = write(account, statements.size() + 1);
      if (!statement) return std::unexpected(statement.error());
      statements.push_back(std::move(*statement));
    }
    return statements;
  }

 private:
  struct Part {
    base::i128 opening = 0;
    base::i128 closing = 0;
    std::vector<std::pair<Entry, base::i128>> entries;
  };

  [[nodiscard]] const engine::State& state() const { return engine_.state(); }

  [[nodiscard]] Result<void> find_accounts() {
    const int given = static_cast<int>(!parameters_.pool.empty()) +
                      static_cast<int>(!parameters_.wallet.empty()) +
                      static_cast<int>(!parameters_.account.is_none());
    if (given != 1)
      return malformed("--pool", parameters_.pool, "exactly one of --pool, --wallet, --account");
    if (!parameters_.account.is_none()) {
      if (state().ledger.accounts.find(parameters_.account) == nullptr)
        return malformed("--account", base::to_text(parameters_.account.value()),
                         "must be an account that exists");
      add(parameters_.account);
    } else if (!parameters_.wallet.empty()) {
      const custody::Wallet* wallet = custody::find_wallet(state().custody, parameters_.wallet);
      if (wallet == nullptr)
        return malformed("--wallet", parameters_.wallet, "must be a wallet that exists");
      for (const custody::WalletAsset& held : wallet->assets) add(held.custody_account);
    } else {
      const pool::Pool* pool = pool::find_pool(state().pool, parameters_.pool);
      if (pool == nullptr)
        return malformed("--pool", parameters_.pool, "must be a pool that exists");
      state().ledger.accounts.each([&](const ledger::Account& account) {
        if (account.pool == pool->id && account.account_class == ledger::AccountClass::custody)
          add(account.id);
      });
    }
    return {};
  }

  void add(base::AccountId account) {
    parts_[account];
    order_.push_back(account);
  }

  void take(const Entry& entry, base::AccountId id, bool debited) {
    const auto found = parts_.find(id);
    if (found == parts_.end() || (parameters_.until && entry.time >= *parameters_.until)) return;
    const ledger::Account& account = *state().ledger.accounts.find(id);
    const bool holds = account.account_class == ledger::AccountClass::custody ||
                       account.account_class == ledger::AccountClass::external;
    const auto units = static_cast<base::i128>(entry.amount.units());
    const base::i128 change = holds == debited ? units : -units;
    found->second.closing += change;
    if (parameters_.from && entry.time < *parameters_.from)
      found->second.opening += change;
    else
      found->second.entries.emplace_back(entry, change);
  }

  // The unambiguous name that another program will find the account by.
  [[nodiscard]] std::string name_of(base::AccountId account) const {
    const custody::CountedBy* counted = state().custody.counted.find(account);
    if (counted == nullptr) return base::to_text(account.value());
    return state().custody.wallets.find(counted->wallet)->code;
  }

  [[nodiscard]] Result<ExternalStatement> write(base::AccountId id, std::size_t number) const {
    const ledger::Account& account = *state().ledger.accounts.find(id);
    const ledger::Asset& asset = *state().ledger.assets.find(account.asset);
    const std::string name = currencies_.name_of(asset.code);
    const bool is_camt = parameters_.format == StatementFormat::camt053;
    if (is_camt && (name.size() != 3 || !std::all_of(name.begin(), name.end(),
                                                     [](char c) { return c >= 'A' && c <= 'Z'; })))
      return malformed("--currencies", asset.code,
                       "camt.053 knows currencies of three capital letters (ISO 4217) only",
                       "--currencies USD=" + asset.code + " says how the asset is written there");
    const Part& part = parts_.at(id);
    ExternalStatement statement{
        .id = "S" + std::to_string(engine_.sequence()) + "-" + std::to_string(number),
        .account = name_of(id),
        .as_of = parameters_.until ? base::Time(parameters_.until->value() - 1) : engine_.time()};
    const auto text = [&](base::i128 units) { return base::format_decimal(units, asset.scale); };
    statement.balances.push_back(
        {.asset = name, .opening = text(part.opening), .closing = text(part.closing)});
    for (const auto& [entry, change] : part.entries)
      statement.entries.push_back(
          {.asset = name,
           .amount = text(change),
           .kind = entry.code == pool::kFee ? reconciliation::EntryKind::network_fee
                                            : reconciliation::EntryKind::payment,
           .reference = std::to_string(entry.sequence) + "/" + std::to_string(entry.position),
           .our_reference = reference_of(entry),
           .booked = entry.time});
    return statement;
  }

  [[nodiscard]] static std::string reference_of(const Entry& entry) {
    if (entry.operation == engine::Operation<custody::SettleIntent>::kNumber)
      return "intent/" + base::to_text(entry.reference);
    // In hexadecimal a 128-bit id fits the 35 characters that ISO 20022 gives a reference.
    return entry.transfer.is_none() ? std::string() : base::format_hex(entry.transfer.value());
  }

  engine::Engine& engine_;
  const StatementExportParameters& parameters_;
  Currencies currencies_;
  std::map<base::AccountId, Part> parts_;
  std::vector<base::AccountId> order_;
};

Result<Document> statement_export(Session& session, const StatementExportParameters& parameters,
                                  Progress& /*progress*/) {
  Result<Currencies> currencies = currencies_of(parameters.currencies);
  if (!currencies) return std::unexpected(currencies.error());
  const Result<std::vector<ExternalStatement>> statements =
      Exporter(session.engine(), parameters, std::move(*currencies)).run();
  if (!statements) return std::unexpected(statements.error());
  Result<FileSink> file = FileSink::open(parameters.file);
  if (!file) return std::unexpected(file.error());
  const base::Time made = statements->empty() ? base::Time() : statements->front().as_of;
  const std::string text =
      parameters.format == StatementFormat::camt053
          ? write_camt053(*statements, "S" + std::to_string(session.engine().sequence()), made)
          : write_statement_csv(*statements);
  if (Result<void> done = file->write(text); !done) return std::unexpected(done.error());
  if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
  Json json = Json::object();
  json.add("file", parameters.file);
  json.add("statements", Json::number(statements->size()));
  return Document(std::move(json));
}

}  // namespace

void register_statements(operation::Registry& registry) {
  operation::add_task<StatementImportParameters>(
      registry, "statement.import", "Record the statements of a file: CSV or camt.053.",
      &statement_import);
  operation::add_task<StatementExportParameters>(
      registry, "statement.export",
      "Write what custody accounts did as a bank would state it: CSV or camt.053.",
      &statement_export);
}

}  // namespace cofferdam::report
