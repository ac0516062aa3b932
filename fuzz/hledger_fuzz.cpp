// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as an hledger journal; what is accepted sums to zero in every commodity.
#include "cofferdam/base/check.h"
#include "cofferdam/report/hledger_journal.h"

#include <algorithm>
#include <cstdint>
#include <map>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto read = cofferdam::report::read_hledger_journal("fuzz", text);
  if (!read) return 0;
  for (const auto& transaction : *read) {
    unsigned scale = 0;
    for (const auto& posting : transaction.postings) scale = std::max(scale, posting.amount.scale);
    std::map<std::string, cofferdam::base::i128> sums;
    for (const auto& posting : transaction.postings)
      sums[posting.amount.commodity] += cofferdam::report::at_scale(posting.amount, scale).value();
    for (const auto& [commodity, sum] : sums)
      COFFERDAM_CHECK(sum == 0, "accepted transactions balance");
  }
  return 0;
}
