// SPDX-License-Identifier: Apache-2.0
//
// Tranches of insurance pools: their shares, who holds them, and who waits to leave.
#pragma once

#include "cofferdam/base/table.h"
#include "cofferdam/books/default_management/fund_shares.h"
#include "cofferdam/books/insurance/cover.h"

#include <compare>
#include <optional>
#include <string>

namespace cofferdam::insurance {

enum class TrancheKind : std::uint8_t { junior, senior };

// A tranche's money is that of its fund; here stand its shares.
struct Tranche {
  struct Key {
    PoolId pool;
    TrancheKind tranche = TrancheKind::junior;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  TrancheKind tranche = TrancheKind::junior;
  Duration notice;
  u128 total_shares = 0;
  std::uint32_t rebases = 0;

  [[nodiscard]] Key key() const { return {pool, tranche}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("tranche", self.tranche, "junior or senior");
    visit("notice", self.notice, "from a request to leave to the moment it is out");
    visit("total_shares", self.total_shares, "outstanding, in their smallest unit");
    visit("rebases", self.rebases, "powers of ten that shares were divided by so far");
  }
};

struct TrancheStake {
  struct Key {
    PoolId pool;
    TrancheKind tranche = TrancheKind::junior;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  TrancheKind tranche = TrancheKind::junior;
  OwnerId owner;
  u128 shares = 0;
  std::uint32_t rebases = 0;
  u128 requested_shares = 0;
  Amount frozen_value;
  Time requested;

  [[nodiscard]] Key key() const { return {pool, tranche, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("tranche", self.tranche, "junior or senior");
    visit("owner", self.owner, "opaque id of the holder");
    visit("shares", self.shares, "held, before rebases that came after the last change");
    visit("rebases", self.rebases, "of the tranche when the stake was last changed");
    visit("requested_shares", self.requested_shares, "in notice");
    visit("frozen_value", self.frozen_value, "of them, at the request: the most that is paid");
    visit("requested", self.requested, "time of the request");
  }
};

enum class ExitStage : std::uint8_t { in_notice, out, paid };

// A place in the exit queue. In notice its shares are still in the tranche; out, its money lies
// apart and answers for incidents from before `left` until `free`. Paid, it stays on record where
// something was taken from it, to be given its part of a recovery.
struct Exit {
  struct Key {
    PoolId pool;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t number = 0;
  TrancheKind tranche = TrancheKind::junior;
  OwnerId owner;
  AccountId account;
  ExitStage stage = ExitStage::in_notice;
  Amount amount;
  Amount borne;
  Time requested;
  Time due;
  Time left;
  Time free;

  [[nodiscard]] Key key() const { return {pool, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("number", self.number, "counted from 1 within the pool: the order of the queue");
    visit("tranche", self.tranche, "that it leaves");
    visit("owner", self.owner, "who leaves");
    visit("account", self.account, "that is paid");
    visit("stage", self.stage, "in_notice, out or paid");
    visit("amount", self.amount, "that lies apart now");
    visit("borne", self.borne, "taken from it for incidents from before it left");
    visit("requested", self.requested, "when");
    visit("due", self.due, "end of the notice");
    visit("left", self.left, "when its money was set apart");
    visit("free", self.free, "first moment that it may be paid");
  }
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::TrancheKind> {
  static constexpr std::array<std::string_view, 2> kNames{"junior", "senior"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ExitStage> {
  static constexpr std::array<std::string_view, 3> kNames{"in_notice", "out", "paid"};
};
