// SPDX-License-Identifier: Apache-2.0
//
// Queries of the alerts: every rule with its state and its outlook; one of them with its events and
// the samples that its projection is made from.
#include "cofferdam/books/alert/projection.h"
#include "cofferdam/books/alert/value.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

using alert::AlertRule;
using alert::AlertStatus;

struct AlertRow {
  std::string code;
  alert::AlertState state = alert::AlertState::quiet;
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
  base::Time since;
  std::optional<base::SignedAmount> worst;
  alert::Outlook outlook = alert::Outlook::no_value;
  base::Time breach_at;
  base::PrincipalId acknowledged_by;
  bool retired = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "name of the rule");
    visit("state", self.state, "quiet, pending, raised or acknowledged");
    visit("severity", self.severity, "info, warning or critical");
    visit("measure", self.measure, "what it looks at");
    visit("pool", self.pool, "the pool, where the measure is of one");
    visit("asset", self.asset, "the asset, where the measure is in one");
    visit("vault", self.vault, "the vault, where the measure is of one");
    visit("source", self.source, "the source, of a fact");
    visit("unit", self.unit, "what the values count: the asset, ppm, count or seconds");
    visit("value", self.value, "as of the last record; null: there is none");
    visit("direction", self.direction, "on which side of the raise level it is bad");
    visit("raise", self.raise, "beyond this it is breached");
    visit("clear", self.clear, "at or beyond this, on the good side, it is healthy");
    visit("since", self.since, "when it entered its state");
    visit("worst", self.worst, "furthest value of this breach, or of the last one");
    visit("outlook", self.outlook,
          "approaching, not_approaching, breached, too_few_samples or no_value");
    visit("breach_at", self.breach_at, "approaching: when it meets the raise level");
    visit("acknowledged_by", self.acknowledged_by, "who has acknowledged it");
    visit("retired", self.retired, "it is evaluated no more");
  }
};

std::string unit_text(const View& view, const AlertRule& rule) {
  const alert::Unit unit = alert::unit_of(rule.measure);
  if (unit == alert::Unit::money)
    return view.codec.names.code_of(Numbered::asset, rule.asset.value());
  return std::string(base::name_of(unit));
}

struct Look {
  std::optional<base::i128> value;
  std::vector<alert::Point> points;
  alert::Projection projection;
};

// As of the view's last record: what is shown is what was evaluated then.
Look look_at(const View& view, const AlertRule& rule, const AlertStatus& status) {
  const engine::State& s = view.state;
  const alert::Books books{s.ledger, s.fact, s.decision, s.pool, s.custody};
  Look look;
  if (!rule.retired) look.value = measure(rule, status, s.alert, books, view.time).value;
  look.points = points_of(s.alert, status);
  look.projection = project(rule, look.points, look.value, view.time);
  return look;
}

std::optional<base::SignedAmount> signed_of(const std::optional<base::i128>& value) {
  return value ? std::optional(base::SignedAmount(*value)) : std::nullopt;
}

AlertRow alert_row(const View& view, const AlertRule& rule) {
  const AlertStatus& status = *view.state.alert.statuses.find(rule.id);
  const Look look = look_at(view, rule, status);
  return {.code = rule.code,
          .state = status.state,
          .severity = rule.severity,
          .measure = rule.measure,
          .pool = rule.pool,
          .asset = rule.asset,
          .vault = rule.vault,
          .source = rule.source,
          .unit = unit_text(view, rule),
          .value = signed_of(look.value),
          .direction = rule.direction,
          .raise = rule.raise,
          .clear = rule.clear,
          .since = status.since,
          .worst = status.worst,
          .outlook = look.projection.outlook,
          .breach_at = look.projection.breach_at.value_or(base::Time()),
          .acknowledged_by = status.acknowledged_by,
          .retired = rule.retired};
}

struct AlertFilter {
  std::optional<alert::AlertState> state;
  std::optional<alert::Severity> severity;
  base::PoolId pool;
  bool retired = false;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "only in this state");
    visit("severity", self.severity, "only of this severity");
    visit("pool", self.pool, "only of this pool");
    visit("retired", self.retired, "those that are retired as well");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> alert_list(const View& view, const AlertFilter& filter) {
  const alert::State& alerts = view.state.alert;
  return page_of_table<AlertRow>(
      view, alerts.rules, filter.page,
      [&](const AlertRule& rule) {
        return (filter.retired || !rule.retired) &&
               (!filter.state || alerts.statuses.find(rule.id)->state == *filter.state) &&
               (!filter.severity || rule.severity == *filter.severity) &&
               (filter.pool.is_none() || rule.pool == filter.pool);
      },
      [&](const AlertRule& rule) { return alert_row(view, rule); });
}

struct AlertParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"alert"};
  alert::AlertId alert;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "code of the alert");
  }
};

struct AlertEventRow {
  alert::AlertMove what = alert::AlertMove::raised;
  base::Time time;
  base::Sequence sequence = 0;
  std::optional<base::SignedAmount> value;
  base::PrincipalId who;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("what", self.what, "raised, acknowledged, cleared or retired");
    visit("time", self.time, "when");
    visit("sequence", self.sequence, "the record that brought it about");
    visit("value", self.value, "what was measured then");
    visit("who", self.who, "who has acknowledged or retired it");
    visit("note", self.note, "what they said");
  }
};

struct SampleRow {
  base::Time time;
  base::SignedAmount value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time", self.time, "when");
    visit("value", self.value, "what was measured");
  }
};

struct AlertDetail {
  AlertRow row;
  std::optional<ledger::AccountClass> account_class;
  std::string fact_key;
  base::Duration raise_after;
  base::Duration clear_after;
  base::Duration sample_every;
  std::string description;
  base::Time healthy_since;
  std::string note;
  alert::Projection projection;
  std::vector<AlertEventRow> events;
  std::vector<SampleRow> samples;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    AlertRow::fields(self.row, visit);
    visit("class", self.account_class, "the class of accounts, of a balance");
    visit("fact_key", self.fact_key, "the key of the fact; empty: of every key");
    visit("raise_after", self.raise_after, "for how long it is breached before it is raised");
    visit("clear_after", self.clear_after, "for how long it is healthy before it is cleared");
    visit("sample_every", self.sample_every, "least time between two samples");
    visit("description", self.description, "what it means and what to do");
    visit("healthy_since", self.healthy_since, "raised, and healthy since then");
    visit("note", self.note, "of who has acknowledged it");
    visit("projection", self.projection, "when it meets the raise level, if it goes on so");
    visit("events", self.events, "the last 64, newest first");
    visit("samples", self.samples, "what the projection is made from, oldest first");
  }
};

void add_events(const alert::State& alerts, const AlertStatus& status,
                std::vector<AlertEventRow>& rows) {
  for (std::uint32_t number = status.events; number > 0; --number) {
    const alert::AlertEvent* event = alerts.events.find({status.alert, number});
    if (event == nullptr) break;
    rows.push_back({.what = event->what,
                    .time = event->time,
                    .sequence = event->sequence,
                    .value = event->value,
                    .who = event->who,
                    .note = event->note});
  }
}

Result<Listing> alert_show(const View& view, const AlertParameter& parameters) {
  const alert::State& alerts = view.state.alert;
  const AlertRule* rule = alerts.rules.find(parameters.alert);
  if (rule == nullptr) return not_found("alert", parameters.alert.value());
  const AlertStatus& status = *alerts.statuses.find(rule->id);
  const Look look = look_at(view, *rule, status);
  AlertDetail detail{.row = alert_row(view, *rule),
                     .account_class = rule->account_class,
                     .fact_key = rule->fact_key,
                     .raise_after = rule->raise_after,
                     .clear_after = rule->clear_after,
                     .sample_every = rule->sample_every,
                     .description = rule->description,
                     .healthy_since = status.healthy_since.value_or(base::Time()),
                     .note = status.note,
                     .projection = look.projection};
  add_events(alerts, status, detail.events);
  for (const alert::Point& point : look.points)
    detail.samples.push_back({point.time, base::SignedAmount(point.value)});
  return single(detail, view.codec);
}

}  // namespace

void register_alert_queries(Registry& registry) {
  add_query<AlertFilter, AlertRow>(registry, "alert.list",
                                   "Alerts: their states, values and when they will be breached.",
                                   &alert_list);
  add_query<AlertParameter, AlertDetail>(
      registry, "alert.show", "An alert with its events, its samples and its projection.",
      &alert_show);
}

}  // namespace cofferdam::operation
