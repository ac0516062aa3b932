// SPDX-License-Identifier: Apache-2.0
//
// What vaults, wallets, signers and beneficiaries must be like; what intents may name; and laws
// that catch what no command would do.
#include "cofferdam/books/custody/test_vault.h"

#include <gmock/gmock.h>

namespace cofferdam::custody {
namespace {

using test::S;
using test::Vaults;

TEST(Destination, ibans) {
  // Examples of the SWIFT IBAN registry.
  for (const char* good :
       {"DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606",
        "NO9386011117947", "MT84MALT011000012345MTLCAST001S"})
    EXPECT_TRUE(is_iban(good)) << good;
  for (const char* bad :
       {"DE89370400440532013001", "DE98370400440532013000", "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00", "", "DE8937040044053", "8937040044053201300"})
    EXPECT_FALSE(is_iban(bad)) << bad;
}

TEST(Destination, one_way_to_write_a_place) {
  EXPECT_TRUE(is_destination({.chain_id = 1, .address = test::kPayee}));
  EXPECT_FALSE(is_destination({.chain_id = 0, .address = test::kPayee}));
  EXPECT_FALSE(
      is_destination({.chain_id = 1, .address = "0x00000000219ab540356cbb839cbe05303d7705fa"}));
  EXPECT_FALSE(
      is_destination({.chain_id = 1, .address = "0x0000000000000000000000000000000000000000"}));
  EXPECT_TRUE(
      is_destination({.form = DestinationForm::bank_account, .address = "DE89370400440532013000"}));
  EXPECT_FALSE(is_destination(
      {.form = DestinationForm::bank_account, .chain_id = 1, .address = "DE89370400440532013000"}));
}

PolicyFault fault(Vaults& v, auto change) {
  VaultPolicy policy = v.policy();
  change(policy);
  const PolicyFault shape = shape_fault(policy);
  return shape == PolicyFault::none ? state_fault(policy, v.view()) : shape;
}

TEST(VaultPolicy, what_is_none) {
  using F = PolicyFault;
  Vaults v;
  EXPECT_EQ(fault(v, [](VaultPolicy&) {}), F::none);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.signers.clear(); }), F::signers_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { std::swap(p.signers[0], p.signers[1]); }),
            F::signers_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.signers[1] = p.signers[0]; }), F::signers_malformed);
  // Nobody releases money alone.
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.threshold = 1; }), F::threshold_out_of_range);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.change_threshold = 4; }), F::threshold_out_of_range);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.threshold = 3, p.change_threshold = 2; }),
            F::threshold_out_of_range);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.delay = Duration(-1); }), F::delays_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.change_delay = base::kMinute * 30; }),
            F::delays_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.life = p.change_delay; }), F::delays_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.vetoers.push_back(p.vetoers[0]); }),
            F::vetoers_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.caps.push_back(p.caps[0]); }), F::caps_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.caps[0].limit.period = Duration(); }),
            F::caps_malformed);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.signers.push_back(SignerId(99)); }),
            F::signer_not_found);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.vetoers = {PrincipalId(99)}; }), F::vetoer_not_found);
  EXPECT_EQ(fault(v, [](VaultPolicy& p) { p.caps[0].asset = AssetId(99); }), F::asset_not_found);
  v.revoke(v.signers[2]);
  EXPECT_EQ(fault(v, [](VaultPolicy&) {}), F::signer_revoked);
}

TEST(VaultPolicy, two_keys_of_one_person_are_one) {
  Vaults v;
  // A second key in Ann's hands.
  apply(RegisterSigner{.code = "ann-2",
                       .public_key = crypto::to_text(test::ecdsa_key("ann-2").address()),
                       .principal = v.custody.signers.find(v.signers[0])->principal},
        v.custody, v.context());
  const SignerId second(static_cast<std::uint32_t>(v.context().created));
  EXPECT_EQ(fault(v,
                  [&](VaultPolicy& p) {
                    p.signers = {p.signers[0], second};
                    p.change_threshold = 2;
                  }),
            PolicyFault::signers_of_one_person);
}

TEST(Signers, keys) {
  Vaults v;
  RegisterSigner command{.code = "eve",
                         .public_key = crypto::to_text(test::ecdsa_key("eve").address()),
                         .principal = v.root};
  EXPECT_EQ(check_shape(command), SignerStatus::ok);
  EXPECT_EQ(check_state(command, v.custody, v.principals), SignerStatus::ok);
  RegisterSigner bad = command;
  bad.public_key = test::hex(bad.public_key);
  EXPECT_EQ(check_shape(bad), SignerStatus::public_key_malformed);
  bad = command;
  bad.kind = SignerKind::ed25519;
  EXPECT_EQ(check_shape(bad), SignerStatus::public_key_malformed);
  bad = command;
  bad.public_key = crypto::to_text(test::ecdsa_key("ann").address());
  EXPECT_EQ(check_state(bad, v.custody, v.principals), SignerStatus::key_exists);
  bad = command;
  bad.code = "ann";
  EXPECT_EQ(check_state(bad, v.custody, v.principals), SignerStatus::exists);
  // The holder may give a key up; another operator may not.
  v.context().principal = v.custody.signers.find(v.signers[0])->principal;
  EXPECT_EQ(check_state(RevokeSigner{v.signers[0], ""}, v.custody, v.principals, v.context()),
            SignerStatus::ok);
  EXPECT_EQ(check_state(RevokeSigner{v.signers[1], ""}, v.custody, v.principals, v.context()),
            SignerStatus::not_permitted);
}

OpenWallet new_wallet(Vaults& v) {
  return {.code = "third",
          .pool = v.pool,
          .vault = v.vault,
          .place = Vaults::address(3),
          .assets = {{.asset = v.usd, .custody_account = v.add_custody(v.pool)}}};
}

TEST(Wallets, belong_to_one_pool) {
  using W = OpenWalletStatus;
  Vaults v;
  const OpenWallet good = new_wallet(v);
  const auto status = [&](auto change) {
    OpenWallet command = good;
    change(command);
    const W shape = check_shape(command);
    return shape == W::ok ? check_state(command, v.custody, v.books.pools, v.books.ledger) : shape;
  };
  EXPECT_EQ(status([](OpenWallet&) {}), W::ok);
  EXPECT_EQ(status([&](OpenWallet& c) { c.pool = v.other_pool; }), W::vault_of_another_pool);
  EXPECT_EQ(status([&](OpenWallet& c) { c.pool = v.other_pool, c.vault = VaultId(); }),
            W::account_of_another_pool);
  EXPECT_EQ(status([](OpenWallet& c) { c.place.chain_id = 10; }), W::vault_on_another_chain);
  EXPECT_EQ(status([](OpenWallet& c) { c.place = Vaults::address(1); }), W::place_taken);
  EXPECT_EQ(status([&](OpenWallet& c) { c.assets[0].custody_account = v.custody_a; }),
            W::account_counts_another_wallet);
  EXPECT_EQ(status([&](OpenWallet& c) { c.assets[0].custody_account = v.client; }),
            W::not_a_custody_account);
  EXPECT_EQ(status([](OpenWallet& c) { c.assets.push_back(c.assets[0]); }), W::assets_malformed);
  EXPECT_EQ(status([](OpenWallet& c) { c.assets[0].token = "USDC"; }), W::token_malformed);
  EXPECT_EQ(status([](OpenWallet& c) { c.place.address += "0"; }), W::place_malformed);
  // A wallet without a vault is watched: it may be on any chain, and no vault pays from it.
  EXPECT_EQ(status([](OpenWallet& c) { c.vault = VaultId(), c.place.chain_id = 10; }), W::ok);
  EXPECT_EQ(status([](OpenWallet& c) {
              c.place = {.form = DestinationForm::bank_account,
                         .address = "DE89370400440532013000"};
            }),
            W::ok);
}

TEST(Beneficiaries, somebody_new_waits) {
  Vaults v;
  const BeneficiaryId fresh = v.add_beneficiary("fresh", OwnerId(), Vaults::address(9));
  v.books.changes.commit();
  ProposeIntent command = v.release();
  command.release->beneficiary = fresh;
  const IntentId id = v.proposed(command);
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kDay);
  EXPECT_EQ(v.execute(id), S::beneficiary_too_new);
  v.wait(base::kDay);
  EXPECT_EQ(v.execute(id), S::ok);
}

TEST(Beneficiaries, removed_between_approval_and_execution) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  EXPECT_EQ(check_state(RemoveBeneficiary{v.payee, ""}, v.custody), BeneficiaryStatus::ok);
  apply(RemoveBeneficiary{v.payee, ""}, v.custody, v.context());
  v.books.changes.commit();
  EXPECT_EQ(v.execute(id), S::beneficiary_removed);
}

TEST(Intents, name_what_belongs_together) {
  Vaults v;
  const AccountId foreign = v.books.add_account(
      {.pool = v.other_pool, .asset = v.usd, .owner_class = ledger::OwnerClass::house, .owner = 1});
  const AccountId stranger = v.books.add_account({.pool = v.pool, .asset = v.usd, .owner = 8});
  const BeneficiaryId own = v.add_beneficiary("own", OwnerId(7), Vaults::address(8));
  const BeneficiaryId inside = v.add_beneficiary("inside", OwnerId(), Vaults::address(2));
  const BeneficiaryId bank = v.add_beneficiary(
      "bank", OwnerId(),
      {.form = DestinationForm::bank_account, .address = "DE89370400440532013000"});
  // A vault of the other pool, and one beside ours.
  const VaultId foreign_vault = v.open("foreign", v.other_pool, v.policy());
  const VaultId second = v.open("second", v.pool, v.policy());
  v.books.changes.commit();
  const auto status = [&](auto change) {
    ProposeIntent command = v.release();
    change(command, *command.release);
    return v.propose(command);
  };
  using C = ProposeIntent;
  EXPECT_EQ(status([&](C& c, Release&) { c.vault = foreign_vault, c.nonce = 1; }),
            S::wallet_of_another_pool);
  EXPECT_EQ(status([&](C& c, Release&) { c.vault = second, c.nonce = 1; }),
            S::wallet_of_another_vault);
  EXPECT_EQ(status([&](C&, Release& r) { r.debit_account = foreign; }),
            S::debit_account_of_another_pool);
  EXPECT_EQ(status([&](C&, Release& r) { r.debit_account = v.custody_b; }),
            S::debit_account_not_payable);
  EXPECT_EQ(status([&](C&, Release& r) { r.debit_account = v.holding(v.wallet_a).outgoing; }),
            S::debit_account_not_payable);
  EXPECT_EQ(status([&](C&, Release& r) { r.beneficiary = own, r.debit_account = stranger; }),
            S::debit_account_of_another_owner);
  EXPECT_EQ(status([&](C&, Release& r) { r.beneficiary = bank; }), S::beneficiary_of_another_form);
  EXPECT_EQ(status([&](C&, Release& r) { r.beneficiary = inside; }), S::beneficiary_is_own_wallet);
  EXPECT_EQ(status([&](C&, Release& r) { r.beneficiary = BeneficiaryId(99); }),
            S::beneficiary_not_found);
  EXPECT_EQ(status([&](C&, Release& r) { r.amount = Amount(); }), S::amount_must_not_be_zero);
  EXPECT_EQ(status([&](C& c, Release&) { c.cancels = IntentId(1); }), S::exactly_one_content);
  EXPECT_EQ(status([&](C& c, Release&) { c.deadline = Time(c.deadline.value() + 1); }),
            S::deadline_malformed);
  EXPECT_EQ(status([&](C& c, Release&) { c.deadline = v.in(base::kDay * 8); }),
            S::deadline_too_far);
  EXPECT_EQ(status([&](C& c, Release&) { c.deadline = v.in(base::kMinute * 30); }),
            S::deadline_before_delay);
  // The wrong chain: an address of another chain is refused on the list already.
  EXPECT_EQ(
      check_state(AllowBeneficiary{.code = "l2", .vault = v.vault, .place = Vaults::address(9, 10)},
                  v.custody),
      BeneficiaryStatus::place_on_another_chain);
  EXPECT_EQ(status([](C&, Release&) {}), S::ok);
}

TEST(Intents, an_asset_without_a_cap_does_not_leave) {
  Vaults v;
  const AssetId eur = v.books.add_asset("EUR", 2);
  const AccountId held = v.books.add_account({.pool = v.pool,
                                              .asset = eur,
                                              .account_class = ledger::AccountClass::custody,
                                              .owner_class = ledger::OwnerClass::pool});
  OpenWallet wallet = new_wallet(v);
  wallet.assets = {{.asset = eur, .custody_account = held}};
  apply(wallet, v.custody, v.books.ledger, v.context());
  v.books.changes.commit();
  ProposeIntent command = v.release();
  command.release->wallet = WalletId(3);
  command.release->asset = eur;
  EXPECT_EQ(v.propose(command), S::asset_without_cap);
}

TEST(Intents, a_frozen_pool_pays_nothing) {
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  pool::enter(v.books.pools, v.books.ledger, v.context(), v.pool, pool::PoolState::frozen);
  v.books.changes.commit();
  EXPECT_EQ(v.execute(id), S::pool_not_open);
}

// What a faulty command would do, done by hand: a law names it.
std::string law_broken_by(Vaults& v, auto change) {
  change();
  const auto violation = v.broken();
  v.books.changes.rollback();
  EXPECT_FALSE(v.broken());
  return violation.value_or("");
}

TEST(CustodyLaws, executed_without_signatures) {
  using testing::HasSubstr;
  Vaults v;
  const IntentId id = v.proposed(v.release());
  EXPECT_EQ(v.sign(id, {0, 1}), S::ok);
  v.wait(base::kHour);
  const auto executed = [&](auto change) {
    return law_broken_by(v, [&] {
      Intent& row = v.custody.intents.edit(v.books.changes, id);
      row.state = IntentState::executed;
      row.executed = v.context().now;
      change(row);
    });
  };
  EXPECT_EQ(executed([](Intent&) {}), "");
  EXPECT_THAT(executed([](Intent& r) { r.approvals.pop_back(); }), HasSubstr("too few"));
  EXPECT_THAT(executed([](Intent& r) { r.approvals[1] = r.approvals[0]; }), HasSubstr("too few"));
  EXPECT_THAT(executed([](Intent& r) { r.approvals[1].signature[5] ^= 1; }),
              HasSubstr("does not verify"));
  EXPECT_THAT(executed([](Intent& r) { r.approvals[1].signer = SignerId(9); }),
              HasSubstr("not of its vault"));
  EXPECT_THAT(executed([](Intent& r) { r.release->amount = Amount(9'999); }),
              HasSubstr("another thing"));
  EXPECT_THAT(executed([](Intent& r) { r.executed = Time(); }), HasSubstr("outside its time"));
  EXPECT_THAT(executed([](Intent& r) { r.policy_version = 2; }), HasSubstr("another"));
  EXPECT_THAT(executed([](Intent& r) { r.executed = Time(r.ready.value() - 1); }),
              HasSubstr("outside its time"));
  EXPECT_THAT(executed([](Intent& r) { r.executed = Time(r.deadline.value() + 1); }),
              HasSubstr("outside its time"));
  EXPECT_THAT(law_broken_by(v,
                            [&] {
                              v.custody.signers.edit(v.books.changes, v.signers[1]).revoked = true;
                              Intent& row = v.custody.intents.edit(v.books.changes, id);
                              row.state = IntentState::executed;
                              row.executed = v.context().now;
                            }),
              HasSubstr("too few"));
}

TEST(CustodyLaws, policies_wallets_and_transit) {
  using testing::HasSubstr;
  Vaults v;
  base::Changes& changes = v.books.changes;
  const IntentId id = v.proposed(v.release());
  EXPECT_THAT(
      law_broken_by(v, [&] { v.custody.vaults.edit(changes, v.vault).policy.threshold = 1; }),
      HasSubstr("without an intent"));
  EXPECT_THAT(law_broken_by(v, [&] { v.custody.vaults.edit(changes, v.vault).policy_version = 2; }),
              HasSubstr("without an intent"));
  EXPECT_THAT(
      law_broken_by(v, [&] { v.custody.vaults.edit(changes, v.vault).pool = v.other_pool; }),
      HasSubstr("changed what it is"));
  EXPECT_THAT(law_broken_by(v, [&] { v.custody.vaults.edit(changes, v.vault).next_nonce = 1; }),
              HasSubstr("follow one another"));
  EXPECT_THAT(
      law_broken_by(v, [&] { v.custody.wallets.edit(changes, v.wallet_a).pool = v.other_pool; }),
      HasSubstr("left its pool"));
  EXPECT_THAT(
      law_broken_by(v,
                    [&] {
                      v.custody.wallets.edit(changes, v.wallet_a).assets[0].outgoing_amount =
                          Amount(1);
                    }),
      HasSubstr("under way"));
  EXPECT_THAT(law_broken_by(v,
                            [&] {
                              (void)ledger::post_leg(v.books.ledger, v.context(), v.slot(v.client),
                                                     v.slot(v.holding(v.wallet_a).outgoing),
                                                     Amount(5), 1);
                            }),
              HasSubstr("under way"));
  EXPECT_THAT(law_broken_by(v, [&] { v.custody.intents.edit(changes, id).nonce = 9; }),
              HasSubstr("changed what it says"));
  // Settled without having been executed: without signatures, and against its direction.
  EXPECT_THAT(
      law_broken_by(v, [&] { v.custody.intents.edit(changes, id).state = IntentState::settled; }),
      HasSubstr("too few"));
  v.custody.intents.edit(changes, id).state = IntentState::settled;
  EXPECT_THAT(check_intents_go_forward(v.custody).value_or(""), HasSubstr("went from"));
  changes.rollback();
  EXPECT_THAT(
      law_broken_by(v, [&] { v.custody.wallets.edit(changes, v.wallet_a).vault = VaultId(); }),
      HasSubstr("its vault"));
  EXPECT_THAT(
      law_broken_by(v,
                    [&] {
                      v.custody.wallets.edit(changes, v.wallet_a).assets[0].custody_account =
                          v.custody_b;
                    }),
      HasSubstr("its accounts"));
}

}  // namespace
}  // namespace cofferdam::custody
