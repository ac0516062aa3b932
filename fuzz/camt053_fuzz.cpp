// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as camt.053. What is accepted can be written, and then reads the same.
#include "cofferdam/base/check.h"
#include "cofferdam/report/external_statement.h"

#include <algorithm>
#include <cstdint>

namespace report = cofferdam::report;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  auto read = report::read_camt053("fuzz", text);
  if (!read) return 0;
  // An opening balance that is not stated cannot be written.
  const bool whole = std::all_of(read->begin(), read->end(), [](const auto& statement) {
    return !statement.balances.front().opening.empty();
  });
  if (!whole) return 0;
  const std::string once = report::write_camt053(*read, "message", cofferdam::base::Time());
  const auto again = report::read_camt053("again", once);
  COFFERDAM_CHECK(again.has_value() && again->size() == read->size(),
                  "what is written can be read");
  for (std::size_t i = 0; i < read->size(); ++i) {
    COFFERDAM_CHECK((*again)[i].id == (*read)[i].id, "and says the same");
    COFFERDAM_CHECK((*again)[i].entries.size() == (*read)[i].entries.size(), "of every entry");
  }
  return 0;
}
