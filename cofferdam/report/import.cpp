// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/import.h"

#include "cofferdam/crypto/hex.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/report/import_plan.h"
#include "cofferdam/report/owners.h"

namespace cofferdam::report {

using base::Result;

Result<ImportResult> import_books(engine::Engine& engine, const std::string& books_folder,
                                  const ForeignBooks& books, const ImportRequest& request,
                                  const ImportProgress& progress) {
  ReplayResult figures;
  Driver driver(engine, "import/" + request.source, figures, request.principal);
  Result<ImportPlan> plan = plan_import(driver, books, request, progress);
  if (!plan) return std::unexpected(std::move(plan).error());
  if (request.dry_run || plan->commands.empty()) return std::move(plan->result);
  // Labels first: a crash then leaves names without accounts, and no account without a name.
  if (!plan->labels.empty()) {
    Result<Owners> owners = Owners::open(books_folder);
    if (!owners) return std::unexpected(std::move(owners).error());
    if (Result<void> kept = owners->set_all(plan->labels); !kept)
      return std::unexpected(std::move(kept).error());
  }
  for (PlannedCommand& each : plan->commands) {
    if (auto* genesis = std::get_if<venue::Genesis>(&each.command)) {
      const auto key = engine::make_checkpoint_key(books_folder);
      if (!key) return std::unexpected(key.error());
      genesis->checkpoint_key = crypto::to_hex(*key);
    }
    const Result<engine::Reply> reply =
        driver.give_all(each.step, each.time, std::move(each.command));
    if (!reply) return std::unexpected(reply.error());
  }
  if (Result<void> kept = engine.commit(engine.sequence()); !kept)
    return std::unexpected(std::move(kept).error());
  return std::move(plan->result);
}

}  // namespace cofferdam::report
