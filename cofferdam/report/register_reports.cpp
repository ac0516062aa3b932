// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/register_reports.h"

#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/queries.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/operation/tasks.h"
#include "cofferdam/report/account_entries.h"
#include "cofferdam/report/adequacy_verbs.h"
#include "cofferdam/report/driver.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/export_sqlite.h"
#include "cofferdam/report/generate_venue.h"
#include "cofferdam/report/import_tasks.h"
#include "cofferdam/report/insurance_verbs.h"
#include "cofferdam/report/pool_sheet.h"
#include "cofferdam/report/proof_verbs.h"
#include "cofferdam/report/public_verbs.h"
#include "cofferdam/report/replay.h"
#include "cofferdam/report/rows.h"
#include "cofferdam/report/segregation_report.h"
#include "cofferdam/report/stress_verbs.h"
#include "cofferdam/report/trial_balance.h"

namespace cofferdam::report {

namespace {

using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;
using operation::View;

struct Nothing {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

[[nodiscard]] Result<OwnerLabels> labels_of(const View& view) {
  return OwnerLabels::read(books_folder(view.engine));
}

template <class Row, class Make>
[[nodiscard]] Result<operation::Listing> labelled(const View& view, Make make) {
  const Result<OwnerLabels> labels = labels_of(view);
  if (!labels) return std::unexpected(labels.error());
  return rows_of<Row>(make(*labels));
}

Result<operation::Listing> trial_balance_query(const View& view, const Nothing& /*parameters*/) {
  return labelled<TrialBalanceRow>(
      view, [&](const OwnerLabels& labels) { return trial_balance(view.state, labels).accounts; });
}

Result<operation::Listing> pools_query(const View& view, const Nothing& /*parameters*/) {
  return rows_of<PoolBalanceRow>(wholeness(view.state, Digits::plain));
}

Result<operation::Listing> house_default_query(const View& view, const Nothing& /*parameters*/) {
  return labelled<HouseDefaultRow>(view, [&](const OwnerLabels& labels) {
    return house_default_drill(view.state, labels).pools;
  });
}

Result<operation::Listing> entitlements_query(const View& view, const Nothing& /*parameters*/) {
  return labelled<EntitlementRow>(view, [&](const OwnerLabels& labels) {
    return house_default_drill(view.state, labels).clients;
  });
}

struct SegregationParameters {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "date"};
  base::PoolId pool;
  base::AssetId asset;
  base::Date date;
  std::optional<pool::SegregationProfile> profile;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the client pool");
    visit("asset", self.asset, "the currency");
    visit("date", self.date, "the business day at whose close the books stand");
    visit("profile", self.profile,
          "the rules, as in the calculator segregation-statement; absent: gross, every day a "
          "business day");
  }
};

Result<operation::Listing> segregation_query(const View& view,
                                             const SegregationParameters& parameters) {
  const pool::Pool* pool = view.state.pool.pools.find(parameters.pool);
  if (pool == nullptr) return base::malformed("pool", "", "the pool must exist");
  const ledger::Asset* asset = view.state.ledger.assets.find(parameters.asset);
  if (asset == nullptr) return base::malformed("asset", "", "the asset must exist");
  const Result<OwnerLabels> labels = labels_of(view);
  if (!labels) return std::unexpected(labels.error());
  const SegregationRequest request{.pool = pool->code,
                                   .asset = asset->code,
                                   .date = parameters.date,
                                   .profile = parameters.profile.value_or(venue_profile()),
                                   .target_residual = {}};
  const Result<Listing> listing = segregation_report(view.state, request, *labels);
  if (!listing) return std::unexpected(listing.error());
  return rows_of<SegregationRow>(*listing);
}

struct StatementParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"owner"};
  base::OwnerId owner;
  std::optional<base::Time> from;
  std::optional<base::Time> until;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the owner");
    visit("from", self.from, "first time that counts; absent: the beginning");
    visit("until", self.until, "first time that does not; absent: now");
  }
};

Result<Document> statement_task(Session& session, const StatementParameters& parameters,
                                Progress& /*progress*/) {
  const Result<OwnerLabels> labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const Result<Listing> listing =
      owner_statement(session.engine(), parameters.owner,
                      {.from = parameters.from, .until = parameters.until}, *labels);
  if (!listing) return std::unexpected(listing.error());
  return Document(rows_of<StatementRow>(*listing));
}

struct PoolSheetParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"pool"};
  std::string pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the pool");
  }
};

Result<Document> pool_sheet_task(Session& session, const PoolSheetParameters& parameters,
                                 Progress& /*progress*/) {
  const auto sheet = pool_sheet(session.engine(), parameters.pool);
  if (!sheet) return std::unexpected(sheet.error());
  operation::Text text{.media_type = "text/plain", .content = {}};
  for (const Listing& part : *sheet) text.content += part.title + "\n" + to_text(part) + "\n";
  return Document(std::move(text));
}

struct ExportParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"file"};
  std::string file;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "file to write; it appears when it is complete");
  }
};

[[nodiscard]] Document written(const std::string& file) {
  Json json = Json::object();
  json.add("file", file);
  return Document(std::move(json));
}

template <Result<void> (*Export)(engine::Engine&, const TextSink&)>
Result<Document> export_task(Session& session, const ExportParameters& parameters,
                             Progress& /*progress*/) {
  Result<FileSink> file = FileSink::open(parameters.file);
  if (!file) return std::unexpected(file.error());
  const TextSink sink = [&](std::string_view text) { return file->write(text); };
  if (Result<void> done = Export(session.engine(), sink); !done)
    return std::unexpected(done.error());
  if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
  return written(parameters.file);
}

Result<Document> sqlite_task(Session& session, const ExportParameters& parameters,
                             Progress& /*progress*/) {
  const Result<OwnerLabels> labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  if (Result<void> done = export_sqlite(session.engine(), *labels, parameters.file); !done)
    return std::unexpected(done.error());
  return written(parameters.file);
}

struct ReplayParameters {
  static constexpr std::array<std::string_view, 2> kRequired{"dataset", "folder"};
  std::string dataset;
  std::string folder;
  std::string html;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("dataset", self.dataset,
          "hyperliquid_2023, ledger_gratipay_escrow, ledger_ethereum_2017, ledger_berka, or venue");
    visit("folder", self.folder, "the folder of its files");
    visit("html", self.html, "file for the report with pictures; empty: none");
  }
};

Result<Document> replay_task(Session& session, const ReplayParameters& parameters,
                             Progress& progress) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  const ReplayOptions options{
      .progress = [&](std::uint64_t done, std::uint64_t of) { progress.step("rows", done, of); }};
  Result<ReplayOutput> output = run_replay(session.engine(),
                                           {.dataset = parameters.dataset,
                                            .input_folder = parameters.folder,
                                            .books_folder = session.folder()},
                                           options);
  if (!output) return std::unexpected(output.error());
  if (!parameters.html.empty()) {
    Result<FileSink> file = FileSink::open(parameters.html);
    if (!file) return std::unexpected(file.error());
    if (Result<void> done = file->write(output->html); !done) return std::unexpected(done.error());
    if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
  }
  return Document(operation::Text{.media_type = "text/plain", .content = output->screen});
}

struct GenerateParameters : GenerateVenue {
  static constexpr std::array<std::string_view, 1> kRequired{"folder"};
  std::string folder;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    GenerateVenue::fields(self, visit);
    visit("folder", self.folder, "where the files are written");
  }
};

Result<Document> generate_task(const GenerateParameters& parameters, Progress& /*progress*/) {
  if (Result<void> done = generate_venue(parameters, parameters.folder); !done)
    return std::unexpected(done.error());
  return written(parameters.folder);
}

struct OwnerParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"owner"};
  base::OwnerId owner;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the owner");
  }
};

struct OwnerLabelParameters {
  static constexpr std::array<std::string_view, 2> kRequired{"owner", "label"};
  base::OwnerId owner;
  std::string label;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the owner");
    visit("label", self.label, "what a person reads, 1 to 1024 bytes");
  }
};

struct OwnerLabelRow {
  base::OwnerId owner;
  std::string label;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the owner, or id of an account of the pool's own");
    visit("label", self.label, "what a person reads");
  }
};

// In the order of the ids; the labels are those of now, whatever moment the books are read at.
Result<operation::Listing> owner_list_query(const View& view,
                                            const operation::PageParameters& page) {
  const Result<std::uint64_t> start = operation::start_of(page);
  if (!start) return std::unexpected(start.error());
  const Result<OwnerLabels> labels = labels_of(view);
  if (!labels) return std::unexpected(labels.error());
  operation::Listing listing = operation::listing_of<OwnerLabelRow>();
  const auto& all = labels->all();
  for (std::uint64_t at = *start; at < all.size(); ++at) {
    if (listing.rows.size() == page.limit) {
      listing.next = std::to_string(at);
      break;
    }
    listing.rows.push_back(
        operation::to_json(OwnerLabelRow{all[at].first, all[at].second}, view.codec));
  }
  return listing;
}

Result<Document> set_label_task(Session& session, const OwnerLabelParameters& parameters,
                                Progress& /*progress*/) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  Result<Owners> owners = Owners::open(session.folder());
  if (!owners) return std::unexpected(owners.error());
  if (Result<void> done = owners->set(parameters.owner, parameters.label); !done)
    return std::unexpected(done.error());
  Json json = Json::object();
  json.add("label", parameters.label);
  return Document(std::move(json));
}

Result<Document> erase_label_task(Session& session, const OwnerParameters& parameters,
                                  Progress& /*progress*/) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  Result<Owners> owners = Owners::open(session.folder());
  if (!owners) return std::unexpected(owners.error());
  const Result<bool> erased = owners->erase(parameters.owner);
  if (!erased) return std::unexpected(erased.error());
  Json json = Json::object();
  json.add("erased", Json::truth(*erased));
  return Document(std::move(json));
}

}  // namespace

void register_reports(operation::Registry& registry) {
  register_liabilities(registry);
  register_imports(registry);
  register_public(registry);
  register_statements(registry);
  register_stress(registry);
  register_insurance(registry);
  register_insurance_publications(registry);
  register_adequacy(registry);
  using operation::add_query;
  using operation::add_task;
  add_query<Nothing, TrialBalanceRow>(registry, "report.trial-balance",
                                      "Every account with debits, credits and balance.",
                                      &trial_balance_query);
  add_query<Nothing, PoolBalanceRow>(
      registry, "report.pools", "Every pool and asset: held, owed, whole or not.", &pools_query);
  add_query<Nothing, HouseDefaultRow>(registry, "report.house-default",
                                      "If the house defaults: are the client pools whole?",
                                      &house_default_query);
  add_query<Nothing, EntitlementRow>(registry, "report.entitlements",
                                     "If the house defaults: what each client is owed.",
                                     &entitlements_query);
  add_query<SegregationParameters, SegregationRow>(
      registry, "report.segregation", "The daily segregation statement of a client pool.",
      &segregation_query);
  add_task<StatementParameters>(registry, "report.statement",
                                "Statement of an owner: opening, entries, closing.",
                                &statement_task);
  registry.tasks.back().row = &operation::type_of<StatementRow>();
  add_task<PoolSheetParameters>(registry, "report.pool-sheet",
                                "A pool's policy, composition, buffer, conduits and flows.",
                                &pool_sheet_task);
  add_task<ExportParameters>(registry, "export.hledger", "The books as an hledger journal.",
                             &export_task<export_hledger>);
  add_task<ExportParameters>(registry, "export.beancount", "The books as a beancount journal.",
                             &export_task<export_beancount>);
  add_task<ExportParameters>(registry, "export.csv", "Every entry as CSV.",
                             &export_task<export_entries_csv>);
  add_task<ExportParameters>(registry, "export.sqlite", "The books as a SQLite file.",
                             &sqlite_task);
  add_task<ReplayParameters>(registry, "books.replay",
                             "Replay a data set into these books, and show what they show.",
                             &replay_task, operation::NeedsBooks::may_found);
  add_task<GenerateParameters>(registry, "venue.generate",
                               "Write the days of a venue that never was, from a seed.",
                               &generate_task);
  add_query<operation::PageParameters, OwnerLabelRow>(
      registry, "owner.list", "Owners whose labels are kept, with their labels.",
      &owner_list_query);
  add_task<OwnerLabelParameters>(registry, "owner.set-label",
                                 "Keep who an owner is, beside the journal.", &set_label_task);
  add_task<OwnerParameters>(registry, "owner.erase-label", "Forget who an owner is.",
                            &erase_label_task);
}

}  // namespace cofferdam::report
