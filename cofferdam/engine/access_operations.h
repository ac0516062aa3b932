// SPDX-License-Identifier: Apache-2.0
//
// The commands of the room access.
#pragma once

#include "cofferdam/books/access/set_grant.h"
#include "cofferdam/books/access/set_signature_policy.h"
#include "cofferdam/books/access/signing_key.h"
#include "cofferdam/engine/operation_base.h"

namespace cofferdam::engine {

template <>
struct Operation<access::RegisterSigningKey> : OperationBase<22, Needs::nothing> {
  static constexpr std::string_view kName = "signing-key.register";
  static constexpr std::string_view kSummary = "Register a key with which a principal signs.";
  using Status = access::SigningKeyStatus;

  static auto rooms(auto& state) { return std::tie(state.access); }

  static auto reads(auto& state) { return std::tie(state.access, state.principal); }
};

template <>
struct Operation<access::RotateSigningKey> : OperationBase<23, Needs::nothing> {
  static constexpr std::string_view kName = "signing-key.rotate";
  static constexpr std::string_view kSummary = "Put another signing key in the place of one.";
  using Status = access::SigningKeyStatus;

  static auto rooms(auto& state) { return std::tie(state.access); }

  static auto reads(auto& state) { return std::tie(state.access, state.principal); }
};

template <>
struct Operation<access::RevokeSigningKey> : OperationBase<24, Needs::nothing> {
  static constexpr std::string_view kName = "signing-key.revoke";
  static constexpr std::string_view kSummary =
      "Take a signing key out of force, at once and for good.";
  using Status = access::SigningKeyStatus;

  static auto rooms(auto& state) { return std::tie(state.access); }

  static auto reads(auto& state) { return std::tie(state.access, state.principal); }
};

template <>
struct Operation<access::SetSignaturePolicy> : OperationBase<25, Needs::admin_role> {
  static constexpr std::string_view kName = "signature-policy.set";
  static constexpr std::string_view kSummary = "Say which commands must be signed.";
  using Status = access::SetSignaturePolicyStatus;
};

template <>
struct Operation<access::SetGrant> : OperationBase<26, Needs::admin_role> {
  static constexpr std::string_view kName = "grant.set";
  static constexpr std::string_view kSummary = "Give a principal roles in one pool.";
  using Status = access::SetGrantStatus;

  static auto rooms(auto& state) { return std::tie(state.access); }

  static auto reads(auto& state) { return std::tie(state.access, state.principal); }
};

}  // namespace cofferdam::engine
