// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/csv.h"
#include "cofferdam/report/external_statement.h"

#include <array>

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;

constexpr std::array<std::string_view, 14> kColumns{
    "record",    "statement", "account", "as_of",     "asset",         "opening", "closing",
    "available", "amount",    "kind",    "reference", "our_reference", "booked",  "balance"};

// What a file must have; the others may be left out.
constexpr std::array<std::string_view, 5> kRequired{"record", "statement", "as_of", "asset",
                                                    "closing"};

class CsvReader {
 public:
  explicit CsvReader(Csv csv) : csv_(std::move(csv)) {}

  [[nodiscard]] Result<std::vector<ExternalStatement>> read() {
    while (true) {
      const Result<bool> more = csv_.next();
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      const std::string& record = csv_.text("record");
      if (record != "balance" && record != "entry")
        return malformed(csv_.where("record"), record, "is balance or entry");
      const Result<void> done = record == "balance" ? balance() : entry();
      if (!done) return std::unexpected(done.error());
    }
    if (statements_.empty()) return malformed(csv_.name(), "", "a file has a statement");
    return std::move(statements_);
  }

 private:
  [[nodiscard]] std::string text(std::string_view column) const {
    return csv_.has(column) ? csv_.text(column) : std::string();
  }

  [[nodiscard]] Result<void> balance() {
    const Result<base::Time> as_of = csv_.time("as_of");
    if (!as_of) return std::unexpected(as_of.error());
    const std::string id = csv_.text("statement");
    if (id.empty()) return malformed(csv_.where("statement"), "", "a statement has an id");
    if (csv_.text("closing").empty())
      return malformed(csv_.where("closing"), "", "a balance has a closing");
    const bool begins = statements_.empty() || statements_.back().id != id ||
                        statements_.back().account != text("account");
    if (begins) {
      if (statements_.size() == kStatementsOfFileMax)
        return malformed(csv_.where("statement"), id, "a file has at most 1000 statements");
      statements_.push_back(
          {.id = id, .account = text("account"), .as_of = *as_of, .line = csv_.line()});
    } else if (statements_.back().as_of != *as_of) {
      return malformed(csv_.where("as_of"), csv_.text("as_of"), "a statement has one moment");
    }
    statements_.back().balances.push_back({.asset = csv_.text("asset"),
                                           .opening = text("opening"),
                                           .closing = csv_.text("closing"),
                                           .available = text("available"),
                                           .line = csv_.line()});
    return {};
  }

  [[nodiscard]] Result<void> entry() {
    if (statements_.empty() || statements_.back().id != csv_.text("statement"))
      return malformed(csv_.where("statement"), csv_.text("statement"),
                       "entries stand behind the balances of their statement");
    ExternalStatement& statement = statements_.back();
    if (statement.entries.size() == reconciliation::kStatementEntriesMax)
      return malformed(csv_.where("statement"), statement.id,
                       "a statement has at most 8190 entries");
    ExternalEntry entry{.asset = csv_.text("asset"),
                        .amount = text("amount"),
                        .reference = text("reference"),
                        .our_reference = text("our_reference"),
                        .balance = text("balance"),
                        .line = csv_.line()};
    if (entry.amount.empty())
      return malformed(csv_.where("amount"), "", "an entry has an amount, out: negative");
    const std::string kind = text("kind");
    if (kind == "network_fee") {
      entry.kind = reconciliation::EntryKind::network_fee;
    } else if (!kind.empty() && kind != "payment") {
      return malformed(csv_.where("kind"), kind, "is payment, network_fee or empty");
    }
    if (!text("booked").empty()) {
      const Result<base::Time> booked = csv_.time("booked");
      if (!booked) return std::unexpected(booked.error());
      entry.booked = *booked;
    }
    statement.entries.push_back(std::move(entry));
    return {};
  }

  Csv csv_;
  std::vector<ExternalStatement> statements_;
};

void line_of(std::string& out, const std::array<std::string, kColumns.size()>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(fields[i]);
  out += "\n";
}

}  // namespace

Result<std::vector<ExternalStatement>> read_statement_csv(const std::string& name,
                                                          std::string text) {
  if (text.size() > kStatementFileBytesMax)
    return malformed(name, std::to_string(text.size()), "a statement file has at most 64 MiB");
  Result<Csv> csv = Csv::open(name, std::move(text), {.field_bytes = 4'096, .columns = 64});
  if (!csv) return std::unexpected(csv.error());
  if (const Result<void> complete = csv->require(kRequired); !complete)
    return std::unexpected(complete.error());
  return CsvReader(std::move(*csv)).read();
}

std::string write_statement_csv(const std::vector<ExternalStatement>& statements) {
  std::string out;
  std::array<std::string, kColumns.size()> heading;
  for (std::size_t i = 0; i < kColumns.size(); ++i) heading[i] = std::string(kColumns[i]);
  line_of(out, heading);
  for (const ExternalStatement& statement : statements) {
    const std::string as_of = base::format_time(statement.as_of);
    for (const ExternalBalance& row : statement.balances)
      line_of(out, {"balance", statement.id, statement.account, as_of, row.asset, row.opening,
                    row.closing, row.available, "", "", "", "", "", ""});
    for (const ExternalEntry& row : statement.entries)
      line_of(out, {"entry", statement.id, statement.account, as_of, row.asset, "", "", "",
                    row.amount, std::string(base::name_of(row.kind)), row.reference,
                    row.our_reference, base::format_time(row.booked), row.balance});
  }
  return out;
}

}  // namespace cofferdam::report
