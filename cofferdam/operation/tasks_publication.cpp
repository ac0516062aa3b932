// SPDX-License-Identifier: Apache-2.0
//
// A number is published as a calculator gives it, and found again by the same calculator.
#include "cofferdam/books/insurance/publication.h"
#include "cofferdam/operation/publish_number.h"
#include "cofferdam/operation/tasks.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>

namespace cofferdam::operation {

struct VerifyPublicationParameters {
  std::uint64_t number = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "only this one; 0: all");
  }
};

// A published number, found again.
struct PublicationCheck {
  std::uint64_t number = 0;
  std::string code;
  std::string calculator;
  std::string field;
  std::string published;
  std::string recomputed;
  std::string tolerance;
  bool is_exact = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "of the publication");
    visit("code", self.code, "what it is");
    visit("calculator", self.calculator, "that gives it");
    visit("field", self.field, "of its answer");
    visit("published", self.published, "as it was published");
    visit("recomputed", self.recomputed, "as it is found now");
    visit("tolerance", self.tolerance, "most that it may differ");
    visit("is_exact", self.is_exact, "whether it is the same number; else it is within tolerance");
  }
};

namespace {

namespace ins = insurance;

// The member of a JSON value under a path of names and places; nullptr: none.
const Json* at_path(const Json& json, std::string_view path) {
  const Json* here = &json;
  while (here != nullptr && !path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string_view part = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (here->kind == Json::Kind::list) {
      std::size_t place = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), place);
      const bool fits = error == std::errc() && end == part.data() + part.size();
      here = fits && place < here->items.size() ? &here->items[place] : nullptr;
    } else {
      here = here->find(part);
    }
  }
  return here;
}

// What a calculator gives for a field of its answer.
Result<std::string> computed(const Registry& registry, const std::string& calculator,
                             const std::string& parameters, const std::string& field) {
  const CalculatorEntry* entry = registry.find_calculator(calculator);
  if (entry == nullptr)
    return base::malformed("calculator", calculator, "must be the name of a calculator");
  const Result<Json> input = parse_json(parameters);
  if (!input) return std::unexpected(input.error());
  const Result<Json> answer = entry->run(*input);
  if (!answer) return std::unexpected(answer.error());
  const Json* found = at_path(*answer, field);
  const bool has_number = found != nullptr &&
                          (found->kind == Json::Kind::number || found->kind == Json::Kind::text) &&
                          ins::is_number(found->text);
  if (!has_number)
    return base::malformed("field", field, "must be a number of the answer of " + calculator,
                           "parts are joined by dots, places in lists count from 0");
  return found->text;
}

// Digits without sign, point, leading and trailing zeros, and the power of ten of the last one.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  long power = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

Decimal decimal_of(std::string_view text) {
  Decimal out;
  if (text.starts_with('-')) {
    out.is_negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) out.power = std::strtol(text.data() + e + 1, nullptr, 10);
  bool behind_point = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.') {
      behind_point = true;
      continue;
    }
    if (behind_point) --out.power;
    if (c != '0' || !out.digits.empty()) out.digits += c;
  }
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.power;
  }
  return out.digits.empty() ? Decimal() : out;
}

// The digits as a whole number of tens to the power of `power`, which is not above its own.
std::string digits_at(const Decimal& number, long power) {
  return number.digits + std::string(static_cast<std::size_t>(number.power - power), '0');
}

bool is_less(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// Of whole numbers without leading zeros; nothing for zero.
std::string sum_of(std::string a, std::string b) {
  const std::size_t size = std::max(a.size(), b.size()) + 1;
  a.insert(0, size - a.size(), '0');
  b.insert(0, size - b.size(), '0');
  int carry = 0;
  for (std::size_t i = size; i-- > 0;) {
    const int digit = (a[i] - '0') + (b[i] - '0') + carry;
    a[i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  a.erase(0, std::min(a.find_first_not_of('0'), a.size()));
  return a;
}

// Exactly the same number, or no further away than the tolerance, to the last digit: figures of
// money have more of them than a floating number holds.
bool agrees(const std::string& published, const std::string& recomputed,
            const std::string& tolerance) {
  const Decimal a = decimal_of(published);
  const Decimal b = decimal_of(recomputed);
  const Decimal apart = decimal_of(tolerance);
  if (a == b) return true;
  if (apart == Decimal()) return false;
  const long power = std::min({a.power, b.power, apart.power});
  const std::string first = a.digits.empty() ? a.digits : digits_at(a, power);
  const std::string second = b.digits.empty() ? b.digits : digits_at(b, power);
  const std::string most = digits_at(apart, power);
  if (a.is_negative != b.is_negative) return !is_less(most, sum_of(first, second));
  // No further apart than `most`: the smaller one and that reach the larger one.
  const bool first_is_less = is_less(first, second);
  const std::string& small = first_is_less ? first : second;
  const std::string& large = first_is_less ? second : first;
  return !is_less(sum_of(small, most), large);
}

Result<PublicationCheck> check(const Registry& registry, const ins::Publication& row) {
  Result<std::string> again = computed(registry, row.calculator, row.parameters, row.field);
  if (!again) {
    Error error = again.error();
    error.hint = "publication " + row.code + " (" + std::to_string(row.number) +
                 ") was computed by " + row.model_version;
    return std::unexpected(std::move(error));
  }
  if (!agrees(row.value, *again, row.tolerance))
    return std::unexpected(
        Error{.kind = base::ErrorKind::integrity,
              .field = "publication " + std::to_string(row.number),
              .value = row.value,
              .rule = row.field + " of " + row.calculator + " is " + *again +
                      ", and may differ by " + row.tolerance,
              .hint = "it was published as " + row.code + " by " + row.model_version});
  return PublicationCheck{.number = row.number,
                          .code = row.code,
                          .calculator = row.calculator,
                          .field = row.field,
                          .published = row.value,
                          .recomputed = *again,
                          .tolerance = row.tolerance,
                          .is_exact = decimal_of(row.value) == decimal_of(*again)};
}

Result<Document> publication_verify(Session& session, const VerifyPublicationParameters& parameters,
                                    Progress& progress) {
  const auto& rows = session.engine().state().publications.publications.rows();
  if (parameters.number != 0 && !rows.contains(parameters.number))
    return base::malformed("number", std::to_string(parameters.number),
                           "must be the number of a publication");
  Listing listing = listing_of<PublicationCheck>();
  std::uint64_t done = 0;
  std::optional<Error> first;
  std::uint64_t others = 0;
  for (const auto& [number, row] : rows) {
    progress.step("publications", ++done, rows.size());
    if (parameters.number != 0 && number != parameters.number) continue;
    const Result<PublicationCheck> found = check(session.registry(), row);
    if (found) {
      listing.rows.push_back(to_json(*found, session.codec()));
    } else if (first) {
      ++others;
    } else {
      first = found.error();
    }
  }
  if (!first) return Document(std::move(listing));
  // One that never verifies again must not hide what comes behind it.
  if (others > 0) first->hint += "; behind it " + std::to_string(others) + " more do not verify";
  return std::unexpected(*std::move(first));
}

Result<Document> publication_publish(Session& session, const PublishParameters& parameters,
                                     Progress& /*progress*/) {
  Result<Answer> answer = publish_number(session, parameters);
  if (!answer) return std::unexpected(std::move(answer).error());
  return Document(std::move(answer->json));
}

}  // namespace

Result<std::string> computed_number(const Session& session, const PublishParameters& number) {
  return computed(session.registry(), number.calculator, number.parameters, number.field);
}

Result<Answer> publish_number(Session& session, const PublishParameters& number) {
  Result<std::string> value = computed_number(session, number);
  if (!value) return std::unexpected(value.error());
  return give_command(session, ins::RecordPublication{.code = number.code,
                                                      .calculator = number.calculator,
                                                      .model_version = number.model_version,
                                                      .parameters = number.parameters,
                                                      .books_sequence = session.engine().sequence(),
                                                      .field = number.field,
                                                      .value = *std::move(value),
                                                      .tolerance = number.tolerance,
                                                      .document = number.document});
}

void register_publication_tasks(Registry& registry) {
  add_task<PublishParameters>(registry, "publication.publish",
                              "Compute a number and publish it with all it takes to find it again.",
                              &publication_publish);
  add_task<VerifyPublicationParameters>(
      registry, "publication.verify",
      "Compute published numbers again; the first that differs is an error.", &publication_verify);
  registry.tasks.back().row = &type_of<PublicationCheck>();
}

}  // namespace cofferdam::operation
