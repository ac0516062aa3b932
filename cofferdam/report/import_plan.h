// SPDX-License-Identifier: Apache-2.0
//
// What an import will give to the books: every command that is not on record yet, in order, each
// accepted in a rehearsal.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/import.h"

namespace cofferdam::report {

struct PlannedCommand {
  std::string step;  // the command's id is drawn from it
  base::Time time;
  engine::Command command;
};

struct ImportPlan {
  std::vector<PlannedCommand> commands;
  std::vector<std::pair<base::OwnerId, std::string>> labels;  // of the accounts that it opens
  ImportResult result;
};

[[nodiscard]] base::Result<ImportPlan> plan_import(Driver& driver, const ForeignBooks& books,
                                                   const ImportRequest& request,
                                                   const ImportProgress& progress);

}  // namespace cofferdam::report
