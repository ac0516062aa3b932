// SPDX-License-Identifier: Apache-2.0
//
// proof verify: needs no books, for it is the owner who checks and not the venue.
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/liabilities_file.h"

#include "run.h"

namespace cofferdam::cli {

base::Result<int> run_proof_verify(const Globals& globals, const ProofVerifyCall& call) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  report::ProofExpectations expected;
  if (!call.owner.empty()) {
    const auto owner = base::parse_id<base::OwnerId>(call.owner, "--owner");
    if (!owner) return std::unexpected(owner.error());
    expected.owner = *owner;
  }
  if (!call.root.empty()) {
    expected.venue_root = crypto::hash_from_hex(call.root);
    if (!expected.venue_root)
      return base::malformed("--root", call.root, "must be 64 hexadecimal digits");
  }
  const base::Result<std::string> text =
      call.file == "-" ? read_input(call.file)
                       : report::read_input(call.file, report::kProofFileBytesMax);
  if (!text) return std::unexpected(text.error());
  const auto proofs = report::read_proofs(*text);
  if (!proofs) return std::unexpected(proofs.error());
  const base::Result<operation::Json> verified = report::verify_proofs(*proofs, expected);
  if (!verified) return std::unexpected(verified.error());
  write_object(**output, *verified);
  if (base::Result<void> written = (*output)->finish(); !written)
    return std::unexpected(written.error());
  if (!expected.owner || !expected.venue_root)
    std::fprintf(stderr,
                 "the file holds together by itself; give --owner and --root to compare it with "
                 "your own id and the published root\n");
  return kExitOk;
}

}  // namespace cofferdam::cli
