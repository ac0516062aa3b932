// SPDX-License-Identifier: Apache-2.0
//
// The whole way of an intent, and everything that must be refused on it.
#include "cofferdam/books/custody/test_vault.h"

namespace cofferdam::custody {
namespace {

using test::S;
using test::Vaults;

TEST(Vault, a_release_from_proposal_to_confirmation) {
  Vaults v;
  const IntentId id = v.proposed(v.release(1'250));
  EXPECT_EQ(v.sign(id, {0}), S::ok);
  EXPECT_EQ(v.intent(id).state, IntentState::proposed);
  EXPECT_EQ(v.sign(id, {2}), S::ok);
  EXPECT_EQ(v.intent(id).state, IntentState::approved);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  // Whose money it was is debited; the wallet still holds it, promised.
  EXPECT_EQ(v.held(v.client), 100'000 - 1'250);
  EXPECT_EQ(v.held(v.custody_a), -100'000);
  EXPECT_EQ(v.held(v.holding(v.wallet_a).outgoing), 1'250);
  EXPECT_EQ(free_in_wallet(*v.custody.wallets.find(v.wallet_a), v.usd, v.books.ledger),
            Amount(100'000 - 1'250));
  EXPECT_EQ(v.settle({.intent = id, .transaction = "0xabc"}), S::ok);
  EXPECT_EQ(v.held(v.custody_a), -(100'000 - 1'250));
  EXPECT_EQ(v.held(v.holding(v.wallet_a).outgoing), 0);
  EXPECT_EQ(v.intent(id).state, IntentState::settled);
  EXPECT_EQ(v.settle({.intent = id, .transaction = "0xabc"}), S::not_executed);
  EXPECT_EQ(v.execute(id), S::not_open);
}

TEST(Vault, a_move_between_wallets_of_the_pool) {
  Vaults v;
  ProposeIntent command = v.release();
  command.release.reset();
  command.move = Move{.from = v.wallet_a, .to = v.wallet_b, .asset = v.usd, .amount = Amount(400)};
  const IntentId id = v.proposed(command);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  EXPECT_EQ(v.held(v.client), 100'000);
  EXPECT_EQ(v.held(v.holding(v.wallet_a).outgoing), 400);
  EXPECT_EQ(v.held(v.holding(v.wallet_b).incoming), -400);
  EXPECT_EQ(v.settle({.intent = id, .transaction = "0xabc"}), S::ok);
  EXPECT_EQ(v.held(v.custody_a), -99'600);
  EXPECT_EQ(v.held(v.custody_b), -400);
  EXPECT_EQ(v.held(v.holding(v.wallet_b).incoming), 0);
}

TEST(Vault, one_signature_less_than_asked) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {1}), S::ok);
  v.wait(base::kHour * 2);
  EXPECT_EQ(v.execute(id), S::not_approved);
}

TEST(Vault, a_signer_counts_once) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.approve({id, {v.approval(0, id), v.approval(0, id)}}), S::approvals_not_ascending);
  EXPECT_EQ(v.sign(id, {0}), S::ok);
  EXPECT_EQ(v.sign(id, {0}), S::already_approved);
  v.wait(base::kHour * 2);
  EXPECT_EQ(v.execute(id), S::not_approved);
}

TEST(Vault, approvals_stand_in_order) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {1, 0}), S::approvals_not_ascending);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
}

// A signature over the same intent with one bound thing changed.
S signed_for_another(Vaults& v, IntentId id, const std::string& member, const std::string& value) {
  crypto::TypedData typed = typed_data(v.intent(id), v.view());
  bool found = false;
  for (auto* object : {&typed.domain, &typed.message})
    for (auto& [name, inner] : object->members)
      if (name == member) {
        EXPECT_NE(inner.text, value);
        inner.text = value;
        found = true;
      }
  EXPECT_TRUE(found) << member;
  const crypto::Hash digest = crypto::hash_typed_data(typed).value().digest;
  return v.approve({id, {{v.signers[0], v.signature_of(0, digest)}}});
}

TEST(Vault, an_approval_binds_all_that_it_names) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  const std::vector<std::pair<std::string, std::string>> others{
      {"pool", "house"},
      {"vault", "second"},
      {"nonce", "2"},
      {"policyVersion", "2"},
      {"deadline", "1970-01-05T00:00:00Z"},
      {"wallet", "cold"},
      {"walletPlace", "bank_account DE89370400440532013000"},
      {"beneficiary", "mallory"},
      {"form", "bank_account"},
      {"destinationChain", "10"},
      {"destination", "0x0000000000000000000000000000000000000009"},
      {"asset", "EUR"},
      {"amount", "12.51"},
      {"units", "1251"},
      {"debitAccount", "0x1"},
      {"name", "Coffer"},
      {"version", "2"},
      {"chainId", "10"},
      {"verifyingContract", "0x0000000000000000000000000000000000000009"}};
  // Everything in the document is on the list.
  const crypto::TypedData typed = typed_data(v.intent(id), v.view());
  EXPECT_EQ(typed.domain.members.size() + typed.message.members.size(), others.size());
  for (const auto& [member, value] : others)
    EXPECT_EQ(signed_for_another(v, id, member, value), S::signature_does_not_verify) << member;
}

TEST(Vault, a_signature_of_another_intent_is_none) {
  Vaults v;
  const IntentId first = v.proposed(v.release());
  const IntentId second = v.proposed(v.release());
  EXPECT_EQ(v.approve({second, {v.approval(0, first)}}), S::signature_does_not_verify);
  EXPECT_EQ(v.approve({second, {v.approval(2, first)}}), S::signature_does_not_verify);
  // Nor is another signer's.
  EXPECT_EQ(v.approve({first, {{v.signers[1], v.approval(0, first).signature}}}),
            S::signature_does_not_verify);
}

TEST(Vault, a_nonce_is_used_once) {
  Vaults v;
  const ProposeIntent command = v.release();
  const IntentId id = v.proposed(command);
  EXPECT_EQ(v.propose(command), S::nonce_used);
  ProposeIntent ahead = v.release();
  ahead.nonce += 1;
  EXPECT_EQ(v.propose(ahead), S::nonce_skips);
  // Executed approvals cannot be used again.
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  EXPECT_EQ(v.sign(id, {2}), S::not_open);
  EXPECT_EQ(v.propose(command), S::nonce_used);
}

TEST(Vault, a_revoked_key) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  const SignedApproval lost = v.approval(0, id);
  v.revoke(v.signers[0]);
  EXPECT_EQ(v.approve({id, {lost}}), S::signer_revoked);
  // Revoked after it signed: what it signed counts no more, until others make up for it.
  const IntentId next = v.proposed(v.release());
  EXPECT_EQ(v.sign(next, {1, 2}), S::ok);
  v.revoke(v.signers[1]);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(next), S::approvals_revoked);
}

TEST(Vault, a_malleated_signature) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  const SignedApproval good = v.approval(0, id);
  // (r, n - s) with the other parity is the same signer's, and refused all the same.
  const crypto::Word n =
      crypto::parse_word("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
          .value();
  const crypto::Word s = crypto::parse_word("0x" + good.signature.substr(64, 64)).value();
  crypto::Word other{};
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = n[i] - s[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    other[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  const std::string v_byte = good.signature.substr(128) == "1b" ? "1c" : "1b";
  const std::string high =
      good.signature.substr(0, 64) + test::hex(crypto::bytes_view(other)) + v_byte;
  EXPECT_EQ(v.approve({id, {{v.signers[0], high}}}), S::signature_not_canonical);
  EXPECT_EQ(v.approve({id, {{v.signers[0], good.signature.substr(0, 128) + "00"}}}),
            S::signature_not_canonical);
  EXPECT_EQ(v.approve({id, {{v.signers[0], good.signature.substr(0, 128)}}}),
            S::signature_malformed);
  EXPECT_EQ(v.approve({id, {{v.signers[0], "0x" + good.signature}}}), S::signature_malformed);
  // An Ed25519 signature with its scalar raised by the order of the group.
  EXPECT_EQ(v.approve({id, {{v.signers[2], std::string(128, 'f')}}}), S::signature_does_not_verify);
  EXPECT_EQ(v.approve({id, {good}}), S::ok);
}

TEST(Vault, a_stale_policy) {
  Vaults v;
  const IntentId waiting = v.proposed(v.release());
  const IntentId approved = v.proposed(v.release());
  EXPECT_EQ(v.sign(approved, {0, 1}), S::ok);
  ProposeIntent change = v.release();
  change.release.reset();
  change.policy = v.policy();
  change.policy->delay = base::kHour * 2;
  const IntentId id = v.proposed(change);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  EXPECT_EQ(v.intent(id).state, IntentState::proposed);  // a change asks for three
  EXPECT_EQ(v.sign(id, {2}), S::ok);
  v.wait(base::kDay);
  EXPECT_EQ(v.execute(id), S::too_soon);
  v.wait(base::kDay);
  EXPECT_EQ(v.execute(id), S::ok);
  EXPECT_EQ(v.custody.vaults.find(v.vault)->policy_version, 2U);
  EXPECT_EQ(v.sign(waiting, {0}), S::stale_policy);
  EXPECT_EQ(v.execute(approved), S::stale_policy);
  // Anybody may clear away what can never happen.
  EXPECT_EQ(v.cancel(approved, v.vetoer), S::ok);
}

TEST(Vault, signers_are_rotated_by_an_intent) {
  Vaults v;
  const SignerId dan = v.add_signer("dan");
  v.books.changes.commit();
  const IntentId early = v.proposed(v.release());
  EXPECT_EQ(v.sign(early, {3}), S::signer_not_of_vault);
  ProposeIntent change = v.release();
  change.release.reset();
  change.policy = v.policy();
  change.policy->signers = {v.signers[0], v.signers[1], dan};
  const IntentId id = v.proposed(change);
  EXPECT_EQ(v.sign(id, {0, 1, 2}), S::ok);
  v.wait(base::kDay * 2);
  EXPECT_EQ(v.execute(id), S::ok);
  const IntentId next = v.proposed(v.release());
  EXPECT_EQ(v.sign(next, {2}), S::signer_not_of_vault);
  EXPECT_EQ(v.sign(next, {0, 3}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(next), S::ok);
}

TEST(Vault, delay_and_deadline_to_the_nanosecond) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  const Time deadline = v.intent(id).deadline;
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  const Time ready = v.intent(id).ready;
  v.context().now = Time(ready.value() - 1);
  EXPECT_EQ(v.execute(id), S::too_soon);
  v.context().now = Time(deadline.value() + 1);
  EXPECT_EQ(v.execute(id), S::deadline_passed);
  EXPECT_EQ(v.sign(id, {2}), S::deadline_passed);
  v.context().now = deadline;
  EXPECT_EQ(v.execute(id), S::ok);
}

TEST(Vault, a_veto_is_for_those_whom_the_policy_names) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  EXPECT_EQ(v.veto(id, v.root), S::not_permitted);
  EXPECT_EQ(v.veto(id, v.vetoer), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::not_open);
  EXPECT_EQ(v.sign(id, {2}), S::not_open);
  EXPECT_EQ(v.veto(id, v.vetoer), S::not_open);
}

TEST(Vault, the_proposer_takes_back) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.cancel(id, v.vetoer), S::not_permitted);
  EXPECT_EQ(v.cancel(id, v.root), S::ok);
  EXPECT_EQ(v.custody.vaults.find(v.vault)->open_intents, 0U);
}

TEST(Vault, what_was_executed_is_cancelled_by_signatures_only) {
  Vaults v;
  const IntentId paid = v.proposed(v.release(1'250));
  EXPECT_EQ(v.sign(paid, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(paid), S::ok);
  EXPECT_EQ(v.cancel(paid, v.root), S::not_open);
  EXPECT_EQ(v.veto(paid, v.vetoer), S::not_open);
  ProposeIntent command = v.release();
  command.release.reset();
  command.cancels = paid;
  const IntentId id = v.proposed(command);
  EXPECT_EQ(v.sign(id, {1, 2}), S::ok);
  EXPECT_EQ(v.execute(id), S::ok);
  EXPECT_EQ(v.intent(paid).state, IntentState::cancelled);
  EXPECT_EQ(v.held(v.client), 100'000);
  EXPECT_EQ(v.held(v.holding(v.wallet_a).outgoing), 0);
  EXPECT_EQ(v.settle({.intent = paid, .transaction = "x"}), S::not_executed);
}

TEST(Vault, caps_refill_by_whole_periods) {
  Vaults v;
  const auto pay = [&](base::u128 amount) {
    const IntentId id = v.proposed(v.release(amount));
    EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
    v.wait(base::kHour);
    return v.execute(id);
  };
  EXPECT_EQ(pay(50'001), S::exceeds_cap);
  EXPECT_EQ(pay(45'000), S::ok);
  EXPECT_EQ(pay(5'001), S::exceeds_cap);
  v.wait(base::kDay);
  EXPECT_EQ(pay(15'000), S::ok);
  EXPECT_EQ(pay(1), S::exceeds_cap);
}

TEST(Vault, no_more_than_the_wallet_and_the_client_have) {
  Vaults v;
  ProposeIntent move = v.release();
  move.release.reset();
  move.move = Move{.from = v.wallet_a, .to = v.wallet_b, .asset = v.usd, .amount = Amount(99'500)};
  const IntentId moved = v.proposed(move);
  const IntentId paid = v.proposed(v.release(501));
  EXPECT_EQ(v.sign(moved, {0, 1}), S::ok);
  EXPECT_EQ(v.sign(paid, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(moved), S::ok);
  EXPECT_EQ(v.execute(paid), S::exceeds_wallet);
  EXPECT_EQ(v.settle({.intent = moved, .transaction = "x"}), S::ok);
  EXPECT_EQ(v.execute(paid), S::exceeds_wallet);
  // The client's own money bounds it too, though the wallet holds more.
  const AccountId poor = v.books.add_account(
      {.pool = v.pool, .asset = v.usd, .owner = 8, .flags = ledger::kDebitsMustNotExceedCredits});
  ProposeIntent more = v.release(10);
  more.release->debit_account = poor;
  const IntentId id = v.proposed(more);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::exceeds_balance);
  EXPECT_EQ(v.intent(id).state, IntentState::approved);  // nothing is left of the attempt
}

TEST(Vault, network_fees_have_a_name) {
  Vaults v;
  const AccountId costs = v.books.add_account({.pool = v.pool,
                                               .asset = v.usd,
                                               .account_class = ledger::AccountClass::fee,
                                               .owner_class = ledger::OwnerClass::house,
                                               .owner = 1});
  const IntentId id = v.proposed(v.release(1'000));
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(v.execute(id), S::ok);
  const NetworkFee fee{.asset = v.usd, .amount = Amount(3), .debit_account = costs};
  NetworkFee wrong = fee;
  wrong.debit_account = v.custody_a;
  EXPECT_EQ(v.settle({.intent = id, .transaction = "x", .fee = wrong}), S::fee_account_malformed);
  EXPECT_EQ(v.settle({.intent = id, .transaction = "x", .fee = fee}), S::ok);
  EXPECT_EQ(v.held(v.custody_a), -(100'000 - 1'003));
  EXPECT_EQ(v.held(costs), -3);
}

}  // namespace
}  // namespace cofferdam::custody
