// SPDX-License-Identifier: Apache-2.0
//
// What signers agree to, and the policy that says how many of them must.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/table.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/ledger/ledger.h"
#include "cofferdam/books/pool/refilling_limit.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::custody {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::BeneficiaryId;
using base::Duration;
using base::IntentId;
using base::OwnerId;
using base::PoolId;
using base::PrincipalId;
using base::SignerId;
using base::Slot;
using base::Time;
using base::VaultId;
using base::WalletId;
using ledger::Context;

inline constexpr std::size_t kSignersMax = 16;
inline constexpr std::size_t kVetoersMax = 8;
inline constexpr std::size_t kCapsMax = 32;
inline constexpr std::size_t kReasonMax = 1024;
inline constexpr std::size_t kReferenceMax = 128;

struct AssetCap {
  AssetId asset;
  pool::RefillingLimit limit;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what may be released");
    visit("limit", self.limit, "most in a time");
  }
};

struct VaultPolicy {
  std::vector<SignerId> signers;
  std::uint8_t threshold = 0;
  Duration delay;
  std::uint8_t change_threshold = 0;
  Duration change_delay;
  Duration life;
  std::vector<PrincipalId> vetoers;
  std::vector<AssetCap> caps;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("signers", self.signers, "who may sign, 1 to 16, in the order of their registration");
    visit("threshold", self.threshold, "how many must sign to move money");
    visit("delay", self.delay, "from the last approval needed until money may move");
    visit("change_threshold", self.change_threshold, "how many must sign to change the policy");
    visit("change_delay", self.change_delay,
          "until a change of policy, or a new beneficiary, comes into force");
    visit("life", self.life, "longest time from proposal to deadline");
    visit("vetoers", self.vetoers, "who may stop an intent before it is executed, at most 8");
    visit("caps", self.caps, "what may be released, and how much in a time; nothing else may");
  }
};

enum class IntentKind : std::uint8_t { release, move, change_policy, cancel };

struct Release {
  WalletId wallet;
  BeneficiaryId beneficiary;
  AssetId asset;
  Amount amount;
  AccountId debit_account;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("wallet", self.wallet, "where it is taken from");
    visit("beneficiary", self.beneficiary, "who is paid");
    visit("asset", self.asset, "what is paid");
    visit("amount", self.amount, "how much");
    visit("debit_account", self.debit_account, "whose money it is: the account that is debited");
  }
};

struct Move {
  WalletId from;
  WalletId to;
  AssetId asset;
  Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("from", self.from, "wallet that it leaves");
    visit("to", self.to, "wallet of the same pool that it enters");
    visit("asset", self.asset, "what moves");
    visit("amount", self.amount, "how much");
  }
};

// A signature over the intent's digest.
struct Approval {
  SignerId signer;
  std::string signature;
  PrincipalId delivered_by;
  Time time;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("signer", self.signer, "who signed");
    visit("signature", self.signature, "in hexadecimal");
    visit("delivered_by", self.delivered_by, "who brought it");
    visit("time", self.time, "when it was brought");
  }
};

enum class IntentState : std::uint8_t {
  proposed,
  approved,
  executed,  // release, move: booked as in transit
  settled,   // the wallet's own record confirms it; changes and cancellations at once
  vetoed,
  cancelled,
};

struct Intent {
  using Key = IntentId;
  IntentId id;
  VaultId vault;
  std::uint64_t nonce = 0;
  std::uint32_t policy_version = 0;
  Time deadline;
  IntentKind kind = IntentKind::release;
  std::optional<Release> release;
  std::optional<Move> move;
  std::optional<VaultPolicy> policy;
  IntentId cancels;
  std::string reason;
  PrincipalId proposer;
  Time proposed;
  std::string digest;
  std::vector<Approval> approvals;
  Time ready;
  IntentState state = IntentState::proposed;
  Time executed;
  Time closed;
  PrincipalId closed_by;
  std::string note;

  [[nodiscard]] Key key() const { return id; }

  [[nodiscard]] bool is_open() const {
    return state == IntentState::proposed || state == IntentState::approved;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the intent");
    visit("vault", self.vault, "the vault");
    visit("nonce", self.nonce, "of the vault, used once");
    visit("policy_version", self.policy_version, "the policy under which it is signed");
    visit("deadline", self.deadline, "after this it is not executed");
    visit("kind", self.kind, "release, move, change_policy or cancel");
    visit("release", self.release, "of a release");
    visit("move", self.move, "of a move");
    visit("policy", self.policy, "of a change of policy: the whole new policy");
    visit("cancels", self.cancels, "of a cancellation: the intent that is cancelled");
    visit("reason", self.reason, "why it was proposed");
    visit("proposer", self.proposer, "by whom");
    visit("proposed", self.proposed, "when");
    visit("digest", self.digest, "what is signed, in hex");
    visit("approvals", self.approvals, "who signed");
    visit("ready", self.ready, "approved: from when on it may be executed");
    visit("state", self.state, "proposed, approved, executed, settled, vetoed or cancelled");
    visit("executed", self.executed, "when it was executed");
    visit("closed", self.closed, "when it was settled, vetoed or cancelled");
    visit("closed_by", self.closed_by, "by whom");
    visit("note", self.note, "the transaction that settled it, or why it was stopped");
  }
};

[[nodiscard]] std::uint8_t threshold_of(const VaultPolicy& policy, IntentKind kind);
// A cancellation waits for nothing: it takes money out of nobody's hands.
[[nodiscard]] Duration delay_of(const VaultPolicy& policy, IntentKind kind);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::IntentKind> {
  static constexpr std::array<std::string_view, 4> kNames{"release", "move", "change_policy",
                                                          "cancel"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::custody::IntentState> {
  static constexpr std::array<std::string_view, 6> kNames{"proposed", "approved", "executed",
                                                          "settled",  "vetoed",   "cancelled"};
};
