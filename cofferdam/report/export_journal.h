// SPDX-License-Identifier: Apache-2.0
//
// The books as a journal for other tools: hledger and beancount. One transaction per movement,
// dated by its value date; its ids, reason and time stand in tags. Position and open-value assets
// are commodities like any other, so that the foreign tool's balances are those of the trial
// balance, account by account, to the last digit.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/owners.h"

#include <functional>
#include <string>
#include <string_view>

namespace cofferdam::report {

// Takes the text in pieces; an error stops the export.
using TextSink = std::function<base::Result<void>(std::string_view)>;

[[nodiscard]] base::Result<void> export_hledger(engine::Engine& engine, const TextSink& out);

// Beancount knows upper-case commodities of 2 to 24 characters only: what an asset became is
// written as metadata of its commodity directive.
[[nodiscard]] base::Result<void> export_beancount(engine::Engine& engine, const TextSink& out);

// Commodities of all assets as beancount takes them, unique; index is the asset's number less 1.
[[nodiscard]] std::vector<std::string> beancount_commodities(const engine::State& state);

// The entries as CSV: sequence, position, time, value date, transfer, pool, asset, debit account,
// credit account, amount, units, code, reason, reference.
[[nodiscard]] base::Result<void> export_entries_csv(engine::Engine& engine, const TextSink& out);

// A sink into a file that appears under its name only when it is complete.
class FileSink {
 public:
  [[nodiscard]] static base::Result<FileSink> open(const std::string& path);
  FileSink(FileSink&& other) noexcept;
  FileSink& operator=(FileSink&&) = delete;
  ~FileSink();  // removes what was not finished
  [[nodiscard]] base::Result<void> write(std::string_view text);
  [[nodiscard]] base::Result<void> finish();

 private:
  FileSink(std::string path, std::string partial, int file)
      : path_(std::move(path)), partial_(std::move(partial)), file_(file) {}

  [[nodiscard]] base::Result<void> flush();

  std::string path_;
  std::string partial_;
  int file_ = -1;
  std::string buffer_;
};

}  // namespace cofferdam::report
