// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/loss_file.h"

#include "cofferdam/report/csv.h"

#include <array>
#include <string_view>

namespace cofferdam::report {

namespace {

// More digits than anybody gives a loss; what follows the cents is cut.
constexpr unsigned kDigits = 8;
constexpr base::i128 kToCents = 1'000'000;
constexpr base::i128 kLossMax = base::i128{1'000'000} * solvency::kMillion;

}  // namespace

base::Result<std::vector<solvency::Incident>> read_losses(const std::string& path) {
  base::Result<Csv> csv = Csv::open_file(path);
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 4> kColumns{"date", "name", "class", "amount_usd"};
  if (base::Result<void> fine = csv->require(kColumns); !fine) return std::unexpected(fine.error());
  const bool flagged = csv->has("insurable_event");
  std::vector<solvency::Incident> out;
  while (true) {
    const base::Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (flagged) {
      const std::string& flag = csv->text("insurable_event");
      if (flag != "0" && flag != "1")
        return base::malformed(csv->where("insurable_event"), flag, "must be 0 or 1");
      if (flag == "0") continue;
    }
    const base::Result<base::Date> date = csv->date("date");
    if (!date) return std::unexpected(date.error());
    const base::Result<base::i128> amount = csv->decimal("amount_usd", kDigits);
    if (!amount) return std::unexpected(amount.error());
    if (*amount < 0 || *amount / kToCents > kLossMax)
      return base::malformed(csv->where("amount_usd"), csv->text("amount_usd"),
                             "must be an amount, not negative, at most a million millions");
    if (csv->text("name").empty())
      return base::malformed(csv->where("name"), "", "a loss has a name");
    out.push_back({.date = *date,
                   .name = csv->text("name"),
                   .segment = csv->text("class") == "exchange_custodian"
                                  ? solvency::Segment::exchange
                                  : solvency::Segment::protocol,
                   .loss = *amount / kToCents});
  }
  if (out.empty()) return base::malformed("losses", path, "the file holds no loss that counts");
  return out;
}

}  // namespace cofferdam::report
