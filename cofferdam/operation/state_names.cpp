// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/state_names.h"

namespace cofferdam::operation {
namespace {

template <class Row>
std::optional<std::uint32_t> number_in(const Row* row) {
  if (row == nullptr) return std::nullopt;
  return row->id.value();
}

template <class Row>
std::string code_in(const Row* row) {
  return row == nullptr ? std::string() : row->code;
}

}  // namespace

std::optional<std::uint32_t> StateNames::number_of(Numbered kind, std::string_view code) const {
  switch (kind) {
    case Numbered::asset:
      return number_in(ledger::find_asset(state_.ledger, code));
    case Numbered::pool:
      return number_in(pool::find_pool(state_.pool, code));
    case Numbered::principal:
      return number_in(principal::find_principal(state_.principal, code));
    case Numbered::conduit:
      return number_in(pool::find_conduit(state_.pool, code));
    case Numbered::contract:
      return number_in(market::find_contract(state_.market, code));
    case Numbered::rule:
      return number_in(pool::find_rule(state_.pool, code));
    case Numbered::source:
      return number_in(fact::find_source(state_.fact, code));
    case Numbered::vault:
      return number_in(custody::find_vault(state_.custody, code));
    case Numbered::wallet:
      return number_in(custody::find_wallet(state_.custody, code));
    case Numbered::signer:
      return number_in(custody::find_signer(state_.custody, code));
    case Numbered::beneficiary:
      return number_in(custody::find_beneficiary(state_.custody, code));
    case Numbered::alert:
      return number_in(alert::find_alert(state_.alert, code));
    case Numbered::rulebook:
      return number_in(margin::find_rulebook(state_.margin, code));
    case Numbered::proposal:
    case Numbered::intent:
    case Numbered::statement:
    case Numbered::reconciliation_break:
    case Numbered::none:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string StateNames::code_of(Numbered kind, std::uint32_t number) const {
  switch (kind) {
    case Numbered::asset:
      return code_in(state_.ledger.assets.find(base::AssetId(number)));
    case Numbered::pool:
      return code_in(state_.pool.pools.find(base::PoolId(number)));
    case Numbered::principal:
      return code_in(state_.principal.principals.find(base::PrincipalId(number)));
    case Numbered::conduit:
      return code_in(state_.pool.conduits.find(base::ConduitId(number)));
    case Numbered::contract:
      return code_in(state_.market.contracts.find(base::ContractId(number)));
    case Numbered::rule:
      return code_in(state_.pool.rules.find(base::RuleId(number)));
    case Numbered::source:
      return code_in(state_.fact.sources.find(base::SourceId(number)));
    case Numbered::vault:
      return code_in(state_.custody.vaults.find(base::VaultId(number)));
    case Numbered::wallet:
      return code_in(state_.custody.wallets.find(base::WalletId(number)));
    case Numbered::signer:
      return code_in(state_.custody.signers.find(base::SignerId(number)));
    case Numbered::beneficiary:
      return code_in(state_.custody.beneficiaries.find(base::BeneficiaryId(number)));
    case Numbered::alert:
      return code_in(state_.alert.rules.find(alert::AlertId(number)));
    case Numbered::rulebook:
      return code_in(state_.margin.rulebooks.find(margin::RulebookId(number)));
    case Numbered::proposal:
    case Numbered::intent:
    case Numbered::statement:
    case Numbered::reconciliation_break:
    case Numbered::none:
      return {};
  }
  return {};
}

std::optional<unsigned> StateNames::scale_of(base::AssetId asset) const {
  const ledger::Asset* row = state_.ledger.assets.find(asset);
  return row == nullptr ? std::nullopt : std::optional<unsigned>(row->scale);
}

std::optional<unsigned> StateNames::scale_of(base::AccountId account) const {
  const ledger::Account* row = state_.ledger.accounts.find(account);
  return row == nullptr ? std::nullopt : scale_of(row->asset);
}

std::optional<unsigned> StateNames::scale_of(base::TransferId hold) const {
  const ledger::Hold* row = state_.ledger.holds.find(hold);
  return row == nullptr ? std::nullopt : scale_of(state_.ledger.accounts.at(row->debit).asset);
}

std::optional<unsigned> StateNames::scale_of(base::ConduitId conduit) const {
  const pool::Conduit* row = state_.pool.conduits.find(conduit);
  return row == nullptr ? std::nullopt : scale_of(row->asset);
}

std::optional<unsigned> StateNames::scale_of(base::SourceId source) const {
  const fact::Source* row = state_.fact.sources.find(source);
  return row == nullptr ? std::nullopt : std::optional<unsigned>(row->scale);
}

std::optional<ContractScales> StateNames::scales_of(base::ContractId contract) const {
  const market::Contract* row = state_.market.contracts.find(contract);
  if (row == nullptr) return std::nullopt;
  return ContractScales{.price = row->price_scale,
                        .quantity = row->quantity_scale,
                        .settlement = scale_of(row->settlement_asset).value_or(0)};
}

}  // namespace cofferdam::operation
