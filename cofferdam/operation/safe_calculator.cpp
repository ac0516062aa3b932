// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/safe_calculator.h"

#include <algorithm>

namespace cofferdam::operation {

namespace {

using base::Result;

// Reads fields one after the other and keeps the first error.
class FieldReader {
 public:
  [[nodiscard]] crypto::Word word(const std::string& text, const char* field) {
    const auto word = crypto::parse_word(text);
    if (!word) fail(base::malformed(field, text, "must be a number of at most 256 bits").error());
    return word.value_or(crypto::Word{});
  }

  [[nodiscard]] crypto::Address address(const std::string& text, const char* field) {
    const auto address = crypto::parse_address(text, field);
    if (!address) fail(address.error());
    return address.value_or(crypto::Address{});
  }

  [[nodiscard]] crypto::Address address_or_none(const std::string& text, const char* field) {
    return text.empty() ? crypto::Address{} : address(text, field);
  }

  [[nodiscard]] std::set<crypto::Address> addresses(const std::vector<std::string>& texts,
                                                    const char* field) {
    std::set<crypto::Address> set;
    for (const std::string& text : texts) set.insert(address(text, field));
    return set;
  }

  [[nodiscard]] std::string bytes(const std::string& text, const char* field) {
    auto bytes = crypto::bytes_from_prefixed_hex(text);
    if (!bytes) fail(base::malformed(field, text, "must be 0x and hexadecimal digits").error());
    return bytes.value_or(std::string());
  }

  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  void fail(base::Error error) {
    if (!error_) error_ = std::move(error);
  }

  std::optional<base::Error> error_;
};

[[nodiscard]] std::string text_of(const crypto::Hash& hash) {
  return "0x" + crypto::to_hex(hash);
}

[[nodiscard]] CallRow row_of(const crypto::DecodedCall& call) {
  CallRow row{.kind = call.kind,
              .operation = call.operation,
              .to = crypto::to_text(call.to),
              .value = crypto::to_decimal(call.value),
              .function = call.signature};
  for (const crypto::CallArgument& argument : call.arguments)
    row.arguments.push_back({argument.name, argument.type, argument.value});
  return row;
}

void judge(const SafeReviewInput& input, const crypto::Hash& digest, FieldReader& read,
           SafeReviewOutput& output) {
  const std::set<crypto::Address> approved =
      read.addresses(input.approved_on_chain, "approved_on_chain");
  const crypto::SafeSigners signers{
      .owners = read.addresses(input.owners, "owners"),
      .threshold = input.threshold,
      .has_approved = [&](const crypto::Address& owner) { return approved.contains(owner); }};
  const auto verdict =
      crypto::check_safe_signatures(digest, read.bytes(input.signatures, "signatures"), signers);
  output.signatures_verdict = base::name_of(verdict.status);
  for (const crypto::SafeSignature& signature : verdict.signatures)
    output.signatures.push_back({crypto::to_text(signature.owner), signature.kind});
}

}  // namespace

Result<SafeReviewOutput> safe_review(const SafeReviewInput& input) {
  FieldReader read;
  const crypto::SafeDomain domain{.chain_id = read.word(input.chain_id, "chain_id"),
                                  .safe = read.address(input.safe, "safe"),
                                  .version = input.version};
  const crypto::SafeTransaction tx{
      .to = read.address(input.to, "to"),
      .value = read.word(input.value, "value"),
      .data = read.bytes(input.data, "data"),
      .operation = input.operation,
      .safe_tx_gas = read.word(input.safe_tx_gas, "safe_tx_gas"),
      .base_gas = read.word(input.base_gas, "base_gas"),
      .gas_price = read.word(input.gas_price, "gas_price"),
      .gas_token = read.address_or_none(input.gas_token, "gas_token"),
      .refund_receiver = read.address_or_none(input.refund_receiver, "refund_receiver"),
      .nonce = read.word(input.nonce, "nonce")};
  crypto::SafeReviewPolicy policy = crypto::default_safe_review_policy();
  policy.known_targets = read.addresses(input.known_targets, "known_targets");
  if (read.error()) return std::unexpected(*read.error());
  const crypto::SafeReview review = crypto::review_safe_transaction(domain, tx, policy);
  SafeReviewOutput output{.domain_hash = text_of(review.hashes.domain),
                          .message_hash = text_of(review.hashes.message),
                          .safe_tx_hash = text_of(review.hashes.digest),
                          .refused = review.refused()};
  for (const crypto::SafeFinding& finding : review.findings)
    output.findings.push_back({finding.kind, finding.refused, finding.detail});
  if (review.call && review.call->kind != crypto::CallKind::multi_send)
    output.calls.push_back(row_of(*review.call));
  if (review.call)
    for (const crypto::DecodedCall& call : review.call->calls) output.calls.push_back(row_of(call));
  if (!input.signatures.empty()) judge(input, review.hashes.digest, read, output);
  if (read.error()) return std::unexpected(*read.error());
  return output;
}

}  // namespace cofferdam::operation
