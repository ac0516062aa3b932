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

// Whether the checkpoint in a page's JSON, or a checkpoint by itself, is signed by its key; by
// `key`, where the reader has one from elsewhere. The answer says what was signed.
[[nodiscard]] base::Result<operation::Json> verify_public_checkpoint(const operation::Json& page,
                                                                     const std::string& key);

}  // namespace cofferdam::report
