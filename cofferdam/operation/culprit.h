// SPDX-License-Identifier: Apache-2.0
//
// Which field of a command a refusal speaks of. A status begins with the name of its field
// (`debit_account_not_found`), or ends with it (`exists_with_different_amount`); statuses that
// weigh several fields, or the state of the books, name none.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/operation/codec.h"

#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::operation {

struct Culprit {
  std::string field;
  std::string value;
};

[[nodiscard]] std::optional<Culprit> culprit_of(const Type& type, const Json& content,
                                                std::string_view status);

// Of one event of a batch; the field is named as in the JSON, such as transfers[3].amount.
[[nodiscard]] std::optional<Culprit> event_culprit(const engine::Command& command,
                                                   std::size_t position, std::string_view status,
                                                   const Codec& codec);

void add_culprit(Json& json, const std::optional<Culprit>& culprit);

}  // namespace cofferdam::operation
