// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/invariants.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/books/custody/typed_intent.h"
#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::custody {

namespace {

using Violation = std::optional<std::string>;

[[nodiscard]] std::string named(const Intent& intent) {
  return "intent " + std::to_string(intent.id.value());
}

// The vault as it was before this command, with the policy that was in force.
[[nodiscard]] Vault vault_before(const State& state, VaultId id) {
  Vault vault = *state.vaults.find(id);
  state.vaults.each_touched([&](const Vault* before, const Vault* /*after*/) {
    if (before != nullptr && before->id == id) vault = *before;
  });
  return vault;
}

// How many persons stand behind these signers.
[[nodiscard]] std::size_t persons_of(const std::vector<PrincipalId>& holders,
                                     const principal::State& principals) {
  std::vector<PrincipalId> persons;
  for (const PrincipalId holder : holders)
    if (std::none_of(persons.begin(), persons.end(), [&](PrincipalId other) {
          return principal::same_person(principals, holder, other);
        }))
      persons.push_back(holder);
  return persons.size();
}

[[nodiscard]] Violation unsigned_execution(const Intent& intent, const View& view) {
  const crypto::Hash digest = hashes_of(intent, view).digest;
  if (crypto::to_hex(digest) != intent.digest)
    return named(intent) + " says another thing than what was signed";
  const Vault vault = vault_before(view.custody, intent.vault);
  if (intent.policy_version != vault.policy_version)
    return named(intent) + " was executed under another policy than it was signed under";
  const VaultPolicy& policy = vault.policy;
  const std::set<SignerId> allowed(policy.signers.begin(), policy.signers.end());
  std::set<SignerId> counted;
  std::vector<PrincipalId> holders;
  for (const Approval& approval : intent.approvals) {
    const Signer* signer = view.custody.signers.find(approval.signer);
    if (signer == nullptr || !allowed.contains(approval.signer))
      return named(intent) + " counts a signer who is not of its vault";
    if (check_signature(*signer, digest, approval.signature) != SignatureVerdict::ok)
      return named(intent) + " holds a signature that does not verify";
    const principal::Principal* holder = view.principals.principals.find(signer->principal);
    if (!signer->revoked && holder != nullptr && holder->active &&
        counted.insert(approval.signer).second)
      holders.push_back(signer->principal);
  }
  if (persons_of(holders, view.principals) < threshold_of(policy, intent.kind))
    return named(intent) + " was executed with too few signatures";
  if (intent.executed < intent.ready || intent.executed > intent.deadline)
    return named(intent) + " was executed outside its time";
  return std::nullopt;
}

[[nodiscard]] bool may_become(IntentState from, IntentState to) {
  switch (from) {
    case IntentState::proposed:
      return to == IntentState::approved || to == IntentState::vetoed ||
             to == IntentState::cancelled;
    case IntentState::approved:
      return to == IntentState::executed || to == IntentState::settled ||
             to == IntentState::vetoed || to == IntentState::cancelled;
    case IntentState::executed:
      return to == IntentState::settled || to == IntentState::cancelled;
    case IntentState::settled:
    case IntentState::vetoed:
    case IntentState::cancelled:
      return false;
  }
  return false;
}

[[nodiscard]] bool is_executed(const Intent& intent) {
  return intent.state == IntentState::executed || intent.state == IntentState::settled;
}

// What an intent says, without what happens to it.
[[nodiscard]] std::string words_of(const Intent& intent) {
  return base::encode(Intent{.id = intent.id,
                             .vault = intent.vault,
                             .nonce = intent.nonce,
                             .policy_version = intent.policy_version,
                             .deadline = intent.deadline,
                             .kind = intent.kind,
                             .release = intent.release,
                             .move = intent.move,
                             .policy = intent.policy,
                             .cancels = intent.cancels,
                             .reason = intent.reason,
                             .proposer = intent.proposer,
                             .proposed = intent.proposed,
                             .digest = intent.digest});
}

[[nodiscard]] Violation went_wrong(const Intent& before, const Intent& after) {
  if (words_of(before) != words_of(after)) return named(after) + " changed what it says";
  if (before.state != after.state && !may_become(before.state, after.state))
    return named(after) + " went from " + std::string(base::name_of(before.state)) + " to " +
           std::string(base::name_of(after.state));
  if (after.approvals.size() < before.approvals.size()) return named(after) + " lost an approval";
  return std::nullopt;
}

[[nodiscard]] Violation transit_differs(const Wallet& wallet, const ledger::State& ledger) {
  for (const WalletAsset& held : wallet.assets) {
    const ledger::Account* outgoing = ledger.accounts.find(held.outgoing);
    const ledger::Account* incoming = ledger.accounts.find(held.incoming);
    if (outgoing == nullptr || incoming == nullptr)
      return "wallet " + wallet.code + " lacks a transit account";
    const auto promised = base::try_sub(outgoing->credits_posted, outgoing->debits_posted);
    const auto awaited = base::try_sub(incoming->debits_posted, incoming->credits_posted);
    if (promised != held.outgoing_amount || awaited != held.incoming_amount)
      return "the transit accounts of wallet " + wallet.code + " differ from what is under way";
  }
  return std::nullopt;
}

[[nodiscard]] bool same_accounts(const Wallet& a, const Wallet& b) {
  return std::equal(a.assets.begin(), a.assets.end(), b.assets.begin(), b.assets.end(),
                    [](const WalletAsset& x, const WalletAsset& y) {
                      return x.asset == y.asset && x.custody_account == y.custody_account &&
                             x.token == y.token && x.outgoing == y.outgoing &&
                             x.incoming == y.incoming;
                    });
}

[[nodiscard]] bool is_transit(AccountId id) {
  const AccountId none = transit_account(TransitAccount::outgoing, WalletId(), AssetId());
  const AccountId other = transit_account(TransitAccount::incoming, WalletId(), AssetId());
  const std::uint64_t mark = base::high64(id.value());
  return mark == base::high64(none.value()) || mark == base::high64(other.value());
}

}  // namespace

Violation check_executed_was_signed(const View& view) {
  Violation violation;
  view.custody.intents.each_touched([&](const Intent* before, const Intent* after) {
    if (violation || after == nullptr || !is_executed(*after)) return;
    if (before != nullptr && is_executed(*before)) return;
    violation = unsigned_execution(*after, view);
  });
  return violation;
}

Violation check_intents_go_forward(const State& state) {
  Violation violation;
  std::set<std::pair<VaultId, std::uint64_t>> nonces;
  state.intents.each_touched([&](const Intent* before, const Intent* after) {
    if (violation) return;
    if (after == nullptr) {
      violation = named(*before) + " was removed";
    } else if (before != nullptr) {
      violation = went_wrong(*before, *after);
    } else {
      // The vault's counter has passed every nonce that was given; a new one is right behind it.
      const Vault* vault = state.vaults.find(after->vault);
      if (vault == nullptr || after->nonce >= vault->next_nonce ||
          !nonces.emplace(after->vault, after->nonce).second)
        violation = named(*after) + " has a nonce that is not its own";
    }
  });
  state.vaults.each_touched([&](const Vault* before, const Vault* after) {
    if (violation || before == nullptr || after == nullptr) return;
    std::uint64_t given = 0;
    for (const auto& [vault, nonce] : nonces)
      if (vault == after->id && nonce >= before->next_nonce) ++given;
    if (after->next_nonce != before->next_nonce + given)
      violation = "the nonces of vault " + after->code + " do not follow one another";
  });
  return violation;
}

Violation check_policy_changes_by_intent(const State& state) {
  Violation violation;
  state.vaults.each_touched([&](const Vault* before, const Vault* after) {
    if (violation || before == nullptr) return;
    if (after == nullptr || before->pool != after->pool || before->chain_id != after->chain_id ||
        before->address != after->address) {
      violation = "vault " + before->code + " changed what it is";
      return;
    }
    if (base::encode(before->policy) == base::encode(after->policy) &&
        before->policy_version == after->policy_version)
      return;
    bool by_intent = after->policy_version == before->policy_version + 1;
    bool found = false;
    state.intents.each_touched([&](const Intent* /*before*/, const Intent* intent) {
      found = found || (intent != nullptr && intent->vault == after->id && intent->policy &&
                        intent->state == IntentState::settled &&
                        base::encode(*intent->policy) == base::encode(after->policy));
    });
    by_intent = by_intent && found;
    if (!by_intent) violation = "the policy of vault " + after->code + " changed without an intent";
  });
  return violation;
}

Violation check_wallets_keep_their_pool(const State& state, const ledger::State& ledger) {
  Violation violation;
  state.wallets.each_touched([&](const Wallet* before, const Wallet* after) {
    if (violation) return;
    if (after == nullptr ||
        (before != nullptr && (before->pool != after->pool || !(before->place == after->place) ||
                               before->vault != after->vault || !same_accounts(*before, *after)))) {
      violation = "wallet " + before->code + " left its pool, its place, its vault or its accounts";
      return;
    }
    for (const WalletAsset& held : after->assets)
      for (const AccountId id : {held.custody_account, held.outgoing, held.incoming}) {
        const ledger::Account* account = ledger.accounts.find(id);
        if (account == nullptr || account->pool != after->pool || account->asset != held.asset)
          violation = "an account of wallet " + after->code + " lies outside its pool";
      }
    const Place* place = state.places.find(text_of(after->place));
    if (place == nullptr || place->wallet != after->id)
      violation = "two wallets stand where wallet " + after->code + " stands";
  });
  return violation;
}

namespace {

// What this command took from a cap.
[[nodiscard]] Amount spent_of_cap(const State& state, VaultId vault, AssetId asset) {
  const VaultPolicy& policy = state.vaults.find(vault)->policy;
  Amount spent;
  state.windows.each_touched([&](const CapWindow* before, const CapWindow* after) {
    if (before == nullptr || after == nullptr || after->vault != vault || after->asset != asset)
      return;
    for (const AssetCap& cap : policy.caps)
      if (cap.asset == asset) {
        const Amount had = pool::accrue(cap.limit, before->window, after->window.since).balance;
        spent = base::try_sub(had, after->window.balance).value_or(Amount());
      }
  });
  return spent;
}

}  // namespace

Violation check_leaves_by_intent(const State& state, const ledger::State& ledger) {
  if (state.wallets.size() == 0 || !ledger::touched_class(ledger, ledger::AccountClass::custody))
    return std::nullopt;
  std::map<AccountId, base::u128> ordered;
  state.intents.each_touched([&](const Intent* before, const Intent* after) {
    if (before == nullptr || after == nullptr || before->state != IntentState::executed ||
        after->state != IntentState::settled || !(after->release || after->move))
      return;
    const WalletId id = after->release ? after->release->wallet : after->move->from;
    const auto add = [&](AssetId asset, Amount amount) {
      const WalletAsset* held = holding_of(*state.wallets.find(id), asset);
      if (held != nullptr) ordered[held->custody_account] += amount.units();
    };
    if (after->release) add(after->release->asset, after->release->amount);
    if (after->move) add(after->move->asset, after->move->amount);
    // The fee that it was settled with has spent a cap; nothing else does so in this command.
    for (const WalletAsset& held : state.wallets.find(id)->assets)
      add(held.asset, spent_of_cap(state, after->vault, held.asset));
  });
  Violation violation;
  ledger.accounts.each_touched([&](const ledger::Account* before, const ledger::Account* after) {
    if (violation || after == nullptr || after->account_class != ledger::AccountClass::custody)
      return;
    const CountedBy* counted = state.counted.find(after->id);
    if (counted == nullptr) return;
    const Wallet* wallet = state.wallets.find(counted->wallet);
    if (wallet == nullptr || wallet->vault.is_none()) return;
    if (!after->is(ledger::kLeavesByIntent))
      violation = "a custody account of wallet " + wallet->code + " is not guarded";
    if (before == nullptr) return;
    const auto found = ordered.find(after->id);
    const base::u128 left = after->credits_posted.units() - before->credits_posted.units();
    if (after->credits_posted < before->credits_posted ||
        after->credits_pending > before->credits_pending ||
        left != (found == ordered.end() ? 0 : found->second))
      violation = "something left wallet " + wallet->code + " without an executed intent";
  });
  return violation;
}

Violation check_transit_is_named(const State& state, const ledger::State& ledger) {
  Violation violation;
  state.wallets.each_touched([&](const Wallet* /*before*/, const Wallet* after) {
    if (!violation && after != nullptr) violation = transit_differs(*after, ledger);
  });
  if (!ledger::touched_class(ledger, ledger::AccountClass::in_transit)) return violation;
  // A transit account that moved without its wallet is found by the number in its id.
  ledger.accounts.each_touched(
      [&](const ledger::Account* /*before*/, const ledger::Account* after) {
        // An account of another class with such an id is somebody else's.
        if (violation || after == nullptr || !is_transit(after->id) ||
            after->account_class != ledger::AccountClass::in_transit)
          return;
        const WalletId id(static_cast<std::uint32_t>(base::low64(after->id.value()) >> 32));
        const Wallet* wallet = state.wallets.find(id);
        violation = wallet == nullptr ? Violation("a transit account belongs to no wallet")
                                      : transit_differs(*wallet, ledger);
      });
  return violation;
}

}  // namespace cofferdam::custody
