// SPDX-License-Identifier: Apache-2.0
//
// What the pages share: one style, light and dark and printable, without script and without
// anything from elsewhere; and a table.
#pragma once

#include "cofferdam/report/listing.h"

#include <string>
#include <string_view>

namespace cofferdam::report {

inline constexpr std::size_t kPageRowsMax = 5'000;  // of a table; the rest is counted

// The whole text between <style> and </style>, so that its hash can be named in a header.
[[nodiscard]] std::string_view page_style();

// Up to and with <body>; `title` is HTML already.
[[nodiscard]] std::string page_head(const std::string& title);

[[nodiscard]] std::string html_table(const Listing& listing, std::size_t rows_max = kPageRowsMax);

}  // namespace cofferdam::report
