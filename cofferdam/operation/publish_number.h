// SPDX-License-Identifier: Apache-2.0
//
// Publishing a number: a calculator gives it, the books keep it with all it takes to find it again.
#pragma once

#include "cofferdam/operation/session.h"

#include <array>
#include <string>
#include <string_view>

namespace cofferdam::operation {

struct PublishParameters {
  std::string code;
  std::string calculator;
  std::string parameters;
  std::string field;
  std::string tolerance = "0";
  std::string model_version;
  std::string document;

  static constexpr std::array<std::string_view, 5> kRequired{"code", "calculator", "parameters",
                                                             "field", "model_version"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "what it is: tariff-2026-q2.need");
    visit("calculator", self.calculator, "name of the calculator that gives it");
    visit("parameters", self.parameters, "input of the calculator: a JSON object as text");
    visit("field", self.field, "of its answer, parts joined by dots: members.0.weight");
    visit("tolerance", self.tolerance, "most that it may differ when it is found again");
    visit("model_version", self.model_version, "of the model or program");
    visit("document", self.document, "SHA-256 of the report that it stands in");
  }
};

// The field of the calculator's answer, as it is written.
[[nodiscard]] Result<std::string> computed_number(const Session& session,
                                                  const PublishParameters& number);

// Computes the number and records it, with the session's envelope.
[[nodiscard]] Result<Answer> publish_number(Session& session, const PublishParameters& number);

}  // namespace cofferdam::operation
