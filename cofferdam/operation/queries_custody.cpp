// SPDX-License-Identifier: Apache-2.0
//
// Queries of custody: signers, vaults, wallets, beneficiaries, intents.
#include "cofferdam/books/custody/authority.h"
#include "cofferdam/books/custody/intent_rules.h"
#include "cofferdam/operation/bundle.h"
#include "cofferdam/operation/queries.h"

#include <algorithm>

namespace cofferdam::operation {

struct VaultParameter {
  base::VaultId vault;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("vault", self.vault, "code of the vault");
  }
};

template <>
struct FieldForms<VaultParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"vault"};
};

struct IntentParameter {
  base::IntentId intent;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
  }
};

template <>
struct FieldForms<IntentParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"intent"};
};

namespace {

custody::View view_of(const engine::State& state) {
  return {state.custody, state.pool, state.ledger, state.principal};
}

Result<Listing> signer_list(const View& view, const PageParameters& page) {
  return page_of_table<custody::Signer>(view, view.state.custody.signers, page, kAll, kItself);
}

Result<Listing> beneficiary_list(const View& view, const PageParameters& page) {
  return page_of_table<custody::Beneficiary>(view, view.state.custody.beneficiaries, page, kAll,
                                             kItself);
}

Result<Listing> vault_list(const View& view, const PageParameters& page) {
  return page_of_table<custody::Vault>(view, view.state.custody.vaults, page, kAll, kItself);
}

struct CapRow {
  base::AssetId asset;
  base::Amount left;
  base::Amount max;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what may be released");
    visit("left", self.left, "what the cap leaves now");
    visit("max", self.max, "what it refills to");
  }
};

struct VaultRow {
  std::string code;
  base::PoolId pool;
  std::uint64_t chain_id = 0;
  std::string address;
  std::uint32_t policy_version = 0;
  custody::VaultPolicy policy;
  std::vector<CapRow> caps_now;
  std::uint64_t next_nonce = 0;
  std::uint32_t open_intents = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "the pool whose wallets it moves");
    visit("chain_id", self.chain_id, "chain id of the signing domain");
    visit("address", self.address, "verifying contract of the signing domain");
    visit("policy_version", self.policy_version, "counted from 1");
    visit("policy", self.policy, "who must sign");
    visit("caps_now", self.caps_now, "what may still be released");
    visit("next_nonce", self.next_nonce, "of the next intent");
    visit("open_intents", self.open_intents, "proposed or approved");
  }
};

Result<Listing> vault_show(const View& view, const VaultParameter& parameters) {
  const custody::State& state = view.state.custody;
  const custody::Vault* vault = state.vaults.find(parameters.vault);
  if (vault == nullptr) return not_found("vault", parameters.vault.value());
  VaultRow row{.code = vault->code,
               .pool = vault->pool,
               .chain_id = vault->chain_id,
               .address = vault->address,
               .policy_version = vault->policy_version,
               .policy = vault->policy,
               .next_nonce = vault->next_nonce,
               .open_intents = vault->open_intents};
  for (const custody::AssetCap& cap : vault->policy.caps)
    row.caps_now.push_back(
        {cap.asset, custody::cap_left(*vault, cap.asset, state, view.time), cap.limit.max});
  return single(row, view.codec);
}

struct WalletRow {
  std::string wallet;
  base::PoolId pool;
  base::VaultId vault;
  custody::Destination place;
  base::AssetId asset;
  base::AccountId custody_account;
  std::string token;
  base::SignedAmount holds;
  base::Amount outgoing;
  base::Amount incoming;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("wallet", self.wallet, "code of the wallet");
    visit("pool", self.pool, "the pool that it belongs to");
    visit("vault", self.vault, "the vault that moves it; null: it is only watched");
    visit("place", self.place, "where it is");
    visit("asset", self.asset, "what it holds");
    visit("custody_account", self.custody_account, "the account that counts it");
    visit("token", self.token, "the token's contract");
    visit("holds", self.holds, "what the books say it holds");
    visit("outgoing", self.outgoing, "of that, what was ordered to leave");
    visit("incoming", self.incoming, "what is on its way in from another wallet");
  }
};

// One row for each wallet and asset; pages are of wallets.
Result<Listing> wallet_list(const View& view, const PageParameters& page) {
  const Result<std::uint64_t> start = start_of(page);
  if (!start) return std::unexpected(start.error());
  Listing listing = listing_of<WalletRow>();
  const auto& wallets = view.state.custody.wallets;
  for (std::uint64_t slot = *start; slot < wallets.slot_end(); ++slot) {
    if (listing.rows.size() >= page.limit) {
      listing.next = std::to_string(slot);
      break;
    }
    const custody::Wallet& wallet = wallets.at(static_cast<base::Slot>(slot));
    for (const custody::WalletAsset& held : wallet.assets) {
      const ledger::Account& account = *view.state.ledger.accounts.find(held.custody_account);
      const WalletRow row{.wallet = wallet.code,
                          .pool = wallet.pool,
                          .vault = wallet.vault,
                          .place = wallet.place,
                          .asset = held.asset,
                          .custody_account = held.custody_account,
                          .token = held.token,
                          .holds = net(account.debits_posted, account.credits_posted),
                          .outgoing = held.outgoing_amount,
                          .incoming = held.incoming_amount};
      listing.rows.push_back(to_json(row, view.codec));
    }
  }
  return listing;
}

struct IntentFilter {
  std::optional<custody::IntentState> state;
  base::VaultId vault;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "only in this state");
    visit("vault", self.vault, "only of this vault");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> intent_list(const View& view, const IntentFilter& filter) {
  return page_of_table<custody::Intent>(
      view, view.state.custody.intents, filter.page,
      [&](const custody::Intent& intent) {
        return (!filter.state || *filter.state == intent.state) &&
               (filter.vault.is_none() || filter.vault == intent.vault);
      },
      kItself);
}

struct ApprovalRow {
  base::SignerId signer;
  custody::SignerKind kind = custody::SignerKind::secp256k1;
  std::string public_key;
  bool counts = false;
  base::Time time;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("signer", self.signer, "who signed");
    visit("kind", self.kind, "kind of key");
    visit("public_key", self.public_key, "the key that the signature was verified with just now");
    visit("counts", self.counts, "it verifies, and the signer is of the vault and not revoked");
    visit("time", self.time, "when it was brought");
  }
};

struct IntentRow {
  base::IntentId intent;
  base::VaultId vault;
  custody::IntentKind kind = custody::IntentKind::release;
  custody::IntentState state = custody::IntentState::proposed;
  std::vector<ShownField> fields_signed;
  std::string domain_hash;
  std::string message_hash;
  std::string digest;
  std::uint8_t approvals_needed = 0;
  std::vector<ApprovalRow> approvals;
  base::Time ready;
  base::Time deadline;
  std::vector<std::string> obstacles;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
    visit("vault", self.vault, "the vault");
    visit("kind", self.kind, "release, move, change_policy or cancel");
    visit("state", self.state, "proposed, approved, executed, settled, vetoed or cancelled");
    visit("fields", self.fields_signed, "everything that is signed, field by field");
    visit("domain_hash", self.domain_hash, "first hash to compare with the device's screen");
    visit("message_hash", self.message_hash, "second hash");
    visit("digest", self.digest, "third hash: what is signed");
    visit("approvals_needed", self.approvals_needed, "how many must sign");
    visit("approvals", self.approvals, "who signed, verified now");
    visit("ready", self.ready, "from when on it may be executed");
    visit("deadline", self.deadline, "until when");
    visit("obstacles", self.obstacles, "why it cannot be executed as the books stand");
    visit("reason", self.reason, "why it was proposed");
  }
};

void add_obstacles(const View& view, const custody::Intent& intent, const custody::Vault& vault,
                   std::vector<std::string>& obstacles) {
  if (!intent.is_open()) return;
  using S = custody::IntentStatus;
  const custody::View books = view_of(view.state);
  const auto add = [&](S status) {
    if (status != S::ok)
      obstacles.emplace_back(base::EnumText<S>::kDocs[static_cast<std::size_t>(status)]);
  };
  const S content = custody::check_content(intent, books);
  add(content);
  if (content == S::ok) add(custody::check_means(intent, books, view.time));
  if (intent.policy_version != vault.policy_version) add(S::stale_policy);
  const std::size_t needed = custody::threshold_of(vault.policy, intent.kind);
  if (!custody::enough_since(intent, needed, view.state.custody, view.state.principal))
    add(S::not_approved);
  if (view.time > intent.deadline) add(S::deadline_passed);
  if (intent.state == custody::IntentState::approved && view.time < intent.ready) add(S::too_soon);
}

Result<Listing> intent_show(const View& view, const IntentParameter& parameters) {
  const custody::State& state = view.state.custody;
  const custody::Intent* intent = state.intents.find(parameters.intent);
  if (intent == nullptr) return not_found("intent", parameters.intent.value());
  const custody::Vault& vault = *state.vaults.find(intent->vault);
  const crypto::TypedData typed = custody::typed_data(*intent, view_of(view.state));
  const crypto::TypedDataHashes hashes = custody::hashes_of(*intent, view_of(view.state));
  IntentRow row{.intent = intent->id,
                .vault = intent->vault,
                .kind = intent->kind,
                .state = intent->state,
                .fields_signed = shown_fields(typed),
                .domain_hash = "0x" + crypto::to_hex(hashes.domain),
                .message_hash = "0x" + crypto::to_hex(hashes.message),
                .digest = "0x" + crypto::to_hex(hashes.digest),
                .approvals_needed = custody::threshold_of(vault.policy, intent->kind),
                .ready = intent->ready,
                .deadline = intent->deadline,
                .reason = intent->reason};
  // As the command counts: under the policy in force, by who stands in it and signs now.
  const auto stands = [&](const custody::Signer& signer) {
    const auto& named = vault.policy.signers;
    return intent->policy_version == vault.policy_version &&
           std::find(named.begin(), named.end(), signer.id) != named.end() &&
           custody::signs(signer, view.state.principal);
  };
  for (const custody::Approval& approval : intent->approvals) {
    const custody::Signer& signer = *state.signers.find(approval.signer);
    const bool verifies = custody::check_signature(signer, hashes.digest, approval.signature) ==
                          custody::SignatureVerdict::ok;
    row.approvals.push_back({.signer = signer.id,
                             .kind = signer.kind,
                             .public_key = signer.public_key,
                             .counts = verifies && stands(signer),
                             .time = approval.time});
  }
  add_obstacles(view, *intent, vault, row.obstacles);
  return single(row, view.codec);
}

}  // namespace

void register_custody_queries(Registry& registry) {
  add_query<PageParameters, custody::Beneficiary>(
      registry, "beneficiary.list", "Whom vaults may pay, and in which form.", &beneficiary_list);
  add_query<IntentFilter, custody::Intent>(registry, "intent.list",
                                           "Intents of vaults, as they stand.", &intent_list);
  add_query<IntentParameter, IntentRow>(
      registry, "intent.show",
      "An intent field by field, with its three hashes computed anew and its signatures verified.",
      &intent_show);
  add_query<PageParameters, custody::Signer>(
      registry, "signer.list", "Keys that policies of vaults can name.", &signer_list);
  add_query<PageParameters, custody::Vault>(registry, "vault.list", "Vaults and their policies.",
                                            &vault_list);
  add_query<VaultParameter, VaultRow>(registry, "vault.show",
                                      "A vault: its policy, and what its caps leave.", &vault_show);
  add_query<PageParameters, WalletRow>(registry, "wallet.list",
                                       "Wallets: what they hold, and what of it is under way.",
                                       &wallet_list);
}

}  // namespace cofferdam::operation
