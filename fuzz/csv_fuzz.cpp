// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as CSV and as gzip. A record that is read and written again reads the same.
#include "cofferdam/base/check.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/input.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  static_cast<void>(cofferdam::report::unpack_gzip(text, "fuzz", 1U << 20));
  auto csv = cofferdam::report::Csv::open("fuzz", text, {.field_bytes = 256, .columns = 16});
  if (!csv) return 0;
  while (true) {
    const auto more = csv->next();
    if (!more || !*more) return 0;
    std::string header;
    std::string line;
    for (const std::string& column : csv->columns()) {
      const std::string comma = header.empty() ? "" : ",";
      header += comma + "c" + std::to_string(header.size());
      line += (&column == &csv->columns().front() ? "" : ",") +
              cofferdam::report::csv_field(csv->text(column));
    }
    auto again = cofferdam::report::Csv::open("again", header + "\n" + line + "\n");
    COFFERDAM_CHECK(again.has_value() && again->next().value(), "what is written can be read");
    for (std::size_t i = 0; i < csv->columns().size(); ++i)
      COFFERDAM_CHECK(again->text(again->columns()[i]) == csv->text(csv->columns()[i]),
                      "and reads the same");
  }
}
