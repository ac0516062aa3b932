// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/safe.h"

#include "cofferdam/base/check.h"
#include "cofferdam/crypto/keccak.h"

#include <algorithm>

namespace cofferdam::crypto {

namespace {

using Object = std::vector<TypedField>;

[[nodiscard]] TypedStruct domain_type() {
  return {"EIP712Domain", {{"chainId", "uint256"}, {"verifyingContract", "address"}}};
}

[[nodiscard]] TypedValue domain_value(const SafeDomain& domain) {
  return TypedValue::object({{"chainId", TypedValue::scalar(to_decimal(domain.chain_id))},
                             {"verifyingContract", TypedValue::scalar(to_text(domain.safe))}});
}

[[nodiscard]] TypedDataHashes hashes_of(const TypedData& typed) {
  const auto hashes = hash_typed_data(typed);
  COFFERDAM_CHECK(hashes.has_value(), "a document of our own making can be hashed");
  return *hashes;
}

[[nodiscard]] std::string preimage_of(const TypedDataHashes& hashes) {
  std::string bytes("\x19\x01");
  bytes += bytes_of(hashes.domain);
  bytes += bytes_of(hashes.message);
  return bytes;
}

}  // namespace

TypedData safe_typed_data(const SafeDomain& domain, const SafeTransaction& tx) {
  const auto number = [](const Word& word) { return TypedValue::scalar(to_decimal(word)); };
  const auto address = [](const Address& value) { return TypedValue::scalar(to_text(value)); };
  const TypedStruct type{"SafeTx",
                         {{"to", "address"},
                          {"value", "uint256"},
                          {"data", "bytes"},
                          {"operation", "uint8"},
                          {"safeTxGas", "uint256"},
                          {"baseGas", "uint256"},
                          {"gasPrice", "uint256"},
                          {"gasToken", "address"},
                          {"refundReceiver", "address"},
                          {"nonce", "uint256"}}};
  return {.types = {domain_type(), type},
          .primary_type = "SafeTx",
          .domain = domain_value(domain),
          .message =
              TypedValue::object({{"to", address(tx.to)},
                                  {"value", number(tx.value)},
                                  {"data", TypedValue::scalar(to_prefixed_hex(tx.data))},
                                  {"operation", TypedValue::scalar(std::to_string(tx.operation))},
                                  {"safeTxGas", number(tx.safe_tx_gas)},
                                  {"baseGas", number(tx.base_gas)},
                                  {"gasPrice", number(tx.gas_price)},
                                  {"gasToken", address(tx.gas_token)},
                                  {"refundReceiver", address(tx.refund_receiver)},
                                  {"nonce", number(tx.nonce)}})};
}

TypedDataHashes safe_hashes(const SafeDomain& domain, const SafeTransaction& tx) {
  return hashes_of(safe_typed_data(domain, tx));
}

std::string safe_preimage(const SafeDomain& domain, const SafeTransaction& tx) {
  return preimage_of(safe_hashes(domain, tx));
}

TypedDataHashes safe_message_hashes(const SafeDomain& domain, std::string_view message) {
  return hashes_of(
      {.types = {domain_type(), {"SafeMessage", {{"message", "bytes"}}}},
       .primary_type = "SafeMessage",
       .domain = domain_value(domain),
       .message = TypedValue::object({{"message", TypedValue::scalar(to_prefixed_hex(message))}})});
}

bool nested_safe_accepts(const NestedSafe& nested, std::string_view outer_preimage,
                         SafeVersion outer_version, std::string_view bytes) {
  // An empty signature asks for a message that was signed on the chain, which is not known here.
  if (bytes.empty()) return false;
  std::string message(outer_preimage);
  if (outer_version == SafeVersion::v1_5_0) message = bytes_of(keccak256(outer_preimage));
  const Hash digest = safe_message_hashes(nested.domain, message).digest;
  return check_safe_signatures(digest, bytes, nested.signers).status == SafeSignatureStatus::ok;
}

}  // namespace cofferdam::crypto
