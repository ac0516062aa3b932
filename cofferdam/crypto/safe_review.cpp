// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/safe_review.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::crypto {

namespace {

using K = SafeFindingKind;

class Reviewer {
 public:
  Reviewer(const SafeDomain& domain, const SafeReviewPolicy& policy, SafeReview& review)
      : domain_(domain), policy_(policy), review_(review) {}

  void transaction(const SafeTransaction& tx) {
    if (tx.operation > 1) refuse(K::operation_unknown, std::to_string(tx.operation));
    refunds(tx);
    auto call =
        decode_call({.operation = tx.operation, .to = tx.to, .value = tx.value, .data = tx.data});
    const bool trusted = policy_.trusted_libraries.contains(tx.to);
    const bool list = call && call->kind == CallKind::multi_send;
    if (tx.operation == 1 && !(trusted && list))
      refuse(K::delegatecall_to_unknown_code, to_text(tx.to));
    if (!call) {
      refuse(K::cannot_be_decoded, call.error().rule);
      return;
    }
    if (list && tx.operation == 0) refuse(K::multi_send_by_call, to_text(tx.to));
    if (!list) this->call(*call);
    for (const DecodedCall& inner : call->calls) {
      if (inner.operation == 1) refuse(K::delegatecall_inside_multi_send, to_text(inner.to));
      this->call(inner);
    }
    review_.call = std::move(*call);
  }

 private:
  void refunds(const SafeTransaction& tx) {
    std::string set;
    const auto look = [&](bool is_set, std::string_view name) {
      if (!is_set) return;
      if (!set.empty()) set += ", ";
      set += name;
    };
    look(!is_zero(tx.gas_price), "gasPrice");
    look(!is_zero(tx.base_gas), "baseGas");
    look(!tx.gas_token.is_zero(), "gasToken");
    look(!tx.refund_receiver.is_zero(), "refundReceiver");
    if (!set.empty()) refuse(K::refund_fields_set, set);
  }

  void call(const DecodedCall& call) {
    const bool payment = call.kind == CallKind::native_transfer;
    if (changes_control(call.kind)) {
      if (call.to == domain_.safe)
        warn(K::changes_control, call.signature);
      else
        refuse(K::control_change_elsewhere, to_text(call.to));
    } else if (!policy_.known_targets.empty() && !policy_.known_targets.contains(call.to)) {
      warn(K::unknown_target, to_text(call.to));
    }
    if (!payment && !is_zero(call.value)) warn(K::value_with_a_token_call, to_decimal(call.value));
    // From 2^255 on an allowance is never used up; wallets write 2^256 - 1.
    if (call.kind == CallKind::erc20_approve && bit_width(call.words[1]) == 256)
      warn(K::approves_without_limit, call.arguments[0].value);
    const Address paid = payment ? call.to
                         : call.kind == CallKind::erc20_transfer
                             ? to_address(call.words[0]).value_or(Address{})
                             : Address{};
    if (paid == domain_.safe) warn(K::sends_to_itself, to_text(paid));
  }

  void refuse(K kind, std::string detail) {
    review_.findings.push_back({kind, true, std::move(detail)});
  }

  void warn(K kind, std::string detail) {
    review_.findings.push_back({kind, false, std::move(detail)});
  }

  const SafeDomain& domain_;
  const SafeReviewPolicy& policy_;
  SafeReview& review_;
};

}  // namespace

SafeReviewPolicy default_safe_review_policy() {
  SafeReviewPolicy policy;
  for (const std::string_view text :
       {"0x40A2aCCbd92BCA938b02010E17A5b8929b49130D", "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
        "0xA83c336B20401Af773B6219BA5027174338D1836"}) {
    const auto address = parse_address(text);
    COFFERDAM_CHECK(address.has_value(), "a published address is well formed");
    policy.trusted_libraries.insert(*address);
  }
  return policy;
}

bool SafeReview::refused() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const SafeFinding& finding) { return finding.refused; });
}

SafeReview review_safe_transaction(const SafeDomain& domain, const SafeTransaction& tx,
                                   const SafeReviewPolicy& policy) {
  SafeReview review{.hashes = safe_hashes(domain, tx)};
  Reviewer(domain, policy, review).transaction(tx);
  return review;
}

}  // namespace cofferdam::crypto
