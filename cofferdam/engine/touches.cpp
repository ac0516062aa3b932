// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/touches.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/engine/record.h"

#include <algorithm>

namespace cofferdam::engine {

namespace {

using access::Touch;
using Touches = std::vector<Touch>;

class Walk {
 public:
  explicit Walk(const State& state) : state_(state) {}

  Touches touches;

  void operator()(const ledger::CreateAccounts& c) {
    for (const auto& event : c.accounts) at(event.pool, event.asset);
  }

  void operator()(const ledger::CreateTransfers& c) {
    for (const ledger::Transfer& event : c.transfers) transfer(event);
  }

  void operator()(const ledger::ChangeAccount& c) { account(c.account); }

  void operator()(const pool::SetBeneficiaries& c) { account(c.account); }

  void operator()(const pool::DeclareConduit& c) {
    at(c.from);
    at(c.to);
  }

  void operator()(const pool::RetireConduit& c) { conduit(c.conduit, std::nullopt); }

  void operator()(const pool::ConduitTransfer& c) { conduit(c.conduit, c.amount); }

  void operator()(const pool::SettleConduit& c) { conduit(c.conduit, c.amount); }

  void operator()(const pool::DeclareReleaseRule& c) { conduit(c.conduit, std::nullopt); }

  void operator()(const pool::RetireReleaseRule& c) { rule(c.rule); }

  void operator()(const pool::ExecuteRelease& c) { rule(c.rule); }

  void operator()(const pool::DistributeRunOff& c) {
    const ledger::Account* custody = state_.ledger.accounts.find(c.custody);
    at(c.pool, custody == nullptr ? base::AssetId() : custody->asset, c.amount);
  }

  void operator()(const market::RecordTrades& c) {
    for (const market::Trade& trade : c.trades) {
      at(trade.buyer_pool);
      at(trade.seller_pool);
    }
  }

  void operator()(const market::ClearTrades& c) {
    for (const market::ClearedTrade& trade : c.trades) {
      at(trade.buyer_pool);
      at(trade.seller_pool);
    }
  }

  void operator()(const default_management::OpenFund& c) { account(c.account); }

  void operator()(const default_management::IssueShares& c) { fund(c.fund, c.amount); }

  void operator()(const default_management::RequestShares& c) { fund(c.fund); }

  void operator()(const default_management::RedeemShares& c) { fund(c.fund); }

  void operator()(const default_management::CancelShares& c) { fund(c.fund); }

  void operator()(const default_management::AllocateLoss& c) { loss(c.loss); }

  void operator()(const default_management::Deleverage& c) { loss(c.loss); }

  void operator()(const default_management::CutClaims& c) { loss(c.loss); }

  void operator()(const default_management::SetLiquidationTerms& c) {
    at(c.terms.pool, c.terms.asset);
  }

  void operator()(const default_management::RecoverLoss& c) { loss(c.loss, c.amount); }

  void operator()(const default_management::PayAssessment& c) {
    const default_management::Assessment* row = state_.resolution.assessments.find(c.assessment);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset,
       c.amount);
  }

  void operator()(const insurance::NotifyClaim& c) { cover(c.cover); }

  void operator()(const insurance::CloseIncident& c) { incident(c.incident); }

  void operator()(const insurance::DeclareConflict& c) { incident(c.incident); }

  void operator()(const insurance::RecordRecovery& c) { incident(c.incident); }

  void operator()(const insurance::CancelCover& c) { cover(c.code); }

  void operator()(const custody::AllowBeneficiary& c) { vault(c.vault); }

  void operator()(const custody::RemoveBeneficiary& c) {
    const custody::Beneficiary* row = state_.custody.beneficiaries.find(c.beneficiary);
    vault(row == nullptr ? base::VaultId() : row->vault);
  }

  void operator()(const custody::ProposeIntent& c) {
    if (c.release) {
      vault(c.vault, c.release->asset, c.release->amount);
    } else if (c.move) {
      vault(c.vault, c.move->asset, c.move->amount);
    } else {
      vault(c.vault);
    }
  }

  void operator()(const alert::SetAlert& c) { alert_rule(c); }

  void operator()(const alert::AcknowledgeAlert& c) { alert(c.alert); }

  void operator()(const alert::RetireAlert& c) { alert(c.alert); }

  void operator()(const reconciliation::RecordStatement& c) { holding(c.wallet, c.account); }

  void operator()(const reconciliation::BeginReconciliation& c) { holding(c.wallet, c.account); }

  void operator()(const reconciliation::AssignBreak& c) { breaks(c.breaks); }

  void operator()(const reconciliation::ExplainBreak& c) { breaks(c.breaks); }

  void operator()(const reconciliation::ResolveBreak& c) { breaks(c.breaks); }

  // By the members that every such command has.
  struct ByMembers {};

  // A tariff for the books as a whole has no pool; neither has what only admins of all pools do.
  template <class C>
  ByMembers operator()(const C& c) {
    if constexpr (requires {
                    { c.intent } -> std::convertible_to<base::IntentId>;
                  }) {
      intent(c.intent);
    } else if constexpr (requires {
                           { c.proposal } -> std::convertible_to<base::ProposalId>;
                         }) {
      proposal(c.proposal);
    } else if constexpr (requires {
                           { c.claim } -> std::convertible_to<std::uint32_t>;
                         }) {
      claim(c.claim);
    } else if constexpr (requires {
                           { c.pool } -> std::convertible_to<base::PoolId>;
                         }) {
      if (!c.pool.is_none()) at(c.pool);
    }
    return {};
  }

 private:
  void at(base::PoolId pool, base::AssetId asset = {}, std::optional<base::Amount> amount = {}) {
    touches.push_back({pool, asset, amount});
  }

  void account(base::AccountId id) {
    const ledger::Account* row = state_.ledger.accounts.find(id);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset);
  }

  // What is proposed, wherever it acts; else the pool under which it is kept.
  void proposal(base::ProposalId id) {
    const decision::Proposal* row = state_.decision.proposals.find(id);
    if (row == nullptr) return;
    const std::size_t before = touches.size();
    const auto proposed =
        is_proposed_ ? std::nullopt : decode_command(row->operation, row->version, row->content);
    is_proposed_ = true;
    if (proposed) std::visit([&](const auto& c) { (*this)(c); }, *proposed);
    if (touches.size() == before && !row->pool.is_none()) at(row->pool);
  }

  // A rule that looks at no pool is about the books as a whole.
  void alert_rule(const auto& rule) {
    if (!rule.vault.is_none()) {
      vault(rule.vault);
    } else if (!rule.pool.is_none()) {
      at(rule.pool);
    }
  }

  void alert(alert::AlertId id) {
    const alert::AlertRule* row = state_.alert.rules.find(id);
    if (row == nullptr) return at(base::PoolId());
    alert_rule(*row);
  }

  void holding(base::WalletId wallet, base::AccountId account_id) {
    if (wallet.is_none()) return account(account_id);
    const custody::Wallet* row = state_.custody.wallets.find(wallet);
    at(row == nullptr ? base::PoolId() : row->pool);
  }

  void breaks(const std::vector<reconciliation::BreakId>& ids) {
    for (const reconciliation::BreakId id : ids) {
      const reconciliation::Break* row = state_.reconciliation.breaks.find(id);
      if (row == nullptr) {
        at(base::PoolId());
      } else {
        at(row->pool, row->asset);
      }
    }
  }

  void cover(const std::string& code) {
    const insurance::Cover* row = state_.insurance.covers.find(code);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset);
  }

  void incident(const std::string& code) {
    const insurance::Incident* row = insurance::find_incident(state_.claims, code);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset);
  }

  void claim(std::uint32_t number) {
    const insurance::Claim* row = state_.claims.claims.find(number);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset);
  }

  void fund(const std::string& code, std::optional<base::Amount> amount = {}) {
    const default_management::FundRow* row = state_.default_management.funds.find(code);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset,
       amount);
  }

  void loss(std::uint32_t number, std::optional<base::Amount> amount = {}) {
    const default_management::Loss* row = state_.default_management.losses.find(number);
    at(row == nullptr ? base::PoolId() : row->pool, row == nullptr ? base::AssetId() : row->asset,
       amount);
  }

  void transfer(const ledger::Transfer& event) {
    const ledger::Hold* hold =
        event.pending_id.is_none() ? nullptr : state_.ledger.holds.find(event.pending_id);
    const ledger::Account* debit = hold != nullptr
                                       ? &state_.ledger.accounts.at(hold->debit)
                                       : state_.ledger.accounts.find(event.debit_account);
    // What is void moves nothing.
    const base::Amount amount = event.is(ledger::kVoidPending) ? base::Amount() : event.amount;
    if (debit != nullptr) {
      at(debit->pool, debit->asset, amount);
    } else {
      at(event.pool, event.asset, amount);
    }
  }

  void conduit(base::ConduitId id, std::optional<base::Amount> amount) {
    const pool::Conduit* row = state_.pool.conduits.find(id);
    if (row == nullptr) return at(base::PoolId());
    at(row->from, row->asset, amount);
    at(row->to, row->asset, amount);
  }

  void rule(base::RuleId id) {
    const pool::ReleaseRule* row = state_.pool.rules.find(id);
    if (row == nullptr) return at(base::PoolId());
    conduit(row->conduit, row->amount);
  }

  void vault(base::VaultId id, base::AssetId asset = {}, std::optional<base::Amount> amount = {}) {
    const custody::Vault* row = state_.custody.vaults.find(id);
    at(row == nullptr ? base::PoolId() : row->pool, asset, amount);
  }

  void intent(base::IntentId id) {
    const custody::Intent* row = state_.custody.intents.find(id);
    if (row == nullptr) return at(base::PoolId());
    if (row->release) {
      vault(row->vault, row->release->asset, row->release->amount);
    } else if (row->move) {
      vault(row->vault, row->move->asset, row->move->amount);
    } else {
      vault(row->vault);
    }
  }

  const State& state_;
  bool is_proposed_ = false;  // nothing proposes a proposal: a forged one goes no deeper
};

// Commands whose touches are written out above, and those that have a member of one of these names.
template <class C>
constexpr bool kNamesPool =
    std::is_void_v<decltype(std::declval<Walk&>()(std::declval<const C&>()))> ||
    requires(const C& c) {
      { c.pool } -> std::convertible_to<base::PoolId>;
    } || requires(const C& c) {
      { c.intent } -> std::convertible_to<base::IntentId>;
    } || requires(const C& c) {
      { c.proposal } -> std::convertible_to<base::ProposalId>;
    } || requires(const C& c) {
      { c.claim } -> std::convertible_to<std::uint32_t>;
    };

template <class... C>
[[nodiscard]] bool names_pool(std::uint16_t operation, const std::variant<C...>* /*any*/) {
  return ((Operation<C>::kNumber == operation && kNamesPool<C>) || ...);
}

}  // namespace

bool names_pool(std::uint16_t operation) {
  return names_pool(operation, static_cast<const CommandVariant*>(nullptr));
}

std::vector<access::Touch> touches_of(const Command& command, const State& state) {
  Walk walk(state);
  std::visit([&](const auto& c) { walk(c); }, command);
  return std::move(walk.touches);
}

std::vector<base::PoolId> pools_of(const Command& command, const State& state) {
  std::vector<base::PoolId> pools;
  for (const Touch& touch : touches_of(command, state)) pools.push_back(touch.pool);
  if (pools.empty()) pools.emplace_back();
  std::ranges::sort(pools);
  const auto repeated = std::ranges::unique(pools);
  pools.erase(repeated.begin(), repeated.end());
  return pools;
}

}  // namespace cofferdam::engine
