// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_image.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/base/check.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/account_ids.h"

#include <algorithm>
#include <map>

namespace cofferdam::pool {

namespace {

class Photograph {
 public:
  Photograph(const State& state, const ledger::State& ledger, const fact::State& facts, PoolId pool)
      : state_(state), ledger_(ledger), facts_(facts), pool_(pool) {}

  [[nodiscard]] PoolImage take() {
    const Pool* row = state_.pools.find(pool_);
    COFFERDAM_CHECK(row != nullptr, "an image is taken of a pool that exists");
    image_.pool = *row;
    image_.pool.id = PoolId();
    image_.pool.state = PoolState::frozen;
    image_.pool.state_since = Time();
    image_.pool.buffer_caps.clear();
    for (const BufferCap& declared : row->buffer_caps)
      image_.buffer_caps.push_back({code_of(declared.asset), declared.cap.units()});
    image_.edges = ledger_.compartments.at(ledger_.compartments.find_slot(pool_)).edges;
    take_accounts();
    take_conduits();
    take_papers();
    for (const auto& [code, scale] : assets_) image_.assets.push_back({code, scale});
    return std::move(image_);
  }

 private:
  [[nodiscard]] std::string code_of(AssetId id) {
    const ledger::Asset& asset = ledger_.assets.at(ledger_.assets.find_slot(id));
    assets_.emplace(asset.code, asset.scale);
    return asset.code;
  }

  [[nodiscard]] static Counters counters_of(const ledger::Account& a) {
    return {a.debits_pending.units(), a.debits_posted.units(), a.credits_pending.units(),
            a.credits_posted.units()};
  }

  void take_accounts() {
    ledger_.accounts.each([&](const ledger::Account& a) {
      if (a.pool != pool_ || is_conduit_half(a.id)) return;
      // Wallets do not travel; their transit accounts are at zero when a pool is detached.
      if (is_wallet_transit(a.id) && a.debits_posted == a.credits_posted) return;
      image_.accounts.push_back(
          {.id = a.id,
           .asset = code_of(a.asset),
           .account_class = a.account_class,
           .owner_class = a.owner_class,
           .owner = a.owner,
           .code = a.code,
           // Vaults and wallets do not travel, nor does their guard.
           .flags = static_cast<std::uint16_t>(a.flags & ~ledger::kLeavesByIntent),
           .floor = a.floor.units(),
           .ceiling = a.ceiling.units(),
           .user_data_128 = a.user_data_128,
           .user_data_64 = a.user_data_64,
           .user_data_32 = a.user_data_32,
           .counters = counters_of(a),
           .created = a.created});
    });
    ledger_.holds.each([&](const ledger::Hold& h) {
      const ledger::Account& debit = ledger_.accounts.at(h.debit);
      if (debit.pool != pool_) return;
      image_.holds.push_back({h.id, debit.id, ledger_.accounts.at(h.credit).id, h.amount.units(),
                              h.user_data_128, h.user_data_64, h.user_data_32, h.timeout_s, h.code,
                              h.flags, h.expires});
    });
    const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
    std::sort(image_.accounts.begin(), image_.accounts.end(), by_id);
    std::sort(image_.holds.begin(), image_.holds.end(), by_id);
  }

  // Which pool lies at the other end: here, or, of a pool that was attached, elsewhere.
  [[nodiscard]] std::string far_pool(const Conduit& conduit, PoolId far) const {
    const Pool* row = state_.pools.find(far);
    return row != nullptr ? row->code : conduit.far_pool;
  }

  void take_conduits() {
    state_.conduits.each([&](const Conduit& conduit) {
      if (conduit.from != pool_ && conduit.to != pool_) return;
      const bool from = conduit.from == pool_;
      ImageConduit image{.side = from ? ConduitSide::from : ConduitSide::to,
                         .asset = code_of(conduit.asset),
                         .far_pool = far_pool(conduit, from ? conduit.to : conduit.from),
                         .terms = conduit};
      const AccountId half = from ? conduit.half_from : conduit.half_to;
      image.half = counters_of(ledger_.accounts.at(ledger_.accounts.find_slot(half)));
      Conduit& terms = image.terms;
      terms.id = ConduitId();
      terms.from = terms.to = PoolId();
      terms.asset = AssetId();
      terms.half_from = terms.half_to = AccountId();
      terms.retired = true;
      terms.far_pool.clear();
      image_.conduits.push_back(std::move(image));
    });
    std::sort(
        image_.conduits.begin(), image_.conduits.end(),
        [](const ImageConduit& a, const ImageConduit& b) { return a.terms.code < b.terms.code; });
  }

  void take_papers() {
    const auto& agreements = state_.agreements.rows();
    for (auto at = agreements.lower_bound({pool_, 0});
         at != agreements.end() && at->first.pool == pool_; ++at) {
      image_.agreements.push_back(at->second);
      image_.agreements.back().pool = PoolId();
    }
    state_.beneficiaries.each([&](const Beneficiaries& row) {
      const ledger::Account* account = ledger_.accounts.find(row.account);
      if (account != nullptr && account->pool == pool_) image_.beneficiaries.push_back(row);
    });
    std::sort(image_.beneficiaries.begin(), image_.beneficiaries.end(),
              [](const Beneficiaries& a, const Beneficiaries& b) { return a.account < b.account; });
    state_.rules.each([&](const ReleaseRule& rule) { take_rule(rule); });
    std::sort(image_.rules.begin(), image_.rules.end(),
              [](const ImageRule& a, const ImageRule& b) { return a.terms.code < b.terms.code; });
  }

  void take_rule(const ReleaseRule& rule) {
    const Conduit* conduit = state_.conduits.find(rule.conduit);
    if (conduit == nullptr || conduit->from != pool_) return;
    ImageRule image{.conduit = conduit->code, .terms = rule};
    image.terms.id = RuleId();
    image.terms.conduit = ConduitId();
    image.terms.retired = true;
    for (ConditionNode& node : image.terms.condition) {
      const fact::Source* source = facts_.sources.find(node.source);
      image.sources.push_back(source == nullptr ? "" : source->code);
      node.source = base::SourceId();
    }
    image_.rules.push_back(std::move(image));
  }

  const State& state_;
  const ledger::State& ledger_;
  const fact::State& facts_;
  PoolId pool_;
  PoolImage image_;
  std::map<std::string, std::uint8_t> assets_;
};

}  // namespace

PoolImage image_of(const State& state, const ledger::State& ledger, const fact::State& facts,
                   PoolId pool) {
  return Photograph(state, ledger, facts, pool).take();
}

crypto::Hash pool_hash(const PoolImage& image) {
  crypto::Sha256 hash;
  base::Encoder out([&](std::string_view bytes) { hash.update(bytes); });
  out.value(image);
  out.finish();
  return hash.finish();
}

}  // namespace cofferdam::pool
