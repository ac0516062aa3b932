// SPDX-License-Identifier: Apache-2.0
//
// Sets a rule, or sets one anew: the levels, durations, severity and words of a rule may change,
// what it looks at may not. Its alert is looked at within the same command; one that is raised
// stays so until the value is healthy by the new levels.
#pragma once

#include "cofferdam/books/alert/alert.h"

namespace cofferdam::alert {

struct SetAlert {
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
  Duration sample_every = base::kMinute;
  Severity severity = Severity::warning;
  std::string description;

  static constexpr std::string_view kDoc =
      "Sets a rule that raises an alert when a number of the books goes bad.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("measure", self.measure, "what it looks at");
    visit("pool", self.pool, "the pool, where the measure is of one");
    visit("asset", self.asset, "the asset, where the measure is in one");
    visit("class", self.account_class, "the class of accounts, of a balance");
    visit("source", self.source, "the source, of a fact");
    visit("fact_key", self.fact_key, "the key of the fact; empty: of every key");
    visit("vault", self.vault, "the vault, where the measure is of one");
    visit("direction", self.direction, "on which side of the raise level it is bad");
    visit("raise", self.raise,
          "beyond this it is breached; money in the asset's scale, else a whole number");
    visit("clear", self.clear,
          "at or beyond this, on the good side, it is healthy; equal to raise only with durations");
    visit("raise_after", self.raise_after, "for how long it is breached before it is raised");
    visit("clear_after", self.clear_after, "for how long it is healthy before it is cleared");
    visit("sample_every", self.sample_every,
          "least time between two of the 64 samples that the projection is made from");
    visit("severity", self.severity, "info, warning or critical");
    visit("description", self.description, "what it means and what to do, at most 1024 bytes");
  }
};

enum class SetAlertStatus : std::uint16_t {
  ok,
  code_malformed,
  description_too_long,
  pool_missing,
  pool_not_used,
  asset_missing,
  asset_not_used,
  class_missing,
  class_not_used,
  source_missing,
  source_not_used,
  fact_key_too_long,
  fact_key_not_used,
  vault_missing,
  vault_not_used,
  raise_after_negative,
  clear_after_negative,
  sample_every_not_positive,
  clear_on_the_bad_side,
  clear_without_band,
  pool_not_found,
  asset_not_found,
  source_not_found,
  vault_not_found,
  asset_without_cap,
  measure_differs,
  too_many_in_force,
  too_many,
};

[[nodiscard]] SetAlertStatus check_shape(const SetAlert& command);
[[nodiscard]] SetAlertStatus check_state(const SetAlert& command, const State& state,
                                         const ledger::State& ledger, const fact::State& facts,
                                         const decision::State& decisions, const pool::State& pools,
                                         const custody::State& custody);
SetAlertStatus apply(const SetAlert& command, State& state, const ledger::State& ledger,
                     const fact::State& facts, const decision::State& decisions,
                     const pool::State& pools, const custody::State& custody, Context& context);

}  // namespace cofferdam::alert

template <>
struct cofferdam::base::EnumText<cofferdam::alert::SetAlertStatus> {
  static constexpr std::array<std::string_view, 28> kNames{"ok",
                                                           "code_malformed",
                                                           "description_too_long",
                                                           "pool_missing",
                                                           "pool_not_used",
                                                           "asset_missing",
                                                           "asset_not_used",
                                                           "class_missing",
                                                           "class_not_used",
                                                           "source_missing",
                                                           "source_not_used",
                                                           "fact_key_too_long",
                                                           "fact_key_not_used",
                                                           "vault_missing",
                                                           "vault_not_used",
                                                           "raise_after_negative",
                                                           "clear_after_negative",
                                                           "sample_every_not_positive",
                                                           "clear_on_the_bad_side",
                                                           "clear_without_band",
                                                           "pool_not_found",
                                                           "asset_not_found",
                                                           "source_not_found",
                                                           "vault_not_found",
                                                           "asset_without_cap",
                                                           "measure_differs",
                                                           "too_many_in_force",
                                                           "too_many"};
  static constexpr std::array<std::string_view, 28> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a description has at most 1024 bytes",
      "this measure is of a pool",
      "this measure is of no pool",
      "this measure is in an asset",
      "this measure is in no asset",
      "a balance is of a class of accounts",
      "only a balance is of a class of accounts",
      "this measure is of a source of facts",
      "only the age of a fact is of a source",
      "a key of a fact has at most 64 bytes",
      "only the age of a fact is of a key",
      "this measure is of a vault",
      "this measure is of no vault",
      "a duration is not negative",
      "a duration is not negative",
      "samples are some time apart",
      "the clear level lies on the good side of the raise level",
      "where the levels are equal, a duration must keep the alert from flapping",
      "the pool must exist",
      "the asset must exist",
      "the source must exist",
      "the vault must exist",
      "the vault's policy must cap the asset",
      "a rule keeps what it looks at: retire this one and set another",
      "at most 1024 rules are in force",
      "at most 16384 rules are ever set"};
};
