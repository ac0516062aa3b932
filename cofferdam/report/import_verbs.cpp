// SPDX-License-Identifier: Apache-2.0
//
// The tasks that take other books over: from CSV, from an hledger journal.
#include "cofferdam/operation/session.h"
#include "cofferdam/operation/state_names.h"
#include "cofferdam/report/import.h"
#include "cofferdam/report/import_tasks.h"

namespace cofferdam::report {

struct ImportParameters {
  std::string file;
  ImportRequest request;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "what is read; also file.gz, or - for standard input");
    visit("source", self.request.source,
          "names the keeper of the ids in the file; another file with the same ids needs another");
    visit("pool", self.request.pool, "code of the pool of accounts that no rule gives another");
    visit("accounts", self.request.accounts,
          "rules for accounts: name with *, pool, class, owner_class; the first that matches");
    visit("pools", self.request.pools, "regimes of pools that are made: code, regime");
    visit("assets", self.request.assets, "names of assets in the file: name, code, scale");
    visit("venue", self.request.venue, "short name of the venue, where the books are founded");
  }
};

struct ImportCsvParameters : ImportParameters {
  std::vector<std::string> columns;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ImportParameters::fields(self, visit);
    visit("columns", self.columns, "what columns are called in the file: amount=Betrag,date=Datum");
  }
};

}  // namespace cofferdam::report

namespace cofferdam::operation {

struct RequiresFile {
  static constexpr std::array<std::string_view, 1> kRequired{"file"};
};

template <>
struct FieldForms<report::ImportParameters> : RequiresFile {};

template <>
struct FieldForms<report::ImportCsvParameters> : RequiresFile {};

template <>
struct FieldForms<report::AccountRule> {
  static constexpr std::array<std::string_view, 1> kRequired{"name"};
};

template <>
struct FieldForms<report::PoolRule> {
  static constexpr std::array<std::string_view, 2> kRequired{"code", "regime"};
};

template <>
struct FieldForms<report::AssetRule> {
  static constexpr std::array<std::string_view, 1> kRequired{"name"};
};

}  // namespace cofferdam::operation

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Progress;
using operation::Session;

constexpr std::size_t kSourceBytesMax = 64;

// Who acts, and whether it is a trial; ids and times come from the file.
[[nodiscard]] Result<ImportRequest> request_of(Session& session, const ImportParameters& given) {
  const operation::Envelope& envelope = session.envelope();
  if (!envelope.id.is_none())
    return malformed("--command-id", "", "an import takes its ids from the file");
  if (envelope.time)
    return malformed("--command-time", "", "an import takes its times from the file");
  if (envelope.propose)
    return malformed("--propose", "", "an import is many commands, and no proposal");
  ImportRequest request = given.request;
  if (request.source.empty() || request.source.size() > kSourceBytesMax)
    return malformed("--source", request.source, "a source's name has 1 to 64 bytes");
  request.dry_run = envelope.dry_run;
  const engine::State& state = session.engine().state();
  const bool founds = state.venue.venues.size() == 0;
  if (envelope.principal.empty() || (founds && envelope.principal == "root")) return request;
  const auto number =
      operation::StateNames(state).number_of(operation::Numbered::principal, envelope.principal);
  if (!number)
    return malformed("principal", envelope.principal,
                     "must be the code of a principal that exists");
  request.principal = base::PrincipalId(*number);
  return request;
}

[[nodiscard]] Result<Document> import_from(Session& session, const Result<ForeignBooks>& books,
                                           const ImportParameters& parameters, Progress& progress) {
  if (!books) return std::unexpected(books.error());
  const Result<ImportRequest> request = request_of(session, parameters);
  if (!request) return std::unexpected(request.error());
  const ImportProgress step = [&](std::uint64_t done, std::uint64_t of) {
    progress.step("transactions", done, of);
  };
  const Result<ImportResult> result =
      import_books(session.engine(), session.folder(), *books, *request, step);
  if (!result) return std::unexpected(result.error());
  return Document(operation::to_json(*result, session.codec()));
}

Result<Document> import_hledger_task(Session& session, const ImportParameters& parameters,
                                     Progress& progress) {
  return import_from(session, read_foreign_hledger(parameters.file), parameters, progress);
}

Result<Document> import_csv_task(Session& session, const ImportCsvParameters& parameters,
                                 Progress& progress) {
  std::map<std::string, std::string, std::less<>> headings;
  for (const std::string& column : parameters.columns) {
    const std::size_t equals = column.find('=');
    const std::string name = column.substr(0, equals);
    const bool known = std::any_of(kImportColumns.begin(), kImportColumns.end(),
                                   [&](const ImportColumn& each) { return each.name == name; });
    if (!known || equals == std::string::npos || equals + 1 == column.size()) {
      std::string names;
      for (const ImportColumn& each : kImportColumns)
        names += (names.empty() ? "" : ", ") + std::string(each.name);
      return malformed("--columns", column, "COLUMN=HEADING, with a column out of: " + names);
    }
    if (!headings.emplace(name, column.substr(equals + 1)).second)
      return malformed("--columns", column, "a column is named once");
  }
  return import_from(session, read_foreign_csv(parameters.file, headings), parameters, progress);
}

}  // namespace

void register_imports(operation::Registry& registry) {
  operation::add_task<ImportParameters>(registry, "import.hledger",
                                        "Take over an hledger journal, as observed history.",
                                        &import_hledger_task, operation::NeedsBooks::may_found);
  operation::add_task<ImportCsvParameters>(
      registry, "import.csv", "Take over transfers from a CSV file, as observed history.",
      &import_csv_task, operation::NeedsBooks::may_found);
}

}  // namespace cofferdam::report
