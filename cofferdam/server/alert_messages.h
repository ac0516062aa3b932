// SPDX-License-Identifier: Apache-2.0
//
// What is said when an alert is raised, acknowledged, cleared or retired: one message for each,
// with the rule as it stands, for the log and for the webhook.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/operation/codec.h"

#include <array>
#include <string>
#include <vector>

namespace cofferdam::server {

struct AlertText {
  std::string delivery;  // VENUE-SEQUENCE-POSITION: the same for ever
  std::string level;     // of the log: error, warning or info
  int urgency = 0;       // which one to keep when not all can be kept
  operation::Json sent;  // to the webhook
  operation::Json log;   // the same, and who acted by which command
};

[[nodiscard]] std::vector<AlertText> alert_messages(const engine::AlertNotice& notice,
                                                    const engine::State& state,
                                                    const operation::Codec& codec);

// How many alerts are raised, acknowledged or not, by severity.
struct AlertCounts {
  std::array<std::uint64_t, 3> raised{};
  std::array<std::uint64_t, 3> acknowledged{};
};

[[nodiscard]] AlertCounts count_alerts(const engine::State& state);

}  // namespace cofferdam::server
