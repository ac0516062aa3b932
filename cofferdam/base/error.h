// SPDX-License-Identifier: Apache-2.0
//
// Error: what is returned when the outside world (disk, file, text) is not as it must be. It names
// the field, the value and the rule, so that the reader can mend it. Refusals by the state of the
// books are not errors but statuses (see engine/outcome.h).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace cofferdam::base {

enum class ErrorKind {
  malformed,    // the input can never be accepted: wrong text, type, range
  refused,      // a rule of the system says no: another writer, a frozen folder
  integrity,    // stored bytes are not what was written
  exhausted,    // no space left; may succeed later
  unavailable,  // the operating system failed us: open, read, sync
};

struct Error {
  ErrorKind kind = ErrorKind::malformed;
  std::string field;      // which input: "amount", "trades.csv line 7 column px"
  std::string value;      // what was found there, shortened to 80 bytes
  std::string rule;       // what must hold
  std::string hint = {};  // what to do about it, when that is not obvious

  [[nodiscard]] std::string text() const;  // one line for a person
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> malformed(std::string field, std::string value,
                                                      std::string rule, std::string hint = {}) {
  if (value.size() > 80) value = value.substr(0, 77) + "...";
  return std::unexpected(Error{.kind = ErrorKind::malformed,
                               .field = std::move(field),
                               .value = std::move(value),
                               .rule = std::move(rule),
                               .hint = std::move(hint)});
}

}  // namespace cofferdam::base
