// SPDX-License-Identifier: Apache-2.0
//
// The calculator `safe-review`: what a careful signer looks at before signing a transaction of a
// Safe, from its raw fields, on a machine without a network.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/crypto/safe_review.h"

#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::operation {

struct SafeReviewInput {
  std::string chain_id;
  std::string safe;
  crypto::SafeVersion version = crypto::SafeVersion::v1_4_1;
  std::string to;
  std::string value = "0";
  std::string data = "0x";
  std::uint8_t operation = 0;
  std::string safe_tx_gas = "0";
  std::string base_gas = "0";
  std::string gas_price = "0";
  std::string gas_token;
  std::string refund_receiver;
  std::string nonce;
  std::vector<std::string> known_targets;
  std::string signatures;
  std::vector<std::string> owners;
  std::uint32_t threshold = 0;
  std::vector<std::string> approved_on_chain;

  static constexpr std::string_view kDoc =
      "The three hashes of a Safe transaction, what it does, what speaks against signing it, and "
      "whether its signatures hold.";
  static constexpr std::string_view kSource =
      "EIP-712; Safe 1.4.1 and 1.5.0, Safe.sol getTransactionHash and checkNSignatures";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("chain_id", self.chain_id, "number of the chain, decimal or 0x");
    visit("safe", self.safe, "address of the Safe");
    visit("version", self.version, "of the Safe's contracts");
    visit("to", self.to, "target of the call");
    visit("value", self.value, "native coin sent along, in wei");
    visit("data", self.data, "call data, 0x and hex digits");
    visit("operation", self.operation, "0 call, 1 delegatecall");
    visit("safe_tx_gas", self.safe_tx_gas, "gas for the inner call; 0: all");
    visit("base_gas", self.base_gas, "part of the refund");
    visit("gas_price", self.gas_price, "part of the refund");
    visit("gas_token", self.gas_token, "part of the refund; empty: none");
    visit("refund_receiver", self.refund_receiver, "part of the refund; empty: none");
    visit("nonce", self.nonce, "of the Safe");
    visit("known_targets", self.known_targets, "other targets are warned of; empty: no warning");
    visit("signatures", self.signatures, "as execTransaction takes them; empty: not judged");
    visit("owners", self.owners, "of the Safe, for judging the signatures");
    visit("threshold", self.threshold, "of the Safe, for judging the signatures");
    visit("approved_on_chain", self.approved_on_chain, "owners who approved the hash there");
  }
};

struct SafeFindingRow {
  crypto::SafeFindingKind finding = crypto::SafeFindingKind::operation_unknown;
  bool refused = false;
  std::string detail;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("finding", self.finding, "what was found");
    visit("refused", self.refused, "true: do not sign; false: look twice");
    visit("detail", self.detail, "where");
  }
};

struct CallArgumentRow {
  std::string name;
  std::string type;
  std::string value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "of the argument");
    visit("type", self.type, "of the argument");
    visit("value", self.value, "decimal, or an address with its checksum");
  }
};

struct CallRow {
  crypto::CallKind kind = crypto::CallKind::native_transfer;
  std::uint8_t operation = 0;
  std::string to;
  std::string value;
  std::string function;
  std::vector<CallArgumentRow> arguments;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "what it does");
    visit("operation", self.operation, "0 call, 1 delegatecall");
    visit("to", self.to, "target");
    visit("value", self.value, "native coin sent along, in wei");
    visit("function", self.function, "what is called; empty: nothing, value moves");
    visit("arguments", self.arguments, "with what");
  }
};

struct SafeSignatureRow {
  std::string owner;
  crypto::SafeSignatureKind kind = crypto::SafeSignatureKind::ecdsa;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "recovered from the signature");
    visit("kind", self.kind, "how the owner signed");
  }
};

struct SafeReviewOutput {
  std::string domain_hash;
  std::string message_hash;
  std::string safe_tx_hash;
  bool refused = false;
  std::vector<SafeFindingRow> findings;
  std::vector<CallRow> calls;
  std::string signatures_verdict;
  std::vector<SafeSignatureRow> signatures;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("domain_hash", self.domain_hash, "first hash to compare with the device's screen");
    visit("message_hash", self.message_hash, "second hash");
    visit("safe_tx_hash", self.safe_tx_hash, "third hash: what is signed");
    visit("refused", self.refused, "do not sign");
    visit("findings", self.findings, "what speaks against it");
    visit("calls", self.calls, "what it does; those of a list one by one");
    visit("signatures_verdict", self.signatures_verdict, "ok, or the first rule that is broken");
    visit("signatures", self.signatures, "those read before the verdict");
  }
};

[[nodiscard]] base::Result<SafeReviewOutput> safe_review(const SafeReviewInput& input);

}  // namespace cofferdam::operation
