// SPDX-License-Identifier: Apache-2.0
//
// What was published, with what it takes to find it again.
//
// A *publication* is one number that others rely on: a need, a requirement, a ratio. It is recorded
// with the calculator that gave it, the version of the model, its parameters in full, the record of
// the books that they were read at, the field of the answer that it is, and the tolerance within
// which the same calculator must come to it again. `publication verify` does that.
//
// Exact figures have a tolerance of 0. One of the estimating models states its own: another
// machine's library of functions may round another last digit.
//
// Its law: a publication never changes; a corrected figure is another one. What this room must not
// know: the calculators. It keeps texts, and their hash.
#pragma once

#include "cofferdam/books/insurance/insurance.h"
#include "cofferdam/books/ledger/ledger.h"

#include <optional>
#include <string>

namespace cofferdam::insurance {

inline constexpr std::size_t kPublicationCodeMax = 64;
inline constexpr std::size_t kPublicationTextMax = 128;  // of each short text
inline constexpr std::size_t kPublicationParametersMax = std::size_t{1} << 18;
inline constexpr std::size_t kPublicationDepthMax = 32;  // as deep as any input is read

struct Publication {
  using Key = std::uint64_t;
  std::uint64_t number = 0;
  std::string code;
  std::string calculator;
  std::string model_version;
  std::string parameters;
  std::string parameters_hash;
  base::Sequence books_sequence = 0;
  std::string field;
  std::string value;
  std::string tolerance;
  std::string document;
  base::PrincipalId by;
  base::Sequence sequence = 0;
  Time time;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("code", self.code, "what it is: tariff-2026-q2.need");
    visit("calculator", self.calculator, "by which it can be found again");
    visit("model_version", self.model_version, "of the model or program that gave it");
    visit("parameters", self.parameters, "input of the calculator, as JSON");
    visit("parameters_hash", self.parameters_hash, "SHA-256 of it, in hex");
    visit("books_sequence", self.books_sequence, "last record of the books that it takes in");
    visit("field", self.field, "of the calculator's answer, parts joined by dots");
    visit("value", self.value, "as published");
    visit("tolerance", self.tolerance, "most that it may differ when it is found again");
    visit("document", self.document, "SHA-256 of the report that it stands in; empty for none");
    visit("by", self.by, "who published it");
    visit("sequence", self.sequence, "the record that holds it");
    visit("time", self.time, "when");
  }
};

struct PublicationState {
  base::OrderedTable<Publication> publications;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.publications);
  }
};

struct RecordPublication {
  std::string code;
  std::string calculator;
  std::string model_version;
  std::string parameters;
  base::Sequence books_sequence = 0;
  std::string field;
  std::string value;
  std::string tolerance = "0";
  std::string document;

  static constexpr std::string_view kDoc =
      "Records a published number with all it takes to compute it again.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "what it is, 1 to 64 bytes without blanks: tariff-2026-q2.need");
    visit("calculator", self.calculator, "name of the calculator that gives it");
    visit("model_version", self.model_version, "of the model or program that gave it");
    visit("parameters", self.parameters, "input of the calculator: a JSON object as text");
    visit("books_sequence", self.books_sequence,
          "last record of the books that it takes in; not one that is to come");
    visit("field", self.field,
          "of the calculator's answer, parts joined by dots: members.0.weight");
    visit("value", self.value, "as published: a decimal number, 1.5e-9 too");
    visit("tolerance", self.tolerance,
          "most that it may differ when it is found again; 0: nothing");
    visit("document", self.document, "SHA-256 of the report that it stands in; empty for none");
  }
};

enum class PublicationStatus : std::uint16_t {
  ok,
  code_malformed,
  calculator_malformed,
  model_version_malformed,
  parameters_malformed,
  field_malformed,
  value_malformed,
  tolerance_malformed,
  document_malformed,
  books_sequence_to_come,
};

[[nodiscard]] PublicationStatus check_shape(const RecordPublication& command);
[[nodiscard]] PublicationStatus check_state(const RecordPublication& command,
                                            const PublicationState& state, const Context& context);
PublicationStatus apply(const RecordPublication& command, PublicationState& state,
                        Context& context);

// An optional sign, digits with perhaps a point, and perhaps an exponent of at most three digits.
[[nodiscard]] bool is_number(std::string_view text);

// The law: a publication never changes, and its hash is that of its parameters.
[[nodiscard]] std::optional<std::string> check_publications_stand(const PublicationState& state);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::PublicationStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "code_malformed",
                                                           "calculator_malformed",
                                                           "model_version_malformed",
                                                           "parameters_malformed",
                                                           "field_malformed",
                                                           "value_malformed",
                                                           "tolerance_malformed",
                                                           "document_malformed",
                                                           "books_sequence_to_come"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "a code has 1 to 64 printable bytes without blanks",
      "a calculator is named by 1 to 128 printable bytes without blanks",
      "a version has 1 to 128 printable bytes",
      "parameters are a JSON object of at most 256 KiB that nests at most 32 deep",
      "a field is named by 1 to 128 printable bytes without blanks",
      "a value is a decimal number",
      "a tolerance is a decimal number, not below zero",
      "a report is named by its SHA-256: 64 lower-case hexadecimal digits",
      "a number takes in what is recorded, not what is to come"};
};
