// SPDX-License-Identifier: Apache-2.0
//
// The file that an owner is handed: every proof of theirs under one venue root, as JSON. Its form
// is in docs/internals/liabilities-proof.md; amounts are integers in smallest units, so that a
// reader needs no table of scales to check a hash.
#pragma once

#include "cofferdam/crypto/liabilities_proof.h"
#include "cofferdam/operation/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

inline constexpr std::string_view kProofsFormat = "cofferdam liabilities proofs 1";
inline constexpr std::size_t kProofsMax = 65'536;
inline constexpr std::size_t kProofFileBytesMax = std::size_t{64} << 20;

// Of one owner, at least one proof, all under one venue root.
[[nodiscard]] operation::Json proofs_json(const std::vector<crypto::InclusionProof>& proofs);

// A file of proofs, or one proof by itself.
[[nodiscard]] base::Result<std::vector<crypto::InclusionProof>> read_proofs(std::string_view text);

struct ProofExpectations {
  std::optional<base::OwnerId> owner;
  std::optional<crypto::Hash> venue_root;
};

// The whole check of a file, without books, network or secret: each proof holds, all are of one
// owner, one context and one root, in different pools, and what the reader knows agrees. Otherwise
// an integrity error that names what fails. The answer says what was verified.
[[nodiscard]] base::Result<operation::Json> verify_proofs(
    const std::vector<crypto::InclusionProof>& proofs, const ProofExpectations& expected);

}  // namespace cofferdam::report
