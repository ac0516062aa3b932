// SPDX-License-Identifier: Apache-2.0
//
// Opens a way through the walls of two pools, and closes it again.
#pragma once

#include "cofferdam/books/pool/pool.h"

namespace cofferdam::pool {

struct DeclareConduit {
  std::string code;
  PoolId from;
  PoolId to;
  AssetId asset;
  std::string purpose;
  Amount transfer_max;
  RefillingLimit limit;
  std::uint8_t approvals = 0;
  Amount approvals_above;
  std::optional<OwnerClass> debit_class;
  std::optional<OwnerClass> credit_class;
  bool same_owner = false;
  Time expires;
  bool observation = false;
  bool distribution = false;

  static constexpr std::string_view kDoc =
      "Declares the way that value may take between two pools.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("from", self.from, "pool that value leaves");
    visit("to", self.to, "pool that value enters");
    visit("asset", self.asset, "what may pass");
    visit("purpose", self.purpose, "why it exists, 1 to 1024 bytes");
    visit("transfer_max", self.transfer_max, "most in one transfer; 0: no limit");
    visit("limit", self.limit, "most in a time; a max of zero: no limit");
    visit("approvals", self.approvals, "checkers for a transfer above the threshold, at most 16");
    visit("approvals_above", self.approvals_above, "the threshold");
    visit("debit_class", self.debit_class, "owner class of the source; absent: any");
    visit("credit_class", self.credit_class, "owner class of the destination; absent: any");
    visit("same_owner", self.same_owner, "source and destination belong to one owner");
    visit("expires", self.expires, "when it closes; 0: never");
    visit("observation", self.observation,
          "for importers of foreign books: records commingling, each transfer counts as a breach");
    visit("distribution", self.distribution, "stays open while the pool it leaves is winding up");
  }
};

struct RetireConduit {
  ConduitId conduit;
  std::string reason;

  static constexpr std::string_view kDoc = "Closes a conduit for new transfers.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.conduit, "the conduit");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ConduitStatus : std::uint16_t {
  ok,
  code_malformed,
  purpose_malformed,
  pools_must_be_different,
  too_many_approvals,
  limit_malformed,
  reason_too_long,
  exists,
  pool_not_found,
  pool_is_over,
  asset_not_found,
  expired,
  half_id_taken,
  conduit_not_found,
  already_retired,
};

[[nodiscard]] ConduitStatus check_shape(const DeclareConduit& command);
[[nodiscard]] ConduitStatus check_state(const DeclareConduit& command, const State& state,
                                        const ledger::State& ledger, const Context& context);
ConduitStatus apply(const DeclareConduit& command, State& state, ledger::State& ledger,
                    Context& context);

[[nodiscard]] ConduitStatus check_shape(const RetireConduit& command);
[[nodiscard]] ConduitStatus check_state(const RetireConduit& command, const State& state);
ConduitStatus apply(const RetireConduit& command, State& state, Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ConduitStatus> {
  static constexpr std::array<std::string_view, 15> kNames{"ok",
                                                           "code_malformed",
                                                           "purpose_malformed",
                                                           "pools_must_be_different",
                                                           "too_many_approvals",
                                                           "limit_malformed",
                                                           "reason_too_long",
                                                           "exists",
                                                           "pool_not_found",
                                                           "pool_is_over",
                                                           "asset_not_found",
                                                           "expired",
                                                           "half_id_taken",
                                                           "conduit_not_found",
                                                           "already_retired"};
  static constexpr std::array<std::string_view, 15> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a purpose has 1 to 1024 bytes",
      "a conduit joins two pools",
      "at most 16 approvals are asked",
      "a limit that refills has a positive period, and refills at most its max",
      "a reason has at most 1024 bytes",
      "a conduit with this code exists",
      "both pools must exist",
      "a closed or detached pool takes no conduit",
      "the asset must exist",
      "a conduit closes after it opens",
      "the ids of the system's own accounts are free",
      "the conduit must exist",
      "the conduit is retired already"};
};
