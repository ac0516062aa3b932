// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/verbs.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/report/account_entries.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/export_sqlite.h"
#include "cofferdam/report/generate_venue.h"
#include "cofferdam/report/owners.h"
#include "cofferdam/report/pool_sheet.h"
#include "cofferdam/report/replay.h"
#include "cofferdam/report/segregation_report.h"
#include "cofferdam/report/trial_balance.h"

namespace cofferdam::report {

namespace {

using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;
using operation::Sheet;
using operation::Sheets;
using operation::Text;

[[nodiscard]] Sheet sheet_of(const Listing& listing) {
  Sheet sheet{.title = listing.title, .rows = listing.rows};
  for (const Column& column : listing.columns)
    sheet.columns.push_back({column.name, column.align == Align::right});
  return sheet;
}

[[nodiscard]] Sheets sheets_of(const std::vector<Listing>& listings) {
  Sheets sheets;
  for (const Listing& listing : listings) sheets.push_back(sheet_of(listing));
  return sheets;
}

struct ReplayParameters {
  std::string dataset;
  std::string data;
  std::string html;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("dataset", self.dataset,
          "hyperliquid_2023, ledger_gratipay_escrow, ledger_ethereum_2017, ledger_berka or venue");
    visit("data", self.data, "folder of the data set's files");
    visit("html", self.html, "file for the report with pictures; none when empty");
  }
};

[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view text) {
  auto file = FileSink::open(path);
  if (!file) return std::unexpected(file.error());
  if (auto written = file->write(text); !written) return written;
  return file->finish();
}

[[nodiscard]] Result<Document> replay_books(Session& session, const ReplayParameters& parameters,
                                            Progress& progress) {
  const Replay replay{.dataset = parameters.dataset,
                      .input_folder = parameters.data,
                      .books_folder = session.folder()};
  const ReplayOptions options{
      .progress = [&](std::uint64_t done, std::uint64_t of) { progress.step("rows", done, of); }};
  auto output = run_replay(session.engine(), replay, options);
  if (!output) return std::unexpected(output.error());
  if (!parameters.html.empty())
    if (auto written = write_file(parameters.html, output->html); !written)
      return std::unexpected(written.error());
  return Document(Text{"text/plain", output->screen});
}

struct GenerateParameters {
  std::string folder;
  GenerateVenue venue;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("folder", self.folder, "where the files are written");
    visit("seed", self.venue.seed, "the same seed gives the same days");
    visit("days", self.venue.days, "1 to 366");
    visit("accounts", self.venue.accounts, "clients, 2 to 100,000");
    visit("trades", self.venue.trades, "over all days, at most 10,000,000");
  }
};

[[nodiscard]] Result<Document> generate(const GenerateParameters& parameters,
                                        Progress& /*progress*/) {
  if (auto made = generate_venue(parameters.venue, parameters.folder); !made)
    return std::unexpected(made.error());
  Json json = Json::object();
  json.add("folder", parameters.folder);
  return Document(std::move(json));
}

struct NoParameters {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

[[nodiscard]] Result<Document> report_trial_balance(Session& session,
                                                    const NoParameters& /*parameters*/,
                                                    Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const TrialBalance balance = trial_balance(session.engine().state(), *labels);
  return Document(Sheets{sheet_of(balance.accounts)});
}

[[nodiscard]] Result<Document> report_sums(Session& session, const NoParameters& /*parameters*/,
                                           Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  return Document(Sheets{sheet_of(trial_balance(session.engine().state(), *labels).sums)});
}

struct PoolParameters {
  std::string pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the pool");
  }
};

[[nodiscard]] Result<Document> report_pool_sheet(Session& session, const PoolParameters& parameters,
                                                 Progress& /*progress*/) {
  auto sheet = pool_sheet(session.engine(), parameters.pool);
  if (!sheet) return std::unexpected(sheet.error());
  return Document(sheets_of(*sheet));
}

struct StatementParameters {
  std::string owner;
  std::optional<base::Time> from;
  std::optional<base::Time> until;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "id of the owner, decimal or 0x");
    visit("from", self.from, "first time that counts");
    visit("until", self.until, "first time that does not count any more");
  }
};

[[nodiscard]] Result<Document> report_statement(Session& session,
                                                const StatementParameters& parameters,
                                                Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const auto owner = base::parse_id<base::OwnerId>(parameters.owner, "owner");
  if (!owner) return std::unexpected(owner.error());
  auto statement = owner_statement(session.engine(), *owner,
                                   {.from = parameters.from, .until = parameters.until}, *labels);
  if (!statement) return std::unexpected(statement.error());
  return Document(Sheets{sheet_of(*statement)});
}

struct SegregationParameters {
  std::string pool;
  std::string asset;
  base::Date date;
  std::optional<pool::SegregationProfile> profile;
  std::string target_residual = "0";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the client pool");
    visit("asset", self.asset, "the currency");
    visit("date", self.date, "the day of the statement");
    visit("profile", self.profile, "the rules, as examples/profiles; absent: a venue's own");
    visit("target_residual", self.target_residual, "house money to be held beside, in the asset");
  }
};

[[nodiscard]] Result<Document> report_segregation(Session& session,
                                                  const SegregationParameters& parameters,
                                                  Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const engine::State& state = session.engine().state();
  const ledger::Asset* asset = ledger::find_asset(state.ledger, parameters.asset);
  if (asset == nullptr) return base::malformed("asset", parameters.asset, "the asset must exist");
  const auto target =
      base::parse_amount(parameters.target_residual, asset->scale, "target_residual");
  if (!target) return std::unexpected(target.error());
  auto listing = segregation_report(state,
                                    {.pool = parameters.pool,
                                     .asset = parameters.asset,
                                     .date = parameters.date,
                                     .profile = parameters.profile.value_or(venue_profile()),
                                     .target_residual = *target},
                                    *labels);
  if (!listing) return std::unexpected(listing.error());
  return Document(Sheets{sheet_of(*listing)});
}

[[nodiscard]] Result<Document> report_drill(Session& session, const NoParameters& /*parameters*/,
                                            Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const HouseDefaultDrill drill = house_default_drill(session.engine().state(), *labels);
  return Document(Sheets{sheet_of(drill.pools), sheet_of(drill.clients)});
}

struct ExportParameters {
  std::string file;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "where to write; replaced in one step");
  }
};

using Export = Result<void> (*)(engine::Engine&, const TextSink&);

template <Export Write>
[[nodiscard]] Result<Document> export_text(Session& session, const ExportParameters& parameters,
                                           Progress& /*progress*/) {
  auto file = FileSink::open(parameters.file);
  if (!file) return std::unexpected(file.error());
  const TextSink sink = [&](std::string_view text) { return file->write(text); };
  if (auto written = Write(session.engine(), sink); !written)
    return std::unexpected(written.error());
  if (auto finished = file->finish(); !finished) return std::unexpected(finished.error());
  Json json = Json::object();
  json.add("file", parameters.file);
  return Document(std::move(json));
}

[[nodiscard]] Result<Document> export_database(Session& session, const ExportParameters& parameters,
                                               Progress& /*progress*/) {
  const auto labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  if (auto written = export_sqlite(session.engine(), *labels, parameters.file); !written)
    return std::unexpected(written.error());
  Json json = Json::object();
  json.add("file", parameters.file);
  return Document(std::move(json));
}

struct LabelParameters {
  std::string owner;
  std::string label;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "id of the owner, decimal or 0x");
    visit("label", self.label, "who it is; kept beside the journal, empty to erase");
  }
};

[[nodiscard]] Result<Document> label_owner(Session& session, const LabelParameters& parameters,
                                           Progress& /*progress*/) {
  const auto owner = base::parse_id<base::OwnerId>(parameters.owner, "owner");
  if (!owner) return std::unexpected(owner.error());
  auto owners = Owners::open(session.folder());
  if (!owners) return std::unexpected(owners.error());
  Json json = Json::object();
  json.add("owner", base::format_hex(owner->value()));
  if (parameters.label.empty()) {
    const auto erased = owners->erase(*owner);
    if (!erased) return std::unexpected(erased.error());
    json.add("erased", *erased ? "yes" : "there was none");
  } else {
    if (auto kept = owners->set(*owner, parameters.label); !kept)
      return std::unexpected(kept.error());
    json.add("label", parameters.label);
  }
  return Document(std::move(json));
}

[[nodiscard]] Result<Document> list_labels(Session& session, const NoParameters& /*parameters*/,
                                           Progress& /*progress*/) {
  auto owners = Owners::open(session.folder());
  if (!owners) return std::unexpected(owners.error());
  const auto all = owners->all();
  if (!all) return std::unexpected(all.error());
  Sheet sheet{.title = "owners", .columns = {{"owner"}, {"label"}}};
  for (const auto& [owner, label] : *all)
    sheet.rows.push_back({base::format_hex(owner.value()), label});
  return Document(Sheets{std::move(sheet)});
}

}  // namespace

void register_verbs(operation::Registry& registry) {
  using operation::add_lone_task;
  using operation::add_task;
  add_task<ReplayParameters>(registry, "books.replay",
                             "Replay a data set into books and report on it.", &replay_books,
                             operation::NeedsBooks::may_found);
  add_lone_task<GenerateParameters>(registry, "venue.generate",
                                    "Write seeded days of a venue, to be replayed.", &generate);
  add_task<NoParameters>(registry, "report.trial-balance",
                         "Every account with its debits, credits and balance.",
                         &report_trial_balance);
  add_task<NoParameters>(registry, "report.sums",
                         "Debits and credits of every pool and asset, and that they are equal.",
                         &report_sums);
  add_task<PoolParameters>(registry, "report.pool-sheet",
                           "What a pool holds and owes, its flows, policy and conduits.",
                           &report_pool_sheet);
  add_task<StatementParameters>(registry, "report.owner-statement",
                                "An owner's opening balance, entries and closing balance.",
                                &report_statement);
  add_task<SegregationParameters>(registry, "report.segregation",
                                  "The daily segregation statement of a client pool.",
                                  &report_segregation);
  add_task<NoParameters>(registry, "report.house-default-drill",
                         "If the house fails: each client's entitlement, and who is whole.",
                         &report_drill);
  add_task<ExportParameters>(registry, "export.hledger", "Write an hledger journal.",
                             &export_text<&export_hledger>);
  add_task<ExportParameters>(registry, "export.beancount", "Write a beancount journal.",
                             &export_text<&export_beancount>);
  add_task<ExportParameters>(registry, "export.csv", "Write every entry as CSV.",
                             &export_text<&export_entries_csv>);
  add_task<ExportParameters>(registry, "export.sqlite", "Write the books as an SQLite database.",
                             &export_database);
  add_task<LabelParameters>(registry, "owner.label",
                            "Say who an owner is, beside the journal, or erase it.", &label_owner);
  add_task<NoParameters>(registry, "owner.list", "The owners that have a label.", &list_labels);
}

}  // namespace cofferdam::report
