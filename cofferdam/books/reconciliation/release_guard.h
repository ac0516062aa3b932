// SPDX-License-Identifier: Apache-2.0
//
// Open breaks freeze a pool's releases, where its policy says so.
//
// A release is what leaves the pool: the execution of a release intent, a transfer over a conduit
// to another pool, and every fall of what the pool holds outside (custody and external accounts)
// that no statement has shown before. A booking that names what a statement has shown heals a break
// and is let through; so is the settlement of an intent that was executed before. A move between
// two wallets of the pool is no release. Other pools go on.
#pragma once

#include "cofferdam/books/reconciliation/matching.h"

namespace cofferdam::reconciliation {

struct SetGuard {
  PoolId pool;
  bool freezes = true;
  std::vector<Tolerance> tolerances;
  Duration age;
  Duration grace;
  Duration statement_age_max;

  static constexpr std::string_view kDoc =
      "Says when open breaks of a pool freeze its releases, and how old statements may be.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("freezes", self.freezes, "open breaks freeze its releases");
    visit("tolerances", self.tolerances,
          "open breaks that sum to no more freeze nothing; at most 64, in the order of the assets");
    visit("age", self.age, "younger breaks freeze nothing");
    visit("grace", self.grace, "how long a booking may wait for the statement that has it");
    visit("statement_age_max", self.statement_age_max,
          "an older newest statement is a break; 0: none is asked for");
  }
};

enum class SetGuardStatus : std::uint16_t {
  ok,
  tolerances_malformed,
  durations_malformed,
  pool_not_found,
  asset_not_found,
};

[[nodiscard]] SetGuardStatus check_shape(const SetGuard& command);
[[nodiscard]] SetGuardStatus check_state(const SetGuard& command, const State& state,
                                         const pool::State& pools, const ledger::State& ledger);
SetGuardStatus apply(const SetGuard& command, State& state, Context& context);

struct GuardView {
  const State& state;
  const custody::State& custody;
  const pool::State& pools;
  const ledger::State& ledger;
  Time now;
};

// Why a pool's releases are frozen now; nullopt when they are not.
struct Freeze {
  BreakId by;  // none: a statement is too old, and no tick has made a break of it yet
  std::string text;
};

[[nodiscard]] std::optional<Freeze> freeze_of(PoolId pool, const GuardView& view);

// The first pool that the command has released something from although it is frozen, in words.
[[nodiscard]] std::optional<std::string> find_frozen_release(const GuardView& view);

// What a pool's policy asks a statement for, and has none that is new enough.
struct Stale {
  AccountId account;
  AssetId asset;
  WalletId wallet;
  Time since;  // when the newest statement became too old
};

[[nodiscard]] std::vector<Stale> stale_statements(const Guard& guard, const GuardView& view);

// Makes breaks of statements that have become too old, at most kStalePerTickMax.
inline constexpr std::size_t kStalePerTickMax = 256;
void mark_stale_statements(const Books& books, const pool::State& pools);

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::SetGuardStatus> {
  static constexpr std::array<std::string_view, 5> kNames{
      "ok", "tolerances_malformed", "durations_malformed", "pool_not_found", "asset_not_found"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "",
      "at most 64 tolerances, in the order of the assets' numbers, each asset once, within 2^120",
      "times are not negative", "the pool must exist", "the assets of the tolerances must exist"};
};
