// SPDX-License-Identifier: Apache-2.0
//
// Books in which everything that can be signed is, by one program without chance: keys, policies,
// proposals, revocations, refusals, alerts. The journal's id is drawn, and with it the signatures;
// no row holds either, so the state hash is the same in every run.
#pragma once

#include "cofferdam/engine/engine.h"

#include <string>

namespace cofferdam::simulation {

// `scratch`: emptied before. `keep`: a folder for the journal; empty: it is not kept. Ends the
// program where a command comes to something else than it must.
[[nodiscard]] crypto::Hash write_signed_journal(venue::TimeSource time_source,
                                                const std::string& scratch,
                                                const std::string& keep);

}  // namespace cofferdam::simulation
