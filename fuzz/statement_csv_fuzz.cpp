// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as statements in CSV. What is accepted can be written, and then reads the
// same.
#include "cofferdam/base/check.h"
#include "cofferdam/report/external_statement.h"

#include <cstdint>

namespace report = cofferdam::report;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto read =
      report::read_statement_csv("fuzz", std::string(reinterpret_cast<const char*>(bytes), size));
  if (!read) return 0;
  const std::string once = report::write_statement_csv(*read);
  const auto again = report::read_statement_csv("again", once);
  COFFERDAM_CHECK(again.has_value(), "what is written can be read");
  COFFERDAM_CHECK(report::write_statement_csv(*again) == once, "and reads the same");
  return 0;
}
