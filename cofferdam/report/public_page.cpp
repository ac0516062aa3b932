// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/public_page.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/liabilities.h"
#include "cofferdam/report/observe.h"
#include "cofferdam/report/rows.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::Result;
using operation::Json;

// Where the claims are covered: by what lies with custodians, only together with what is declared
// or owed by other pools, or not.
[[nodiscard]] std::string_view cover_of(const pool::Standing& sum) {
  if (!pool::is_balanced(sum) || pool::surplus(sum).is_negative()) return "short";
  return sum.held >= sum.owed + std::max(pool::Sum(), sum.between) ? "custody" : "elsewhere";
}

class Writer {
 public:
  Writer(const engine::State& state, const PublicHistory& history)
      : state_(state), history_(history) {}

  // Rows of report.pools, of the named pools alone, each with its coverage.
  [[nodiscard]] Json standings() {
    Listing all = wholeness(state_, Digits::plain);
    std::erase_if(all.rows, [&](const auto& row) {
      const pool::Pool* pool = pool::find_pool(state_.pool, row[0]);
      return pool == nullptr || !history_.pools().contains(pool->id);
    });
    std::map<std::pair<std::string, std::string>, pool::Standing> sums;
    state_.ledger.accounts.each([&](const ledger::Account& account) {
      if (history_.pools().contains(account.pool))
        pool::add(sums[{pool_code(state_, account.pool), asset_code(state_, account.asset)}],
                  account);
    });
    Json rows = Json::list();
    operation::Listing shown = rows_of<PoolBalanceRow>(all);
    for (Json& row : shown.rows) {
      const pool::Standing& sum =
          sums[{std::string(row.text_of("pool")), std::string(row.text_of("asset"))}];
      const unsigned scale = ledger::find_asset(state_.ledger, row.text_of("asset"))->scale;
      const auto coverage = pool::coverage_ppm(sum);
      row.add("claims", base::format_decimal(sum.owed.value(), scale));
      row.add("debts", base::format_decimal(sum.debts.value(), scale));
      row.add("coverage_ppm", coverage ? Json::of(base::to_text(*coverage)) : Json{});
      row.add("cover", cover_of(sum));
      rows.items.push_back(std::move(row));
    }
    return rows;
  }

  [[nodiscard]] Json pools() const {
    Json list = Json::list();
    for (const base::PoolId id : history_.pools()) {
      const pool::Pool& pool = *state_.pool.pools.find(id);
      Json json = Json::object();
      json.add("pool", pool.code);
      json.add("activity", pool.activity);
      json.add("regime", base::name_of(pool.regime));
      json.add("state", base::name_of(pool.state));
      json.add("state_since", base::format_time(pool.state_since));
      json.add("incidents", incidents(id));
      list.items.push_back(std::move(json));
    }
    return list;
  }

  [[nodiscard]] Json parameters() const {
    Json list = Json::list();
    for (const base::PoolId id : history_.pools()) {
      add_policy(list, *state_.pool.pools.find(id));
      add_approvals(list, id);
      add_vaults(list, id);
    }
    return list;
  }

  // One series for each pool and asset that stands on the page now.
  [[nodiscard]] Json points(const Json& standings) const {
    Json list = Json::list();
    for (const Json& row : standings.items) {
      const pool::Pool* pool = pool::find_pool(state_.pool, row.text_of("pool"));
      const ledger::Asset* asset = ledger::find_asset(state_.ledger, row.text_of("asset"));
      Json series = Json::object();
      series.add("pool", row.text_of("pool"));
      series.add("asset", row.text_of("asset"));
      Json& points = series.add("points", Json::list());
      for (const PublicPoint& point : history_.points()) {
        const auto found = point.sums.find({pool->id, asset->id});
        if (found == point.sums.end()) continue;
        Json json = Json::object();
        json.add("sequence", std::to_string(point.sequence));
        json.add("time", base::format_time(point.time));
        json.add("held", base::format_decimal(pool::covering(found->second).value(), asset->scale));
        json.add("claims", base::format_decimal(found->second.owed.value(), asset->scale));
        points.items.push_back(std::move(json));
      }
      list.items.push_back(std::move(series));
    }
    return list;
  }

 private:
  [[nodiscard]] Json incidents(base::PoolId id) const {
    const Incidents counts = history_.incidents_of(id);
    std::uint64_t up = 0;
    for (const auto& [key, watch] : state_.alert.watches.rows()) {
      const alert::AlertState now = state_.alert.statuses.find(watch.alert)->state;
      const bool is_up = now == alert::AlertState::raised || now == alert::AlertState::acknowledged;
      up += is_up && state_.alert.rules.find(watch.alert)->pool == id ? 1U : 0U;
    }
    Json json = Json::object();
    json.add("freezes", Json::number(counts.freezes));
    json.add("critical_alerts", Json::number(counts.alerts_raised[2]));
    json.add("warnings", Json::number(counts.alerts_raised[1]));
    json.add("alerts_now", Json::number(up));
    return json;
  }

  void add(Json& list, base::PoolId pool, std::string parameter, std::string value,
           const SetBy* by) const {
    Json json = Json::object();
    json.add("pool", pool_code(state_, pool));
    json.add("parameter", std::move(parameter));
    json.add("value", std::move(value));
    json.add("sequence", by == nullptr ? Json{} : Json::of(std::to_string(by->sequence)));
    json.add("time", by == nullptr ? Json{} : Json::of(base::format_time(by->time)));
    json.add("proposal",
             by == nullptr || by->proposal == 0 ? Json{} : Json::of(std::to_string(by->proposal)));
    json.add("approvals", by == nullptr ? Json{} : Json::number(by->approvals));
    list.items.push_back(std::move(json));
  }

  void add_policy(Json& list, const pool::Pool& pool) const {
    const SetBy* made = history_.set_by(PublicHistory::thing_key("pool", pool.id.value()));
    add(list, pool.id, "regime", std::string(base::name_of(pool.regime)), made);
    add(list, pool.id, "may be short", pool.allows_deficit ? "yes, on a deficit account" : "no",
        made);
    for (const pool::BufferCap& cap : pool.buffer_caps)
      add(list, pool.id, "house buffer at most",
          amount_text(state_, cap.asset, cap.cap) + " " + asset_code(state_, cap.asset), made);
    for (const auto& [key, agreement] : state_.pool.agreements.rows())
      if (key.pool == pool.id)
        add(list, pool.id, "agreement " + std::to_string(agreement.number),
            "document " + agreement.document + ", from " + base::format_date(agreement.effective),
            history_.set_by(PublicHistory::thing_key(
                "agreement of " + std::to_string(pool.id.value()), agreement.number)));
  }

  void add_approvals(Json& list, base::PoolId pool) const {
    for (const auto& [key, policy] : state_.decision.policies.rows()) {
      // The pool's own policy stands before the one for all.
      const bool own = key.pool == pool;
      const bool general =
          key.pool.is_none() && state_.decision.policies.find({key.operation, pool}) == nullptr;
      if (!own && !general) continue;
      add(list, pool, "approvals of " + operation::operation_name(policy.operation),
          std::to_string(policy.approvals) + " besides the proposer, within " +
              base::format_duration(policy.life),
          history_.set_by(PublicHistory::policy_key(key.operation, key.pool)));
    }
  }

  void add_vaults(Json& list, base::PoolId pool) const {
    state_.custody.vaults.each([&](const custody::Vault& vault) {
      if (vault.pool != pool) return;
      const custody::VaultPolicy& policy = vault.policy;
      const std::string of = " of " + std::to_string(policy.signers.size());
      std::string text = std::to_string(policy.threshold) + of + " signers move money after " +
                         base::format_duration(policy.delay) + ", " +
                         std::to_string(policy.change_threshold) + of + " change this after " +
                         base::format_duration(policy.change_delay);
      add(list, pool, "vault, policy " + std::to_string(vault.policy_version), std::move(text),
          history_.set_by(PublicHistory::thing_key("vault", vault.id.value())));
    });
  }

  const engine::State& state_;
  const PublicHistory& history_;
};

[[nodiscard]] Json checkpoint_json(const PublicHistory& history) {
  if (!history.checkpoint()) return {};
  const engine::Checkpoint& checkpoint = *history.checkpoint();
  Json json = Json::object();
  json.add("sequence", std::to_string(checkpoint.sequence));
  json.add("time", base::format_time(history.checkpoint_time()));
  json.add("chain_hash", crypto::to_hex(checkpoint.chain_hash));
  json.add("state_hash", crypto::to_hex(checkpoint.state_hash));
  json.add("public_key", crypto::bytes_to_hex(checkpoint.public_key));
  json.add("signature", crypto::bytes_to_hex(checkpoint.signature));
  return json;
}

[[nodiscard]] Json liabilities_json(const engine::State& state, const Liabilities& liabilities,
                                    const std::set<base::PoolId>& pools) {
  Json json = Json::object();
  json.add("sequence", std::to_string(liabilities.context.epoch));
  json.add("venue_root", crypto::to_hex(liabilities.venue.root.hash));
  Json& list = json.add("pools", Json::list());
  for (const crypto::PoolTree& tree : liabilities.pools) {
    if (!pools.contains(tree.pool)) continue;
    Json pool = Json::object();
    pool.add("pool", pool_code(state, tree.pool));
    pool.add("root", crypto::to_hex(tree.root.hash));
    Json& totals = pool.add("totals", Json::object());
    for (std::size_t i = 0; i < tree.root.totals.size(); ++i) {
      const crypto::LiabilitiesAsset& asset = liabilities.context.assets[i];
      if (!tree.root.totals[i].is_zero())
        totals.add(asset.code, base::format_decimal(tree.root.totals[i], asset.scale));
    }
    pool.add("owners", std::to_string(tree.root.leaf_count));
    list.items.push_back(std::move(pool));
  }
  return json;
}

// The sums of all records are what the books show; that they are not would be damage.
[[nodiscard]] Result<void> check_history(const engine::State& state, const PublicHistory& history) {
  if (!history.is_whole()) return {};
  std::map<std::pair<base::PoolId, base::AssetId>, pool::Standing> now;
  state.ledger.accounts.each([&](const ledger::Account& account) {
    if (history.pools().contains(account.pool))
      pool::add(now[{account.pool, account.asset}], account);
  });
  for (const auto& [key, sums] : now) {
    const auto found = history.latest().sums.find(key);
    const pool::Standing then =
        found == history.latest().sums.end() ? pool::Standing{} : found->second;
    if (pool::covering(then) != pool::covering(sums) || then.owed != sums.owed ||
        then.debts != sums.debts)
      return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                         .field = "pool " + pool_code(state, key.first),
                                         .value = {},
                                         .rule = "its entries in the journal sum to its accounts",
                                         .hint = "cofferdam books verify"});
  }
  return {};
}

// What is signed: the page in one line without its signature, by its hash.
[[nodiscard]] std::string signed_text(const Json& page) {
  Json all = Json::object();
  for (std::size_t i = 0; i < page.names.size(); ++i)
    if (page.names[i] != "signature") all.add(page.names[i], page.items[i]);
  return "cofferdam public page 1 " + crypto::to_hex(crypto::sha256(operation::write_json(all)));
}

// With the key that signs checkpoints. Books without one have pages without a signature.
[[nodiscard]] Result<void> sign(Json& page, const engine::State& state,
                                const std::string& books_folder) {
  const std::string& text = state.venue.venues.at(0).checkpoint_key;
  page.add("public_key", text.empty() ? Json{} : Json::of(text));
  const auto key = crypto::parse_public_key(text);
  if (!key) {
    page.add("signature", Json{});
    return {};
  }
  const auto signing = engine::load_checkpoint_key(books_folder, *key);
  if (!signing) return std::unexpected(signing.error());
  std::string signature = crypto::to_hex(signing->sign(signed_text(page)));
  page.add("signature", std::move(signature));
  return {};
}

[[nodiscard]] std::unexpected<base::Error> unsound(std::string field, std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = std::move(field),
                                     .value = {},
                                     .rule = std::move(rule)});
}

[[nodiscard]] Result<void> verify_checkpoint(const Json& json, std::string_view key) {
  engine::Checkpoint checkpoint;
  const auto chain = crypto::hash_from_hex(json.text_of("chain_hash"));
  const auto state = crypto::hash_from_hex(json.text_of("state_hash"));
  const Result<std::uint64_t> sequence = base::parse_u64(json.text_of("sequence"), "sequence");
  if (!sequence) return std::unexpected(sequence.error());
  if (!chain || !state ||
      !crypto::bytes_from_hex(json.text_of("public_key"), checkpoint.public_key) ||
      !crypto::bytes_from_hex(json.text_of("signature"), checkpoint.signature))
    return base::malformed("checkpoint", "",
                           "must hold hashes, a key and a signature in hexadecimal");
  checkpoint.sequence = *sequence;
  checkpoint.chain_hash = *chain;
  checkpoint.state_hash = *state;
  if (!engine::signature_holds(checkpoint))
    return unsound("checkpoint", "its signature must verify");
  if (json.text_of("public_key") != key)
    return unsound("checkpoint", "must be signed by the key that signs the page");
  return {};
}

}  // namespace

Result<std::set<base::PoolId>> public_pools(const engine::State& state,
                                            const std::vector<std::string>& codes) {
  std::set<base::PoolId> pools;
  for (const std::string& code : codes) {
    const pool::Pool* pool = pool::find_pool(state.pool, code);
    if (pool == nullptr)
      return base::malformed("pool", code, "must be the code of a pool that exists");
    pools.insert(pool->id);
  }
  if (pools.empty()) return base::malformed("pool", "", "at least one pool must be named");
  return pools;
}

Result<Json> public_json(engine::Engine& engine, const PublicHistory& history,
                         const std::string& books_folder) {
  COFFERDAM_CHECK(history.read_through() == engine.sequence(), "the page is of one moment");
  const engine::State& state = engine.state();
  if (Result<void> good = check_history(state, history); !good)
    return std::unexpected(good.error());
  const Result<crypto::MasterSecret> secret = liabilities_secret(books_folder);
  if (!secret) return std::unexpected(secret.error());
  const Result<Liabilities> liabilities = liabilities_of(state, engine.sequence(), *secret);
  if (!liabilities) return std::unexpected(liabilities.error());
  Writer writer(state, history);
  Json page = Json::object();
  page.add("format", "cofferdam public page 1");
  page.add("venue", state.venue.venues.at(0).code);
  page.add("sequence", std::to_string(engine.sequence()));
  page.add("time", base::format_time(engine.time()));
  page.add("chain_hash", crypto::to_hex(engine.chain_hash()));
  const Json standings = writer.standings();
  const auto counted = [&](std::string_view cover) {
    const auto rows = std::count_if(standings.items.begin(), standings.items.end(),
                                    [&](const Json& row) { return row.text_of("cover") == cover; });
    return Json::number(static_cast<std::uint64_t>(rows));
  };
  page.add("standings", standings);
  page.add("breaks", counted("short"));
  page.add("covered_elsewhere", counted("elsewhere"));
  page.add("counted_from", std::to_string(history.first()));
  page.add("checkpoints", Json::number(history.checkpoints()));
  page.add("pools", writer.pools());
  page.add("history", history.is_whole() ? writer.points(standings) : Json{});
  page.add("parameters", writer.parameters());
  page.add("checkpoint", checkpoint_json(history));
  page.add("liabilities", liabilities_json(state, *liabilities, history.pools()));
  if (Result<void> done = sign(page, state, books_folder); !done)
    return std::unexpected(done.error());
  return page;
}

Result<Json> verify_public_page(const Json& page, const std::string& key) {
  const std::string_view own = page.text_of("public_key");
  const auto public_key = crypto::parse_public_key(own);
  const auto signature = crypto::parse_signature(page.text_of("signature"));
  if (!public_key || !signature)
    return unsound("signature",
                   "the page must be signed; books without a checkpoint key sign none");
  if (!crypto::verify(*public_key, signed_text(page), *signature))
    return unsound("signature", "must be over this page: it was changed, or signed by another key");
  if (!key.empty() && key != own) return unsound("public_key", "must be the key that was given");
  const Json* checkpoint = page.find("checkpoint");
  const bool has_checkpoint = checkpoint != nullptr && checkpoint->is_object();
  if (has_checkpoint)
    if (Result<void> good = verify_checkpoint(*checkpoint, own); !good)
      return std::unexpected(good.error());
  Json verdict = Json::object();
  verdict.add("verdict", "good");
  verdict.add("venue", page.text_of("venue"));
  verdict.add("sequence", page.text_of("sequence"));
  verdict.add("chain_hash", page.text_of("chain_hash"));
  verdict.add("checkpoint", has_checkpoint ? *checkpoint->find("sequence") : Json{});
  verdict.add("public_key", own);
  verdict.add("key_known", Json::truth(!key.empty()));
  return verdict;
}

}  // namespace cofferdam::report
