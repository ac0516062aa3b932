// SPDX-License-Identifier: Apache-2.0
//
// A copy of the books in memory, on which commands are tried before any of them is booked: each is
// judged by the one door after those before it, so that what the books would refuse half way
// through a long work is known before the first record is written.
#pragma once

#include "cofferdam/engine/engine.h"

#include <memory>

namespace cofferdam::report {

class Rehearsal {
 public:
  // The books as they are now.
  [[nodiscard]] static Rehearsal of(engine::Engine& engine, base::PrincipalId principal);
  Rehearsal(Rehearsal&&) noexcept;
  Rehearsal& operator=(Rehearsal&&) = delete;
  ~Rehearsal();

  // The number of what the command created. An error names `where`, the status and its rule, when
  // the command or one of the events in it is refused. Ids that were used before are not known
  // here: the caller gives new ones only.
  [[nodiscard]] base::Result<base::u128> give(const std::string& where, base::Time time,
                                              const engine::Command& command);

  [[nodiscard]] const engine::State& state() const;
  [[nodiscard]] base::Time time() const;  // of the last command

 private:
  struct Parts;
  explicit Rehearsal(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cofferdam::report
