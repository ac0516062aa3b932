// SPDX-License-Identifier: Apache-2.0
//
// What a careful signer looks at before signing a transaction of a Safe.
//
// The review needs no network and trusts nobody's screen: it reads the raw fields. It refuses what
// empties or takes over a Safe while it looks like a payment: a delegatecall to code that is not
// known (in February 2025 the singleton of an exchange's Safe was replaced that way, under a
// message that its signers took for a transfer), refund fields that pay whoever sends the
// transaction, and data that cannot be read. What merely deserves a second look is a warning.
#pragma once

#include "cofferdam/crypto/calldata.h"
#include "cofferdam/crypto/safe.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cofferdam::crypto {

enum class SafeFindingKind : std::uint8_t {
  operation_unknown,
  delegatecall_to_unknown_code,
  delegatecall_inside_multi_send,
  refund_fields_set,
  cannot_be_decoded,
  multi_send_by_call,
  value_with_a_token_call,
  approves_without_limit,
  changes_control,
  control_change_elsewhere,
  unknown_target,
  sends_to_itself,
};

struct SafeFinding {
  SafeFindingKind kind = SafeFindingKind::operation_unknown;
  bool refused = false;  // do not sign; else: look twice
  std::string detail;
};

struct SafeReviewPolicy {
  // Code that may run by delegatecall: the published addresses of MultiSendCallOnly.
  std::set<Address> trusted_libraries;
  // Targets of calls that are known; empty: none is looked up.
  std::set<Address> known_targets;
};

// MultiSendCallOnly 1.3.0, 1.4.1 and 1.5.0 at their canonical addresses (safe-deployments). It
// cannot delegatecall further, unlike MultiSend, which is not trusted.
[[nodiscard]] SafeReviewPolicy default_safe_review_policy();

struct SafeReview {
  TypedDataHashes hashes;
  std::optional<DecodedCall> call;  // absent where it cannot be decoded
  std::vector<SafeFinding> findings;

  [[nodiscard]] bool refused() const;
};

[[nodiscard]] SafeReview review_safe_transaction(const SafeDomain& domain,
                                                 const SafeTransaction& tx,
                                                 const SafeReviewPolicy& policy);

}  // namespace cofferdam::crypto

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::SafeFindingKind> {
  static constexpr std::array<std::string_view, 12> kNames{"operation_unknown",
                                                           "delegatecall_to_unknown_code",
                                                           "delegatecall_inside_multi_send",
                                                           "refund_fields_set",
                                                           "cannot_be_decoded",
                                                           "multi_send_by_call",
                                                           "value_with_a_token_call",
                                                           "approves_without_limit",
                                                           "changes_control",
                                                           "control_change_elsewhere",
                                                           "unknown_target",
                                                           "sends_to_itself"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "the operation is 0 (call) or 1 (delegatecall)",
      "foreign code would run with the Safe's own storage and money",
      "a list of calls holds one that runs foreign code as the Safe",
      "whoever sends the transaction would be paid by the Safe",
      "the call data are not on the closed list of functions",
      "a list of calls is sent to its library by a call, which does nothing for the Safe",
      "a token's function is called with native value, which is lost there",
      "a spender may take everything, now and later",
      "the owners, the threshold, a module, a guard or the fallback handler change",
      "a change of control is called at another contract than this Safe",
      "the target is not one of the known ones",
      "the Safe pays itself"};
};
