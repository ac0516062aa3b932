// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/custody.h"

#include "cofferdam/base/check.h"

namespace cofferdam::custody {

namespace {

template <class Row, class Id>
[[nodiscard]] const Row* named(const base::Table<Row>& table, const ledger::NameIndex<Id>& names,
                               std::string_view code) {
  const Id id = ledger::find_named(names, code);
  return id.is_none() ? nullptr : table.find(id);
}

}  // namespace

const Vault* find_vault(const State& state, std::string_view code) {
  return named(state.vaults, state.vault_names, code);
}

const Wallet* find_wallet(const State& state, std::string_view code) {
  return named(state.wallets, state.wallet_names, code);
}

const Signer* find_signer(const State& state, std::string_view code) {
  return named(state.signers, state.signer_names, code);
}

const Beneficiary* find_beneficiary(const State& state, std::string_view code) {
  return named(state.beneficiaries, state.beneficiary_names, code);
}

const WalletAsset* holding_of(const Wallet& wallet, AssetId asset) {
  for (const WalletAsset& held : wallet.assets)
    if (held.asset == asset) return &held;
  return nullptr;
}

std::uint8_t threshold_of(const VaultPolicy& policy, IntentKind kind) {
  return kind == IntentKind::change_policy ? policy.change_threshold : policy.threshold;
}

Duration delay_of(const VaultPolicy& policy, IntentKind kind) {
  switch (kind) {
    case IntentKind::release:
    case IntentKind::move:
      return policy.delay;
    case IntentKind::change_policy:
      return policy.change_delay;
    case IntentKind::cancel:
      return Duration();
  }
  COFFERDAM_CHECK(false, "the list of intents is closed");
}

}  // namespace cofferdam::custody
