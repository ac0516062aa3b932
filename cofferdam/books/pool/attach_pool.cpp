// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/attach_pool.h"

#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/pool/account_ids.h"

#include <algorithm>
#include <map>

namespace cofferdam::pool {

using S = AttachPoolStatus;

namespace {

using base::u128;

[[nodiscard]] bool is_sorted_once(const auto& list, auto key) {
  return std::adjacent_find(list.begin(), list.end(), [&](const auto& a, const auto& b) {
           return !(key(a) < key(b));
         }) == list.end();
}

[[nodiscard]] bool names_what_it_uses(const PoolImage& image) {
  const auto is_asset = [&](const std::string& code) {
    const auto at = std::lower_bound(
        image.assets.begin(), image.assets.end(), code,
        [](const ImageAsset& asset, const std::string& wanted) { return asset.code < wanted; });
    return at != image.assets.end() && at->code == code;
  };
  const auto has = [&](AccountId id) {
    return std::binary_search(image.accounts.begin(), image.accounts.end(), ImageAccount{.id = id},
                              [](const auto& a, const auto& b) { return a.id < b.id; });
  };
  const auto all = [](const auto& list, auto test) {
    return std::all_of(list.begin(), list.end(), test);
  };
  return all(image.buffer_caps, [&](const auto& cap) { return is_asset(cap.asset); }) &&
         all(image.accounts,
             [&](const ImageAccount& a) {
               return is_asset(a.asset) && !a.id.is_none() && !a.id.is_reserved() &&
                      !is_conduit_half(a.id) && !is_wallet_transit(a.id);
             }) &&
         all(image.conduits,
             [&](const ImageConduit& c) {
               return is_asset(c.asset) && !c.far_pool.empty() && c.terms.retired;
             }) &&
         all(image.holds, [&](const auto& h) { return has(h.debit) && has(h.credit); }) &&
         all(image.beneficiaries, [&](const auto& row) { return has(row.account); }) &&
         all(image.rules, [&](const ImageRule& r) {
           return r.terms.retired && r.sources.size() == r.terms.condition.size() &&
                  std::any_of(image.conduits.begin(), image.conduits.end(),
                              [&](const ImageConduit& c) { return c.terms.code == r.conduit; });
         });
}

[[nodiscard]] bool is_in_order(const PoolImage& image) {
  const auto id = [](const auto& row) { return row.id; };
  const auto code = [](const auto& row) { return row.code; };
  const auto terms_code = [](const auto& row) { return row.terms.code; };
  std::uint32_t number = 0;
  const bool numbered = std::all_of(image.agreements.begin(), image.agreements.end(),
                                    [&](const Agreement& a) { return a.number == ++number; });
  return ledger::is_code(image.pool.code, kPoolCodeMax) &&
         !(image.pool.activity.empty() && image.pool.exposure.empty()) &&
         image.pool.state == PoolState::frozen && image.pool.id.is_none() &&
         image.pool.buffer_caps.empty() && numbered && image.pool.agreements == number &&
         is_sorted_once(image.assets, code) && is_sorted_once(image.accounts, id) &&
         is_sorted_once(image.holds, id) && is_sorted_once(image.conduits, terms_code) &&
         is_sorted_once(image.rules, terms_code) &&
         is_sorted_once(image.beneficiaries, [](const auto& row) { return row.account; }) &&
         std::all_of(image.assets.begin(), image.assets.end(), [](const ImageAsset& asset) {
           return ledger::is_code(asset.code, ledger::kAssetCodeMax) &&
                  asset.scale <= ledger::kScaleMax;
         });
}

// Sums that stop being true when they overflow.
struct Sum {
  u128 debits = 0;
  u128 credits = 0;
  bool fits = true;

  void add(u128 debit, u128 credit) {
    fits = fits && !__builtin_add_overflow(debits, debit, &debits) &&
           !__builtin_add_overflow(credits, credit, &credits);
  }
};

// No money is made on the way: an image is an assertion, and only its balance makes it one to book.
[[nodiscard]] bool balances(const PoolImage& image) {
  std::map<std::string, Sum> posted;
  std::map<AccountId, Sum> pending;
  for (const ImageConduit& c : image.conduits)
    posted[c.asset].add(c.half.debits_posted, c.half.credits_posted);
  for (const ImageHold& h : image.holds) {
    pending[h.debit].add(h.amount, 0);
    pending[h.credit].add(0, h.amount);
  }
  for (const ImageAccount& a : image.accounts) {
    posted[a.asset].add(a.counters.debits_posted, a.counters.credits_posted);
    // Adding both must stay in 128 bits: the ledger's own law on an account.
    Sum both;
    both.add(a.counters.debits_posted, a.counters.credits_posted);
    both.add(a.counters.debits_pending, a.counters.credits_pending);
    const auto held = pending.find(a.id);
    const Sum none;
    const Sum& holds = held == pending.end() ? none : held->second;
    if (!both.fits || !holds.fits || holds.debits != a.counters.debits_pending ||
        holds.credits != a.counters.credits_pending)
      return false;
  }
  return std::all_of(posted.begin(), posted.end(), [](const auto& row) {
    return row.second.fits && row.second.debits == row.second.credits;
  });
}

class Attachment {
 public:
  Attachment(const PoolImage& image, State& state, ledger::State& ledger, const fact::State& facts,
             Context& context)
      : image_(image), state_(state), ledger_(ledger), facts_(facts), context_(context) {}

  [[nodiscard]] PoolId run() {
    for (const ImageAsset& asset : image_.assets) {
      if (ledger::find_asset(ledger_, asset.code) == nullptr)
        ledger::apply(ledger::CreateAsset{.code = asset.code, .scale = asset.scale}, ledger_,
                      context_);
      assets_[asset.code] = ledger::find_asset(ledger_, asset.code)->id;
    }
    put_pool();
    for (const ImageAccount& account : image_.accounts) put_account(account);
    put_holds();
    for (const ImageConduit& conduit : image_.conduits) put_conduit(conduit);
    for (Agreement agreement : image_.agreements) {
      agreement.pool = pool_;
      state_.agreements.insert(context_.changes, std::move(agreement));
    }
    for (const Beneficiaries& row : image_.beneficiaries)
      state_.beneficiaries.insert(context_.changes, row);
    for (const ImageRule& rule : image_.rules) put_rule(rule);
    return pool_;
  }

 private:
  void put_pool() {
    pool_ = PoolId(static_cast<std::uint32_t>(state_.pools.size() + 1));
    Pool pool = image_.pool;
    pool.id = pool_;
    for (const ImageBufferCap& cap : image_.buffer_caps)
      pool.buffer_caps.push_back({assets_.at(cap.asset), Amount(cap.cap)});
    state_.pool_names.insert(context_.changes, {pool.code, pool_});
    state_.pools.insert(context_.changes, std::move(pool));
    ledger_.compartments.insert(context_.changes,
                                ledger::Compartment{.pool = pool_, .edges = image_.edges});
    enter(state_, ledger_, context_, pool_, PoolState::frozen);
  }

  void count(Slot slot, const Counters& counters, Time created) {
    ledger::Account& row = ledger_.accounts.edit(context_.changes, slot);
    ledger::Total& total = ledger_.totals.edit(context_.changes, row.total);
    const auto set = [](Amount& of_account, Amount& of_total, u128 units) {
      of_account = Amount(units);
      of_total += Amount(units);
    };
    set(row.debits_pending, total.debits_pending, counters.debits_pending);
    set(row.debits_posted, total.debits_posted, counters.debits_posted);
    set(row.credits_pending, total.credits_pending, counters.credits_pending);
    set(row.credits_posted, total.credits_posted, counters.credits_posted);
    row.created = created;
  }

  void put_account(const ImageAccount& a) {
    const Slot slot =
        ledger::open_account(ledger_, context_,
                             ledger::AccountEvent{.id = a.id,
                                                  .pool = pool_,
                                                  .asset = assets_.at(a.asset),
                                                  .account_class = a.account_class,
                                                  .owner_class = a.owner_class,
                                                  .owner = a.owner,
                                                  .code = a.code,
                                                  .flags = a.flags,
                                                  .floor = ledger::SignedAmount(a.floor),
                                                  .ceiling = ledger::SignedAmount(a.ceiling),
                                                  .user_data_128 = a.user_data_128,
                                                  .user_data_64 = a.user_data_64,
                                                  .user_data_32 = a.user_data_32});
    count(slot, a.counters, a.created);
  }

  void put_holds() {
    std::size_t position = 0;
    for (const ImageHold& h : image_.holds) {
      const std::uint64_t address = ledger::address_of(context_.sequence, position++);
      ledger_.holds.insert(context_.changes,
                           ledger::Hold{.id = h.id,
                                        .debit = ledger_.accounts.find_slot(h.debit),
                                        .credit = ledger_.accounts.find_slot(h.credit),
                                        .amount = Amount(h.amount),
                                        .user_data_128 = h.user_data_128,
                                        .user_data_64 = h.user_data_64,
                                        .user_data_32 = h.user_data_32,
                                        .timeout_s = h.timeout_s,
                                        .code = h.code,
                                        .flags = h.flags,
                                        .address = address,
                                        .expires = h.expires});
      if (h.expires != Time())
        ledger_.expiries.insert(context_.changes, ledger::Expiry{h.expires, address, h.id});
    }
  }

  void put_conduit(const ImageConduit& c) {
    const bool from = c.side == ConduitSide::from;
    Conduit row = c.terms;
    row.id = ConduitId(static_cast<std::uint32_t>(state_.conduits.size() + 1));
    row.asset = assets_.at(c.asset);
    row.far_pool = c.far_pool;
    (from ? row.from : row.to) = pool_;
    const AccountId half = system_account(
        from ? SystemAccount::conduit_from : SystemAccount::conduit_to, row.id.value());
    (from ? row.half_from : row.half_to) = half;
    const Slot slot =
        ledger::open_account(ledger_, context_,
                             ledger::AccountEvent{.id = half,
                                                  .pool = pool_,
                                                  .asset = row.asset,
                                                  .account_class = ledger::AccountClass::conduit,
                                                  .owner_class = OwnerClass::pool,
                                                  .code = 1});
    count(slot, c.half, row.created);
    state_.conduit_names.insert(context_.changes, {row.code, row.id});
    state_.conduits.insert(context_.changes, std::move(row));
  }

  void put_rule(const ImageRule& r) {
    ReleaseRule row = r.terms;
    row.id = RuleId(static_cast<std::uint32_t>(state_.rules.size() + 1));
    row.conduit = ledger::find_named(state_.conduit_names, r.conduit);
    for (std::size_t i = 0; i < row.condition.size(); ++i)
      row.condition[i].source = ledger::find_named(facts_.names, r.sources[i]);
    state_.rule_names.insert(context_.changes, {row.code, row.id});
    state_.rules.insert(context_.changes, std::move(row));
  }

  const PoolImage& image_;
  State& state_;
  ledger::State& ledger_;
  const fact::State& facts_;
  Context& context_;
  PoolId pool_;
  std::map<std::string, AssetId> assets_;
};

}  // namespace

S check_shape(const AttachPool& command) {
  const PoolImage& image = command.image;
  if (image.format != kImageFormat) return S::format_unknown;
  if (image.accounts.size() > kImageAccountsMax || image.holds.size() > kImageHoldsMax ||
      image.assets.size() > kImageAssetsMax)
    return S::too_large;
  if (crypto::to_hex(pool_hash(image)) != command.hash) return S::hash_differs;
  if (!is_in_order(image) || !names_what_it_uses(image)) return S::image_malformed;
  if (!balances(image)) return S::does_not_balance;
  return S::ok;
}

S check_state(const AttachPool& command, const State& state, const ledger::State& ledger,
              const fact::State& facts) {
  const PoolImage& image = command.image;
  if (find_pool(state, image.pool.code) != nullptr) return S::pool_exists;
  for (const ImageAsset& asset : image.assets) {
    const ledger::Asset* here = ledger::find_asset(ledger, asset.code);
    if (here != nullptr && here->scale != asset.scale) return S::asset_has_other_scale;
  }
  for (const ImageAccount& account : image.accounts)
    if (ledger.accounts.find(account.id) != nullptr) return S::account_exists;
  for (const ImageHold& hold : image.holds)
    if (ledger.holds.find(hold.id) != nullptr) return S::hold_exists;
  for (const ImageConduit& conduit : image.conduits)
    if (find_conduit(state, conduit.terms.code) != nullptr) return S::conduit_exists;
  for (const ImageRule& rule : image.rules) {
    if (find_rule(state, rule.terms.code) != nullptr) return S::rule_exists;
    for (const std::string& source : rule.sources)
      if (!source.empty() && fact::find_source(facts, source) == nullptr)
        return S::source_not_found;
  }
  for (std::size_t i = 1; i <= image.conduits.size(); ++i)
    for (const SystemAccount kind : {SystemAccount::conduit_from, SystemAccount::conduit_to})
      if (ledger.accounts.find(system_account(kind, state.conduits.size() + i)) != nullptr)
        return S::half_id_taken;
  return S::ok;
}

S apply(const AttachPool& command, State& state, ledger::State& ledger, const fact::State& facts,
        Context& context) {
  context.created = Attachment(command.image, state, ledger, facts, context).run().value();
  return S::ok;
}

}  // namespace cofferdam::pool
