// SPDX-License-Identifier: Apache-2.0
//
// What stands in a target behind the question mark: the fields of a query, and beside them the
// parameters that every operation of a kind knows.
#pragma once

#include "cofferdam/operation/session.h"
#include "cofferdam/server/route.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::server {

using base::Result;

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kParametersMax = 64;

// Percent-decoded; refused when a name stands twice or an escape is broken.
[[nodiscard]] Result<Pairs> parse_query_string(std::string_view text);

// Parameters of the surface, by the kind of the operation: `at` of queries; `dry_run`, `id`,
// `time`, `propose`, and `signature` with `signature_key` and `signature_until`, of commands.
struct Controls {
  operation::Moment at;
  bool dry_run = false;
  base::CommandId id;
  std::optional<base::Time> time;
  std::optional<std::string> propose;
  std::optional<engine::CommandSignature> signature;
};

// Takes the controls out of the pairs; what is left are fields.
[[nodiscard]] Result<Controls> take_controls(const Route& route, Pairs& pairs);

// Fields as the JSON that stands for them; a name that is no field is refused.
[[nodiscard]] Result<operation::Json> fields_of(const Pairs& pairs, const operation::Type& type);

inline constexpr std::size_t kBodyValuesMax = std::size_t{1} << 19;
// A value takes some hundred bytes of memory where it may take two in a body, so their number is
// bounded before any is read. Counts no fewer than there are.
[[nodiscard]] Result<void> check_values(std::string_view body);

// A number, 0x and hexadecimal digits, or a UUID; quotes around it are taken off.
[[nodiscard]] Result<base::CommandId> parse_idempotency_key(std::string_view text);

}  // namespace cofferdam::server
