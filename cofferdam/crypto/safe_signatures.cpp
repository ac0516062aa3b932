// SPDX-License-Identifier: Apache-2.0
//
// Packing and checking of a Safe's signatures (Safe.sol, checkNSignatures and signatureSplit;
// docs/signatures.md of the Safe contracts).
#include "cofferdam/base/check.h"
#include "cofferdam/crypto/safe.h"

#include <algorithm>

namespace cofferdam::crypto {

namespace {

using S = SafeSignatureStatus;

constexpr std::size_t kPart = 65;

struct Part {
  Word a{};
  Word b{};
  std::uint8_t v = 0;
};

[[nodiscard]] Part part_at(std::string_view bytes, std::size_t position) {
  Part part;
  const auto* start = bytes.begin() + static_cast<std::ptrdiff_t>(position * kPart);
  std::copy_n(start, 32, part.a.begin());
  std::copy_n(start + 32, 32, part.b.begin());
  part.v = static_cast<std::uint8_t>(start[64]);
  return part;
}

[[nodiscard]] Word word_at(std::string_view bytes, std::size_t offset) {
  Word word{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), 32, word.begin());
  return word;
}

// A number that is used as an offset or a size; everything beyond the bytes is the same.
[[nodiscard]] std::size_t bounded(const Word& word, std::size_t limit) {
  const auto number = to_u128(word);
  return number && *number <= limit ? static_cast<std::size_t>(*number) : limit + 1;
}

class Reader {
 public:
  Reader(const Hash& digest, std::string_view bytes, const SafeSigners& signers)
      : digest_(digest), bytes_(bytes), signers_(signers), parts_end_(bytes.size()) {}

  [[nodiscard]] SafeSignatureVerdict read() {
    verdict_.status = status();
    return verdict_;
  }

 private:
  [[nodiscard]] S status() {
    if (signers_.threshold == 0) return S::threshold_is_zero;
    if (bytes_.size() / kPart < signers_.threshold) return S::too_short;
    // The first contract's bytes begin where the fixed parts end.
    for (std::size_t i = 0; (i + 1) * kPart <= parts_end_; ++i) {
      verdict_.position = i;
      SafeSignature signature;
      if (const S s = read_part(part_at(bytes_, i), signature); s != S::ok) return s;
      const auto& earlier = verdict_.signatures;
      if (!earlier.empty() && signature.owner <= earlier.back().owner)
        return S::owners_not_ascending;
      if (!signers_.owners.contains(signature.owner)) return S::not_an_owner;
      verdict_.signatures.push_back(std::move(signature));
    }
    if (verdict_.signatures.size() * kPart != parts_end_ || next_bytes_ > bytes_.size() ||
        (next_bytes_ != 0 && next_bytes_ != bytes_.size()))
      return S::surplus_bytes;
    return verdict_.signatures.size() < signers_.threshold ? S::too_short : S::ok;
  }

  [[nodiscard]] S read_part(const Part& part, SafeSignature& signature) {
    if (part.v == 0) return read_contract(part, signature);
    if (part.v == 1) {
      const auto owner = to_address(part.a);
      if (!owner) return S::owner_word_not_an_address;
      if (!is_zero(part.b)) return S::surplus_bytes;
      signature = {.kind = SafeSignatureKind::approved_hash, .owner = *owner};
      return signers_.has_approved && signers_.has_approved(*owner) ? S::ok : S::hash_not_approved;
    }
    const bool personal = part.v == 31 || part.v == 32;
    if (!personal && part.v != 27 && part.v != 28) return S::v_not_accepted;
    signature.kind = personal ? SafeSignatureKind::eth_sign : SafeSignatureKind::ecdsa;
    signature.ecdsa = {.r = part.a,
                       .s = part.b,
                       .parity = static_cast<std::uint8_t>(part.v - (personal ? 31 : 27))};
    const Hash digest = personal ? personal_message_hash(bytes_of(digest_)) : digest_;
    return recover(digest, signature.ecdsa, signature.owner) == EcdsaStatus::ok
               ? S::ok
               : S::signature_not_canonical;
  }

  [[nodiscard]] S read_contract(const Part& part, SafeSignature& signature) {
    const auto owner = to_address(part.a);
    if (!owner) return S::owner_word_not_an_address;
    const std::size_t offset = bounded(part.b, bytes_.size());
    if (offset < signers_.threshold * kPart) return S::pointer_into_fixed_part;
    if (offset + 32 > bytes_.size()) return S::pointer_out_of_bounds;
    const std::size_t size = bounded(word_at(bytes_, offset), bytes_.size());
    if (size > bytes_.size() - offset - 32) return S::pointer_out_of_bounds;
    if (next_bytes_ == 0) {
      parts_end_ = offset;
    } else if (offset != next_bytes_) {
      return S::surplus_bytes;
    }
    next_bytes_ = offset + 32 + size;
    signature = {.kind = SafeSignatureKind::contract,
                 .owner = *owner,
                 .bytes = std::string(bytes_.substr(offset + 32, size))};
    return signers_.contract_accepts && signers_.contract_accepts(*owner, signature.bytes)
               ? S::ok
               : S::contract_refused;
  }

  const Hash& digest_;
  std::string_view bytes_;
  const SafeSigners& signers_;
  std::size_t parts_end_;
  std::size_t next_bytes_ = 0;  // where the next contract's bytes begin
  SafeSignatureVerdict verdict_;
};

}  // namespace

SafeSignatureVerdict check_safe_signatures(const Hash& digest, std::string_view signatures,
                                           const SafeSigners& signers) {
  return Reader(digest, signatures, signers).read();
}

std::string pack(std::vector<SafeSignature> signatures) {
  std::sort(signatures.begin(), signatures.end(),
            [](const auto& a, const auto& b) { return a.owner < b.owner; });
  std::string fixed;
  std::string tail;
  const auto part = [&](const Word& a, const Word& b, unsigned v) {
    fixed += bytes_view(a);
    fixed += bytes_view(b);
    fixed.push_back(static_cast<char>(v));
  };
  for (const SafeSignature& signature : signatures) {
    switch (signature.kind) {
      case SafeSignatureKind::contract:
        part(word_of(signature.owner), word_of(signatures.size() * kPart + tail.size()), 0);
        tail += bytes_view(word_of(signature.bytes.size()));
        tail += signature.bytes;
        break;
      case SafeSignatureKind::approved_hash:
        part(word_of(signature.owner), Word{}, 1);
        break;
      case SafeSignatureKind::eth_sign:
        part(signature.ecdsa.r, signature.ecdsa.s, 31U + signature.ecdsa.parity);
        break;
      case SafeSignatureKind::ecdsa:
        part(signature.ecdsa.r, signature.ecdsa.s, 27U + signature.ecdsa.parity);
        break;
    }
  }
  return fixed + tail;
}

}  // namespace cofferdam::crypto
