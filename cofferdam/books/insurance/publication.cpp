// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/publication.h"

#include "cofferdam/books/ledger/names.h"
#include "cofferdam/crypto/sha256.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = PublicationStatus;

namespace {

[[nodiscard]] bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] bool is_short(std::string_view text, std::size_t most, bool blanks) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [&](char c) {
    return (c > ' ' || (blanks && c == ' ')) && c <= '~';
  });
}

// How many digits there are at the front; they are taken off.
[[nodiscard]] std::size_t take_digits(std::string_view& text) {
  const std::size_t count =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  text.remove_prefix(count);
  return count;
}

// Whether lists and objects nest no deeper than they can be read again; brackets inside texts do
// not count. Whether it is JSON at all is for whoever computes with it.
[[nodiscard]] bool is_shallow(std::string_view json) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kPublicationDepthMax) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

[[nodiscard]] std::string hash_of(const std::string& text) {
  return crypto::to_hex(crypto::sha256(text));
}

}  // namespace

bool is_number(std::string_view text) {
  if (text.size() > kPublicationTextMax) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (take_digits(text) == 0) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits(text) == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t digits = take_digits(text);
    if (digits == 0 || digits > 3) return false;
  }
  return text.empty();
}

S check_shape(const RecordPublication& command) {
  if (!is_short(command.code, kPublicationCodeMax, false)) return S::code_malformed;
  if (!is_short(command.calculator, kPublicationTextMax, false)) return S::calculator_malformed;
  if (!is_short(command.model_version, kPublicationTextMax, true))
    return S::model_version_malformed;
  const std::string& parameters = command.parameters;
  if (parameters.size() < 2 || parameters.size() > kPublicationParametersMax ||
      parameters.front() != '{' || parameters.back() != '}' || !is_shallow(parameters))
    return S::parameters_malformed;
  if (!is_short(command.field, kPublicationTextMax, false)) return S::field_malformed;
  if (!is_number(command.value)) return S::value_malformed;
  if (!is_number(command.tolerance) || command.tolerance.starts_with('-'))
    return S::tolerance_malformed;
  const bool named =
      command.document.empty() || ledger::is_hex(command.document, ledger::kHashHexDigits);
  return named ? S::ok : S::document_malformed;
}

S check_state(const RecordPublication& command, const PublicationState& /*state*/,
              const Context& context) {
  return command.books_sequence < context.sequence ? S::ok : S::books_sequence_to_come;
}

S apply(const RecordPublication& command, PublicationState& state, Context& context) {
  Publication row{.number = state.publications.size() + 1,
                  .code = command.code,
                  .calculator = command.calculator,
                  .model_version = command.model_version,
                  .parameters = command.parameters,
                  .parameters_hash = hash_of(command.parameters),
                  .books_sequence = command.books_sequence,
                  .field = command.field,
                  .value = command.value,
                  .tolerance = command.tolerance,
                  .document = command.document,
                  .by = context.principal,
                  .sequence = context.sequence,
                  .time = context.now};
  context.created = row.number;
  state.publications.insert(context.changes, std::move(row));
  return S::ok;
}

std::optional<std::string> check_publications_stand(const PublicationState& state) {
  std::optional<std::string> violation;
  state.publications.each_touched([&](const Publication* before, const Publication* after) {
    if (before != nullptr) {
      violation = "publication " + before->code + " was changed or removed";
    } else if (after->parameters_hash != hash_of(after->parameters)) {
      violation = "publication " + after->code + " has another hash than its parameters";
    }
  });
  return violation;
}

}  // namespace cofferdam::insurance
