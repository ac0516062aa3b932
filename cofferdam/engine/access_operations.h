// SPDX-License-Identifier: Apache-2.0
//
// The commands of the room access.
#pragma once

#include "cofferdam/books/access/prove_key.h"
#include "cofferdam/books/access/set_grant.h"
#include "cofferdam/books/access/set_signature_policy.h"
#include "cofferdam/books/access/signing_key.h"
#include "cofferdam/books/custody/enrol_signer.h"
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

template <>
struct Operation<access::EnrolSigningKey> : OperationBase<270, Needs::nothing> {
  static constexpr std::string_view kName = "signing-key.enrol";
  static constexpr std::string_view kSummary =
      "Register a key with which a principal signs, with proof of possession.";
  using Status = access::SigningKeyStatus;
};

template <>
struct Operation<access::ProveSigningKey> : OperationBase<271, Needs::nothing> {
  static constexpr std::string_view kName = "signing-key.prove";
  static constexpr std::string_view kSummary = "Prove possession of a key that is registered.";
  using Status = access::KeyProofStatus;
};

template <>
struct Operation<access::SetKeyProofPolicy> : OperationBase<272, Needs::admin_role> {
  static constexpr std::string_view kName = "key-proof-policy.set";
  static constexpr std::string_view kSummary =
      "Say whether keys come in only with proof of possession.";
  using Status = access::KeyProofStatus;
};

template <>
struct Operation<custody::EnrolSigner> : OperationBase<273, Needs::admin_role> {
  static constexpr std::string_view kName = "signer.enrol";
  static constexpr std::string_view kSummary =
      "Register a key that policies of vaults can name, with proof of possession.";
  using Status = custody::EnrolSignerStatus;
};

}  // namespace cofferdam::engine
