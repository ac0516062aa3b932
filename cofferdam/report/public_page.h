// SPDX-License-Identifier: Apache-2.0
//
// The page for everybody: what named pools hold and owe, now and at each checkpoint, the rules that
// are in force and what set them, counts of breaks and incidents, and with what a reader checks it.
// There is nothing on it of any other pool, and no client.
//
// The figures are those of the reports and queries (report.pools, proof.root, policy.list), taken
// from the same functions; the page is the JSON, written out.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/operation/json.h"
#include "cofferdam/report/public_history.h"

#include <string>
#include <vector>

namespace cofferdam::report {

// The numbers of the pools, or an error that names the first that does not exist.
[[nodiscard]] base::Result<std::set<base::PoolId>> public_pools(
    const engine::State& state, const std::vector<std::string>& codes);

// As of the last record, which must be durable and read by the history.
[[nodiscard]] base::Result<operation::Json> public_json(engine::Engine& engine,
                                                        const PublicHistory& history,
                                                        const std::string& books_folder);

// One self-contained file.
[[nodiscard]] std::string public_html(const operation::Json& page);

// Whether the page in this JSON was signed as it stands, by `key` where the reader knows one, and
// the checkpoint on it by the same. The answer says what was signed. The figures are then what the
// venue has said, not yet what is true.
[[nodiscard]] base::Result<operation::Json> verify_public_page(const operation::Json& page,
                                                               const std::string& key);

}  // namespace cofferdam::report
