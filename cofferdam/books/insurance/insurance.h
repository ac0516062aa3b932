// SPDX-License-Identifier: Apache-2.0
//
// Insurance: what members of a pool pay in, what the pool promised, and what it pays out.
//
// Its words. An *insurance pool* is a book laid over a pool of the ledger: its money lies in
// *funds*, one ledger account each. A *member* contributes by a *tariff* that was published before
// the period began. A *premium* is unearned until time passes. A *reserve* is money set aside for
// one incident
// (*case*), for those not yet reported (*IBNR*) or for the *parametric layer* of a waterfall. The
// *junior* and *senior tranche* are the money of those who bear losses, the junior first; who
// leaves waits in the *exit queue*. A *cover* is what was promised to whom, against which *peril*.
// *Capital* is what may bear losses and is not set aside: earned premium and both tranches. The
// *gate* is the rule that capital is at least what is required.
//
// Its laws. Each fund is one account, and its balance is the sum of the rows that say whose or what
// for it is. What was charged is earned, refunded or unearned, to the unit. Money set aside for one
// incident pays for no other. No cover is bound beyond capacity, and while the gate is shut no
// cover is bound and no capital leaves. Who left after an incident still bears his part of it, who
// left before does not. The pool's own assets never lie with those against whose failure it
// insures, and a pool is never insured by itself.
//
// What it must not know: models (their figures come in as integers, with the name of the model),
// how claims are decided, the clock, the disk.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/ledger/ledger.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace cofferdam::insurance {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::Duration;
using base::OwnerId;
using base::PoolId;
using base::Rate;
using base::Slot;
using base::Time;
using base::u128;
using ledger::Context;

inline constexpr std::uint32_t kPpmOne = 1'000'000;  // parts in a million: 100 %
inline constexpr std::uint32_t kBpsOne = 10'000;     // basis points: 100 %

inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kModelMax = 128;        // name and version of a model
inline constexpr std::size_t kMembersMax = 100'000;  // of one pool
inline constexpr std::size_t kLinesMax = 8'190;      // members of one tariff or one charge
inline constexpr std::size_t kTiersMax = 16;
inline constexpr std::size_t kCoversMax = 100'000;   // in force, of one pool
inline constexpr std::size_t kExitsMax = 4'096;      // in the queue of one pool
inline constexpr std::size_t kHoldingsMax = 256;     // custody accounts of one pool
inline constexpr std::size_t kAdvanceMax = 100'000;  // premiums earned by one command
inline constexpr std::size_t kStorageLimitsMax = 8;
inline constexpr std::size_t kTermsMax = 32;  // exclusions or warranties of one cover

// The funds of an insurance pool, each an account of class reserve (dust: class dust) in its pool.
enum class Fund : std::uint8_t {
  unearned,      // premium for time that has not passed, and what may be refunded
  earned,        // premium for time that has passed, and other surplus
  expenses,      // the part of earned premium that pays for running the pool
  case_reserve,  // set aside for known incidents
  ibnr_reserve,  // set aside for incidents not yet reported
  layer,         // set aside for the parametric layer of a waterfall
  junior,        // first-loss tranche
  senior,        // second-loss tranche
  junior_exits,  // of owners who left the junior tranche and still answer for earlier incidents
  senior_exits,  // the same of the senior tranche
  written_off,   // burnt: nobody's
  dust,          // remainders of splits
};
inline constexpr std::size_t kFunds = 12;

// An id is 0xC0FFE2DA00000AKK in the upper half, KK being the fund counted from 1, and the number
// of the pool in the lower half.
inline constexpr std::uint64_t kInsuranceAccounts = 0xC0FF'E2DA'0000'0A00;
inline constexpr std::uint16_t kInsuranceAccountCode = 950;

[[nodiscard]] constexpr AccountId fund_account(Fund fund, PoolId pool) {
  return AccountId(
      base::make_u128(kInsuranceAccounts | (static_cast<std::uint64_t>(fund) + 1), pool.value()));
}

// Whether the id is that of a fund.
[[nodiscard]] constexpr bool is_fund_account(AccountId id) {
  const std::uint64_t high = base::high64(id.value());
  return high > kInsuranceAccounts && high <= (kInsuranceAccounts | kFunds);
}

// Of an id that is_fund_account().
[[nodiscard]] constexpr Fund fund_of(AccountId id) {
  return static_cast<Fund>((base::high64(id.value()) & 0xFF) - 1);
}

[[nodiscard]] constexpr PoolId pool_of_fund(AccountId id) {
  return PoolId(static_cast<std::uint32_t>(base::low64(id.value())));
}

// Reason codes of the postings of this room.
enum PostingCode : std::uint16_t {
  kContribution = 921,
  kPremium = 922,
  kEarned = 923,
  kRefund = 924,
  kExpense = 925,
  kSurplusIn = 926,
  kSurplusShare = 927,
  kReserveSet = 931,
  kReserveReleased = 932,
  kClaimPaid = 933,
  kRecovery = 934,
  kBurn = 935,
  kTrancheStake = 941,
  kTrancheExit = 942,
  kTrancheExitPaid = 943,
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Fund> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kFunds> kNames{
      "unearned", "earned", "expenses",     "case_reserve", "ibnr_reserve", "layer",
      "junior",   "senior", "junior_exits", "senior_exits", "written_off",  "dust"};
};
