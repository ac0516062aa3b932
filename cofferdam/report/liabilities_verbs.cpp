// SPDX-License-Identifier: Apache-2.0
//
// The tasks of the proof of liabilities: the roots for everybody, the file for one owner.
#include "cofferdam/base/decimal.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/report/liabilities.h"
#include "cofferdam/report/liabilities_file.h"
#include "cofferdam/report/owners.h"
#include "cofferdam/report/proof_verbs.h"

#include <memory>

namespace cofferdam::report {

struct ProofRootParameters {
  std::optional<base::Sequence> sequence;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("sequence", self.sequence, "as of this record; the last one when absent");
  }
};

struct ProofOwnerParameters {
  std::string owner;
  std::optional<base::Sequence> sequence;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "id of the owner, or the label that private/owners.db has");
    visit("sequence", self.sequence, "as of this record; the last one when absent");
  }
};

}  // namespace cofferdam::report

namespace cofferdam::operation {

template <>
struct FieldForms<report::ProofOwnerParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"owner"};
};

}  // namespace cofferdam::operation

namespace cofferdam::report {

namespace {

using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;

// The books at a record, with that record's place in the hash chain.
struct Standing {
  engine::Engine::Moment past;  // empty when the books are taken as they are
  const engine::State* state = nullptr;
  base::Sequence sequence = 0;
  crypto::Hash chain_hash{};
};

Result<Standing> standing_at(Session& session, const std::optional<base::Sequence>& sequence) {
  engine::Engine& engine = session.engine();
  if (Result<void> committed = engine.commit(engine.sequence()); !committed)
    return std::unexpected(std::move(committed).error());
  if (!sequence || *sequence == engine.sequence())
    return Standing{.past = {},
                    .state = &engine.state(),
                    .sequence = engine.sequence(),
                    .chain_hash = engine.chain_hash()};
  Result<engine::Engine::Moment> past = engine.at(*sequence);
  if (!past) return std::unexpected(std::move(past).error());
  auto reader = engine.journal().read_from(past->sequence);
  if (!reader) return std::unexpected(std::move(reader).error());
  const auto record = (*reader)->next();
  if (!record) return std::unexpected(record.error());
  if (*record == nullptr)
    return base::malformed("sequence", std::to_string(*sequence),
                           "must be a record of the journal");
  Standing standing{.past = std::move(*past), .chain_hash = (*record)->hash};
  standing.state = standing.past.state.get();
  standing.sequence = standing.past.sequence;
  return standing;
}

Result<Liabilities> build(Session& session, const Standing& standing, Progress& progress) {
  const Result<crypto::MasterSecret> secret = liabilities_secret(session.folder());
  if (!secret) return std::unexpected(secret.error());
  progress.step("pools", 0, standing.state->pool.pools.size());
  return liabilities_of(*standing.state, standing.sequence, *secret);
}

Json totals_json(const Liabilities& liabilities, const std::vector<base::Amount>& totals) {
  Json json = Json::object();
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const crypto::LiabilitiesAsset& asset = liabilities.context.assets[i];
    json.add(asset.code, base::format_decimal(totals[i], asset.scale));
  }
  return json;
}

std::string pool_code(const engine::State& state, base::PoolId pool) {
  const pool::Pool* row = state.pool.pools.find(pool);
  return row != nullptr ? row->code : std::to_string(pool.value());
}

Json roots_json(const Standing& standing, const Liabilities& liabilities) {
  Json json = Json::object();
  json.add("venue", liabilities.context.venue);
  json.add("epoch", std::to_string(liabilities.context.epoch));
  json.add("sequence", std::to_string(standing.sequence));
  json.add("chain_hash", crypto::to_hex(standing.chain_hash));
  json.add("venue_root", crypto::to_hex(liabilities.venue.root.hash));
  json.add("totals", totals_json(liabilities, liabilities.venue.root.totals));
  Json& pools = json.add("pools", Json::list());
  for (const crypto::PoolTree& tree : liabilities.pools) {
    Json pool = Json::object();
    pool.add("pool", pool_code(*standing.state, tree.pool));
    pool.add("number", Json::number(tree.pool.value()));
    pool.add("owners", std::to_string(tree.root.leaf_count));
    pool.add("totals", totals_json(liabilities, tree.root.totals));
    pool.add("root", crypto::to_hex(tree.root.hash));
    pools.items.push_back(std::move(pool));
  }
  Json& deficits = json.add("deficits", Json::list());
  for (const LiabilitiesDeficit& each : liabilities.deficits) {
    const ledger::Asset* asset = standing.state->ledger.assets.find(each.asset);
    Json deficit = Json::object();
    deficit.add("pool", pool_code(*standing.state, each.pool));
    deficit.add("asset", asset->code);
    deficit.add("owners", std::to_string(each.owners));
    deficit.add("amount", base::format_decimal(each.amount, asset->scale));
    deficits.items.push_back(std::move(deficit));
  }
  return json;
}

Result<Document> proof_root(Session& session, const ProofRootParameters& parameters,
                            Progress& progress) {
  const Result<Standing> standing = standing_at(session, parameters.sequence);
  if (!standing) return std::unexpected(standing.error());
  const Result<Liabilities> liabilities = build(session, *standing, progress);
  if (!liabilities) return std::unexpected(liabilities.error());
  return Document(roots_json(*standing, *liabilities));
}

Result<Document> proof_owner(Session& session, const ProofOwnerParameters& parameters,
                             Progress& progress) {
  const Result<OwnerLabels> labels = OwnerLabels::read(session.folder());
  if (!labels) return std::unexpected(labels.error());
  const Result<base::OwnerId> owner = labels->owner_of(parameters.owner);
  if (!owner) return std::unexpected(owner.error());
  const Result<Standing> standing = standing_at(session, parameters.sequence);
  if (!standing) return std::unexpected(standing.error());
  const Result<Liabilities> liabilities = build(session, *standing, progress);
  if (!liabilities) return std::unexpected(liabilities.error());
  const auto proofs = proofs_of(*liabilities, *owner);
  if (!proofs) return std::unexpected(proofs.error());
  return Document(proofs_json(*proofs));
}

}  // namespace

void register_liabilities(operation::Registry& registry) {
  operation::add_task<ProofRootParameters>(
      registry, "proof.root",
      "What is owed in every pool, with the roots to publish; deficits apart.", &proof_root);
  operation::add_task<ProofOwnerParameters>(
      registry, "proof.owner",
      "The file with which one owner checks that their claims are counted.", &proof_owner);
}

}  // namespace cofferdam::report
