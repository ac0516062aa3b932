// SPDX-License-Identifier: Apache-2.0
//
// Alerts: rules that watch a number of the books and speak up before, or when, it goes bad.
//
// Its words. A *measure* is a number of the books out of a closed list. A *rule* watches one
// measure: it is *breached* while the value is beyond the *raise* level, and *healthy* while the
// value is at or beyond the *clear* level, which lies on the other side; between the two is the
// *band*. A *projection* says when the value will meet the raise level if it goes on as it did.
//
//   quiet --breached--> pending --for raise_after--> raised --somebody--> acknowledged
//     ^---- not breached ----/                          \-- healthy for clear_after --> quiet
//
// Its laws. A raised alert stays raised, whoever has acknowledged it, until its value was healthy
// for as long as the rule says: so it cannot flap, because every raise needs a crossing of the
// whole band since the last one, or the time that the rule sets. An acknowledgement counts for the
// alert as it stands; what is raised again must be acknowledged again. Rules are evaluated inside
// the door, at the end of every command that touches what they look at and at every tick, on
// integers of the books alone: a replay raises the same alerts in the same records.
//
// Between two evaluations a value is what it was at the first of them, so that a time that has
// passed counts although nobody ticked. A measure that has no value (a ratio to nothing) is
// healthy.
//
// What it must not know: models and estimates, who is told and how, the clock.
#pragma once

#include "cofferdam/books/alert/measure.h"
#include "cofferdam/books/custody/custody.h"
#include "cofferdam/books/pool/standing.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::alert {

using base::AssetId;
using base::Duration;
using base::PoolId;
using base::PrincipalId;
using base::Sequence;
using base::SignedAmount;
using base::SourceId;
using base::Time;
using base::VaultId;
using ledger::AccountClass;
using ledger::Context;

inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kDescriptionMax = 1024;
inline constexpr std::size_t kNoteMax = 1024;
// A tick evaluates every rule in force; each costs some look-ups, an age of proposals a walk over
// those that are open.
inline constexpr std::size_t kRulesInForceMax = 1024;
inline constexpr std::size_t kRulesMax = 16'384;  // in force or retired
inline constexpr std::uint32_t kSamplesMax = 64;  // of one rule; the oldest gives way
inline constexpr std::uint32_t kEventsMax = 64;   // of one rule; the journal has them all

struct AlertRule {
  using Key = AlertId;
  AlertId id;
  std::string code;
  Measure measure = Measure::balance;
  PoolId pool;
  AssetId asset;
  std::optional<AccountClass> account_class;
  SourceId source;
  std::string fact_key;
  VaultId vault;
  Direction direction = Direction::below;
  SignedAmount raise;
  SignedAmount clear;
  Duration raise_after;
  Duration clear_after;
  Duration sample_every;
  Severity severity = Severity::warning;
  std::string description;
  bool retired = false;
  Time set;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the rule");
    visit("code", self.code, "short unique name");
    visit("measure", self.measure, "what it looks at");
    visit("pool", self.pool, "the pool, where the measure is of one");
    visit("asset", self.asset, "the asset, where the measure is in one");
    visit("class", self.account_class, "the class of accounts, of a balance");
    visit("source", self.source, "the source, of a fact");
    visit("fact_key", self.fact_key, "the key of the fact; empty: of every key");
    visit("vault", self.vault, "the vault, where the measure is of one");
    visit("direction", self.direction,
          "below or above: on which side of the raise level it is bad");
    visit("raise", self.raise, "beyond this it is breached");
    visit("clear", self.clear, "at or beyond this, on the good side, it is healthy");
    visit("raise_after", self.raise_after, "for how long it is breached before it is raised");
    visit("clear_after", self.clear_after, "for how long it is healthy before it is cleared");
    visit("sample_every", self.sample_every, "least time between two samples for the projection");
    visit("severity", self.severity, "info, warning or critical");
    visit("description", self.description, "what it means and what to do");
    visit("retired", self.retired, "it is evaluated no more");
    visit("set", self.set, "when it was set last");
  }
};

enum class AlertState : std::uint8_t { quiet, pending, raised, acknowledged };

struct AlertStatus {
  using Key = AlertId;
  AlertId alert;
  AlertState state = AlertState::quiet;
  Time since;
  std::optional<Time> healthy_since;
  std::optional<SignedAmount> worst;
  PrincipalId acknowledged_by;
  std::string note;
  std::uint32_t events = 0;
  std::uint32_t samples = 0;
  Time last_sample;
  base::IntentId intents_from;

  [[nodiscard]] Key key() const { return alert; }

  friend bool operator==(const AlertStatus&, const AlertStatus&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the rule");
    visit("state", self.state, "quiet, pending, raised or acknowledged");
    visit("since", self.since, "when it entered the state");
    visit("healthy_since", self.healthy_since, "raised, and healthy since then");
    visit("worst", self.worst, "furthest value of this breach, or of the last one");
    visit("acknowledged_by", self.acknowledged_by, "who has acknowledged it");
    visit("note", self.note, "what they said");
    visit("events", self.events, "how often it was raised, acknowledged, cleared or retired");
    visit("samples", self.samples, "how many samples were taken");
    visit("last_sample", self.last_sample, "when the last of them was taken");
    visit("intents_from", self.intents_from, "no intent before this one can wait any more");
  }
};

// One place in the ring of a rule: sample n lies at n mod kSamplesMax.
struct Sample {
  struct Key {
    AlertId alert;
    std::uint32_t position = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  AlertId alert;
  std::uint32_t position = 0;
  Time time;
  SignedAmount value;

  [[nodiscard]] Key key() const { return {alert, position}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the rule");
    visit("position", self.position, "place in the ring");
    visit("time", self.time, "when");
    visit("value", self.value, "what was measured");
  }
};

struct AlertEvent {
  struct Key {
    AlertId alert;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  AlertId alert;
  std::uint32_t number = 0;
  AlertMove what = AlertMove::raised;
  Time time;
  Sequence sequence = 0;
  std::optional<SignedAmount> value;
  PrincipalId who;
  std::string note;

  [[nodiscard]] Key key() const { return {alert, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the rule");
    visit("number", self.number, "counted from 1 for each rule");
    visit("what", self.what, "raised, acknowledged, cleared or retired");
    visit("time", self.time, "when");
    visit("sequence", self.sequence, "the record that brought it about");
    visit("value", self.value, "what was measured then; none: the measure had no value");
    visit("who", self.who, "who has acknowledged or retired it; none: the books themselves");
    visit("note", self.note, "what they said");
  }
};

// A rule in force, under what a command must touch for it to be looked at: a pool and an asset; a
// pool alone, of holds; or nothing of the ledger.
struct Watch {
  struct Key {
    PoolId pool;
    AssetId asset;
    AlertId alert;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  AlertId alert;

  [[nodiscard]] Key key() const { return {pool, asset, alert}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("asset", self.asset, "the asset");
    visit("alert", self.alert, "the rule");
  }
};

// What a pool holds and owes, kept in step while a rule looks at it.
struct KeptStanding {
  struct Key {
    PoolId pool;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  pool::Standing sums;

  [[nodiscard]] Key key() const { return {pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("asset", self.asset, "the asset");
    visit("held", self.sums.held, "with custodians");
    visit("declared", self.sums.declared, "claims on the world outside");
    visit("between", self.sums.between, "owed to other pools");
    visit("owed", self.sums.owed, "to clients, members and providers");
    visit("debts", self.sums.debts, "of clients, members and providers");
    visit("own", self.sums.own, "of the house and the pool");
  }
};

// A hold of a pool whose holds are watched, by its place in the journal.
struct WatchedHold {
  struct Key {
    PoolId pool;
    std::uint64_t address = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  std::uint64_t address = 0;
  Time since;

  [[nodiscard]] Key key() const { return {pool, address}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("address", self.address, "where the hold stands in the journal");
    visit("since", self.since, "when it was made, or first seen by a rule");
  }
};

// The same holds by their age, oldest first. A hold that never expires does not say when it was
// made: one that was there before the first rule is as old as the first look at it.
struct HoldAge {
  struct Key {
    PoolId pool;
    Time since;
    std::uint64_t address = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  Time since;
  std::uint64_t address = 0;

  [[nodiscard]] Key key() const { return {pool, since, address}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("since", self.since, "when it was made, or first seen by a rule");
    visit("address", self.address, "where the hold stands in the journal");
  }
};

// The newest observation of a source that a rule looks at whatever its key.
struct NewestFact {
  using Key = SourceId;
  SourceId source;
  std::optional<Time> observed;

  [[nodiscard]] Key key() const { return source; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("source", self.source, "the source");
    visit("observed", self.observed, "of its newest fact; none: it has never spoken");
  }
};

struct State {
  base::Table<AlertRule> rules;
  ledger::NameIndex<AlertId> names;
  base::Table<AlertStatus> statuses;
  base::OrderedTable<Sample> samples;
  base::OrderedTable<AlertEvent> events;
  base::OrderedTable<Watch> watches;  // one row for each rule in force
  base::OrderedTable<KeptStanding> standings;
  base::OrderedTable<WatchedHold> holds;
  base::OrderedTable<HoldAge> hold_ages;
  base::OrderedTable<NewestFact> newest;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.rules);
    f(self.names);
    f(self.statuses);
    f(self.samples);
    f(self.events);
    f(self.watches);
    f(self.standings);
    f(self.holds);
    f(self.hold_ages);
    f(self.newest);
  }
};

// The rooms that measures are read from.
struct Books {
  const ledger::State& ledger;
  const fact::State& facts;
  const decision::State& decisions;
  const pool::State& pools;
  const custody::State& custody;
};

[[nodiscard]] const AlertRule* find_alert(const State& state, std::string_view code);

// Whether a value is beyond the raise level, and whether it is at or beyond the clear level.
[[nodiscard]] bool is_breached(const AlertRule& rule, base::i128 value);
[[nodiscard]] bool is_healthy(const AlertRule& rule, base::i128 value);

// Where the rule stands among the watches.
[[nodiscard]] Watch::Key watch_key(const AlertRule& rule);
[[nodiscard]] bool needs_standing(Measure measure);
[[nodiscard]] bool needs_newest_fact(const AlertRule& rule);

}  // namespace cofferdam::alert

template <>
struct cofferdam::base::EnumText<cofferdam::alert::AlertState> {
  static constexpr std::array<std::string_view, 4> kNames{"quiet", "pending", "raised",
                                                          "acknowledged"};
};
