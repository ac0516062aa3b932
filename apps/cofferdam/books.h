// SPDX-License-Identifier: Apache-2.0
//
// Books as the verbs see them: a folder of this machine, or a server. What a verb prints, and how
// it ends, does not depend on which of the two it is.
#pragma once

#include "cofferdam/operation/session.h"

#include "invocation.h"

#include <memory>

namespace cofferdam::cli {

class Books {
 public:
  Books() = default;
  virtual ~Books() = default;
  Books(const Books&) = delete;
  Books& operator=(const Books&) = delete;

  [[nodiscard]] virtual base::Result<operation::Answer> command(
      const operation::CommandEntry& entry, const operation::Json& content,
      const operation::Envelope& envelope) = 0;
  [[nodiscard]] virtual base::Result<operation::Listing> query(const operation::QueryEntry& entry,
                                                               const operation::Json& parameters,
                                                               const operation::Moment& at) = 0;
  [[nodiscard]] virtual base::Result<operation::Document> task(const operation::TaskEntry& entry,
                                                               const operation::Json& parameters,
                                                               const operation::Envelope& envelope,
                                                               operation::Progress& progress) = 0;
};

// Those of the server; reaches out to it when it is first asked.
[[nodiscard]] base::Result<std::unique_ptr<Books>> connect(const Globals& globals);

}  // namespace cofferdam::cli
