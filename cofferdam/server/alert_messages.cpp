// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/alert_messages.h"

namespace cofferdam::server {
namespace {

using operation::Json;

struct Message {
  alert::AlertId alert;
  alert::AlertMove what = alert::AlertMove::raised;
  alert::Severity severity = alert::Severity::info;
  alert::Measure measure = alert::Measure::balance;
  base::PoolId pool;
  base::AssetId asset;
  base::VaultId vault;
  base::SourceId source;
  std::string unit;
  std::optional<base::SignedAmount> value;
  alert::Direction direction = alert::Direction::below;
  base::SignedAmount raise;
  base::SignedAmount clear;
  std::string description;
  base::Sequence sequence = 0;
  base::Time time;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "");
    visit("what", self.what, "");
    visit("severity", self.severity, "");
    visit("measure", self.measure, "");
    visit("pool", self.pool, "");
    visit("asset", self.asset, "");
    visit("vault", self.vault, "");
    visit("source", self.source, "");
    visit("unit", self.unit, "");
    visit("value", self.value, "");
    visit("direction", self.direction, "");
    visit("raise", self.raise, "");
    visit("clear", self.clear, "");
    visit("description", self.description, "");
    visit("sequence", self.sequence, "");
    visit("recorded", self.time, "");
  }
};

std::string_view level_of(const alert::AlertChange& change) {
  if (change.what != alert::AlertMove::raised) return "info";
  switch (change.severity) {
    case alert::Severity::critical:
      return "error";
    case alert::Severity::warning:
      return "warning";
    case alert::Severity::info:
      break;
  }
  return "info";
}

}  // namespace

std::vector<AlertText> alert_messages(const engine::AlertNotice& notice, const engine::State& state,
                                      const operation::Codec& codec) {
  std::vector<AlertText> messages;
  const venue::Venue* venue = state.venue.venues.find(1);
  const std::string code = venue == nullptr ? std::string() : venue->code;
  for (std::size_t i = 0; i < notice.changes.size(); ++i) {
    const alert::AlertChange& change = notice.changes[i];
    const alert::AlertRule& rule = *state.alert.rules.find(change.alert);
    const alert::Unit unit = alert::unit_of(rule.measure);
    AlertText text{
        .delivery = code + "-" + std::to_string(notice.sequence) + "-" + std::to_string(i),
        .level = std::string(level_of(change)),
        .urgency =
            change.what == alert::AlertMove::raised ? 1 + static_cast<int>(change.severity) : 0,
        .sent = Json::object()};
    text.sent.add("delivery", text.delivery);
    text.sent.add("venue", code);
    const Json fields = operation::to_json(
        Message{.alert = change.alert,
                .what = change.what,
                .severity = change.severity,
                .measure = change.measure,
                .pool = change.pool,
                .asset = change.asset,
                .vault = rule.vault,
                .source = rule.source,
                .unit = unit == alert::Unit::money
                            ? codec.names.code_of(operation::Numbered::asset, change.asset.value())
                            : std::string(base::name_of(unit)),
                .value = change.value,
                .direction = rule.direction,
                .raise = rule.raise,
                .clear = rule.clear,
                .description = rule.description,
                .sequence = notice.sequence,
                .time = notice.time},
        codec);
    for (std::size_t f = 0; f < fields.names.size(); ++f)
      text.sent.add(fields.names[f], fields.items[f]);
    text.log = text.sent;
    text.log.add("principal",
                 codec.names.code_of(operation::Numbered::principal, notice.principal.value()));
    text.log.add("command", base::to_text(notice.command.value()));
    messages.push_back(std::move(text));
  }
  return messages;
}

AlertCounts count_alerts(const engine::State& state) {
  AlertCounts counts;
  for (const auto& [key, watch] : state.alert.watches.rows()) {
    const auto severity = static_cast<std::size_t>(state.alert.rules.find(watch.alert)->severity);
    const alert::AlertState now = state.alert.statuses.find(watch.alert)->state;
    counts.raised[severity] += now == alert::AlertState::raised ? 1U : 0U;
    counts.acknowledged[severity] += now == alert::AlertState::acknowledged ? 1U : 0U;
  }
  return counts;
}

}  // namespace cofferdam::server
