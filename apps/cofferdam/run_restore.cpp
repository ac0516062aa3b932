// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/operation/backup.h"

#include "progress.h"
#include "run.h"

namespace cofferdam::cli {

using base::Result;

Result<int> run_restore(const Globals& globals, const RestoreCall& call,
                        const operation::Registry& registry) {
  static journal::RealDisk disk;
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  operation::RestoreRequest request{
      .from = call.from, .to = globals.books, .until = {}, .only_check = call.only_check};
  if (!globals.at.empty()) {
    const Result<std::uint64_t> until = base::parse_u64(globals.at, "--at");
    if (!until) return std::unexpected(until.error());
    request.until = *until;
  }
  const Result<operation::Json> done = [&] {
    TerminalProgress progress;
    return operation::restore(disk, registry, request, progress);
  }();
  if (!done) return std::unexpected(done.error());
  write_object(**output, *done);
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
