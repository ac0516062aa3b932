// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/access.h"

#include "cofferdam/books/access/invariants.h"
#include "cofferdam/books/access/set_grant.h"
#include "cofferdam/books/access/set_signature_policy.h"
#include "cofferdam/books/access/signing_key.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/change_principal.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/crypto/ed25519.h"

#include <gtest/gtest.h>

namespace cofferdam::access {
namespace {

using principal::kAdmin;
using principal::kApprover;
using principal::kAuditor;
using principal::kOperator;
using principal::kRoot;

std::string new_key() {
  return crypto::to_hex(crypto::SigningKey::generate().public_key());
}

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    admin = add("admin", kAdmin | kOperator);
    clerk = add("clerk", kOperator);
    auditor = add("auditor", kAuditor);
    nobody = add("nobody", 0);
    context.sequence = 10;
    changes.commit();
  }

  PrincipalId add(const std::string& code, int roles) {
    apply(principal::CreatePrincipal{.code = code, .roles = static_cast<std::uint16_t>(roles)},
          principals, context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  template <class Command>
  auto give(PrincipalId actor, const Command& command) {
    context.principal = actor;
    auto status = check_shape(command);
    if (status == decltype(status)::ok)
      status = check_state(command, state, principals, std::as_const(context));
    if (status == decltype(status)::ok) {
      apply(command, state, context);
      EXPECT_EQ(check_root_can_sign(state, principals), std::nullopt);
      EXPECT_EQ(check_keys_stay_revoked(state), std::nullopt);
      changes.commit();
    }
    return status;
  }

  SetSignaturePolicyStatus require(PrincipalId actor, const SetSignaturePolicy& command) {
    context.principal = actor;
    auto status = check_shape(command);
    if (status == SetSignaturePolicyStatus::ok)
      status = check_state(command, state, principals, context);
    if (status == SetSignaturePolicyStatus::ok) {
      apply(command, std::span(&command.operation, 1), state, context);
      changes.commit();
    }
    return status;
  }

  State state;
  principal::State principals;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .postings = postings};
  PrincipalId root{1};
  PrincipalId admin, clerk, auditor, nobody;
};

TEST_F(AccessTest, RegisteringRefusesInOrderOfPrecedence) {
  using enum SigningKeyStatus;
  const std::string key = new_key();
  // y = 1 is the neutral element, of small order; the next is no point of the curve.
  const std::string small = "01" + std::string(62, '0');
  const std::string no_point = "02" + std::string(62, '0');
  for (const std::string& bad : {std::string("x"), key.substr(1), key + "0", small, no_point})
    EXPECT_EQ(give(clerk, RegisterSigningKey{PrincipalId(99), "1x", bad}), public_key_malformed);
  EXPECT_EQ(give(clerk, RegisterSigningKey{PrincipalId(99), "1x", key}), name_malformed);
  EXPECT_EQ(give(clerk, RegisterSigningKey{PrincipalId(99), "phone", key}), principal_not_found);
  EXPECT_EQ(give(clerk, RegisterSigningKey{root, "phone", key}), not_permitted);
  EXPECT_EQ(give(admin, RegisterSigningKey{root, "phone", key}), role_not_held);
  EXPECT_EQ(give(admin, RegisterSigningKey{auditor, "phone", key}), role_not_held);
  EXPECT_EQ(give(clerk, RegisterSigningKey{clerk, "phone", key}), first_key_by_admin);
  EXPECT_EQ(give(admin, RegisterSigningKey{clerk, "phone", key}), ok);
  EXPECT_EQ(give(admin, RegisterSigningKey{admin, "phone", key}), key_exists);
  EXPECT_EQ(give(clerk, RegisterSigningKey{clerk, "phone", new_key()}), name_exists);
  for (int i = 1; i < 16; ++i)
    EXPECT_EQ(give(clerk, RegisterSigningKey{clerk, "k" + std::to_string(i), new_key()}), ok) << i;
  EXPECT_EQ(give(clerk, RegisterSigningKey{clerk, "k16", new_key()}), too_many_keys);
  // A full holder may still exchange one for another.
  EXPECT_EQ(give(clerk, RotateSigningKey{key, new_key(), "k16"}), ok);
}

TEST_F(AccessTest, ARevokedKeyStaysAndIsNeverRegisteredAgain) {
  using enum SigningKeyStatus;
  const std::string key = new_key();
  EXPECT_EQ(give(root, RevokeSigningKey{key, ""}), key_not_found);
  EXPECT_EQ(give(root, RegisterSigningKey{clerk, "phone", key}), ok);
  EXPECT_EQ(find_key(state, key)->from, 10U);
  EXPECT_TRUE(has_key_in_force(state, clerk));
  EXPECT_EQ(give(nobody, RevokeSigningKey{key, ""}), not_permitted);
  EXPECT_EQ(give(root, RevokeSigningKey{key, std::string(1025, 'x')}), reason_too_long);
  context.sequence = 12;
  EXPECT_EQ(give(clerk, RevokeSigningKey{key, "lost"}), ok);
  EXPECT_EQ(find_key(state, key)->until, 12U);
  EXPECT_FALSE(has_key_in_force(state, clerk));
  EXPECT_EQ(give(clerk, RevokeSigningKey{key, "lost"}), already_revoked);
  EXPECT_EQ(give(clerk, RotateSigningKey{key, new_key(), "next"}), already_revoked);
  EXPECT_EQ(give(root, RegisterSigningKey{clerk, "again", key}), key_exists);
}

TEST_F(AccessTest, SignaturesAreAskedForOnlyWhileARootCanSign) {
  using P = SetSignaturePolicyStatus;
  const SetSignaturePolicy policy{.operation = 7};
  EXPECT_EQ(require(root, {}), P::operation_or_preset);
  EXPECT_EQ(require(root, {.operation = 7, .preset = SignaturePreset::sensitive}),
            P::operation_or_preset);
  EXPECT_EQ(require(root, {.operation = 7, .above = Amount(1)}), P::above_needs_asset);
  EXPECT_EQ(require(clerk, policy), P::not_permitted);
  EXPECT_EQ(require(root, policy), P::nobody_could_sign);
  const std::string first = new_key();
  const std::string second = new_key();
  EXPECT_EQ(give(root, RegisterSigningKey{admin, "phone", new_key()}), SigningKeyStatus::ok);
  EXPECT_EQ(require(root, policy), P::nobody_could_sign);
  EXPECT_EQ(give(root, RegisterSigningKey{root, "phone", first}), SigningKeyStatus::ok);
  EXPECT_EQ(require(root, policy), P::ok);
  EXPECT_EQ(give(root, RevokeSigningKey{first, ""}), SigningKeyStatus::last_root_key);
  EXPECT_EQ(give(root, RotateSigningKey{first, second, "laptop"}), SigningKeyStatus::ok);
  EXPECT_EQ(require(root, {.operation = 7, .required = false}), P::ok);
  EXPECT_EQ(give(root, RevokeSigningKey{second, ""}), SigningKeyStatus::ok);
  EXPECT_EQ(require(root, policy), P::nobody_could_sign);
}

// The law by itself: what a faulty command would have left behind.
TEST_F(AccessTest, TheLawsSeeAKeyThatComesBackAndBooksThatNobodyCanSign) {
  const std::string key = new_key();
  give(root, RegisterSigningKey{root, "phone", key});
  require(root, {.operation = 7});
  state.keys.edit(changes, PublicKeyText{key}).until = 11;
  EXPECT_NE(check_root_can_sign(state, principals), std::nullopt);
  changes.commit();
  state.keys.edit(changes, PublicKeyText{key}).until = 0;
  EXPECT_NE(check_keys_stay_revoked(state), std::nullopt);
}

TEST_F(AccessTest, TheNarrowestPolicyDecides) {
  give(root, RegisterSigningKey{root, "phone", new_key()});
  const PoolId p1(1), p2(2);
  const AssetId usd(1), eur(2);
  const auto needed = [&](PoolId pool, AssetId asset, std::optional<Amount> amount) {
    return signature_needed(state, 7, {pool, asset, amount});
  };
  EXPECT_FALSE(needed(p1, usd, Amount(5)));
  require(root, {.operation = 7, .asset = usd, .above = Amount(100)});
  EXPECT_FALSE(needed(p1, usd, Amount(100)));
  EXPECT_TRUE(needed(p1, usd, Amount(101)));
  EXPECT_TRUE(needed(p1, usd, std::nullopt));  // who does not say how much, signs
  EXPECT_FALSE(needed(p1, eur, Amount(101)));
  EXPECT_FALSE(signature_needed(state, 8, {p1, usd, Amount(101)}));
  EXPECT_TRUE(needed(p1, AssetId(), std::nullopt));  // who does not say of what, too
  require(root, {.operation = 7, .pool = p1});
  EXPECT_TRUE(needed(p1, eur, Amount(1)));
  EXPECT_TRUE(needed(p1, usd, Amount(1)));
  EXPECT_FALSE(needed(p2, usd, Amount(1)));
  require(root, {.operation = 7, .pool = p1, .asset = eur, .required = false});
  EXPECT_FALSE(needed(p1, eur, Amount(1)));
  EXPECT_TRUE(needed(p1, usd, Amount(1)));
  require(root, {.operation = 7});
  EXPECT_TRUE(needed(p2, eur, std::nullopt));
  EXPECT_TRUE(signature_needed(state, 7, {}));
}

TEST_F(AccessTest, AtTheBoundsWhatIsThereIsStillTakenBack) {
  using P = SetSignaturePolicyStatus;
  give(root, RegisterSigningKey{root, "phone", new_key()});
  for (std::uint32_t pool = 1; pool <= kPoliciesMax; ++pool)
    state.policies.insert(changes, SignaturePolicy{.operation = 7, .pool = PoolId(pool)});
  for (std::uint32_t pool = 1; pool <= kGrantsMax; ++pool)
    state.grants.insert(changes,
                        Grant{.principal = clerk, .pool = PoolId(pool), .roles = kOperator});
  changes.commit();
  EXPECT_EQ(require(root, {.operation = 8}), P::too_many_policies);
  EXPECT_EQ(require(root, {.operation = 7, .pool = PoolId(3), .required = false}), P::ok);
  const auto grant = [&](PrincipalId who, int roles) {
    return give(
        root,
        SetGrant{.principal = who, .pool = PoolId(1), .roles = static_cast<std::uint16_t>(roles)});
  };
  EXPECT_EQ(grant(nobody, kOperator), SetGrantStatus::too_many_grants);
  EXPECT_EQ(grant(clerk, kAuditor), SetGrantStatus::ok);
  EXPECT_EQ(grant(clerk, 0), SetGrantStatus::ok);
  EXPECT_EQ(grant(nobody, kOperator), SetGrantStatus::ok);
}

TEST_F(AccessTest, AGrantHoldsInItsPoolAndNobodyGrantsWhatTheyDoNotHold) {
  using enum SetGrantStatus;
  const PoolId p1(1), p2(2);
  const auto grant = [](PrincipalId who, PoolId pool, int roles) {
    return SetGrant{.principal = who, .pool = pool, .roles = static_cast<std::uint16_t>(roles)};
  };
  EXPECT_EQ(give(root, grant(nobody, p1, kRoot)), roles_unknown);
  EXPECT_EQ(give(root, grant(nobody, p1, 32)), roles_unknown);
  EXPECT_EQ(give(root, grant(nobody, PoolId(), kOperator)), pool_must_be_named);
  EXPECT_EQ(give(clerk, grant(nobody, p1, kOperator)), not_permitted);
  EXPECT_EQ(give(admin, grant(PrincipalId(99), p1, kOperator)), principal_not_found);
  EXPECT_EQ(give(admin, grant(nobody, p1, kApprover)), role_not_held);
  EXPECT_EQ(give(root, grant(nobody, p1, 0)), nothing_to_change);
  EXPECT_EQ(give(root, grant(nobody, p1, kAdmin | kOperator)), ok);
  EXPECT_TRUE(may_in(state, principals, nobody, kOperator, p1));
  EXPECT_FALSE(may_in(state, principals, nobody, kOperator, p2));
  EXPECT_FALSE(may_in(state, principals, nobody, kOperator, PoolId()));
  EXPECT_FALSE(may_in(state, principals, nobody, kApprover, p1));
  EXPECT_TRUE(may_in(state, principals, clerk, kOperator, p2));  // of all pools
  // Nor is a key given to, or taken from, whoever has by a grant what the giver has not.
  EXPECT_EQ(give(root, grant(nobody, p2, kApprover)), ok);
  const std::string key = new_key();
  EXPECT_EQ(give(admin, RegisterSigningKey{nobody, "phone", key}), SigningKeyStatus::role_not_held);
  EXPECT_EQ(give(root, RegisterSigningKey{nobody, "phone", key}), SigningKeyStatus::ok);
  EXPECT_EQ(give(admin, RevokeSigningKey{key, ""}), SigningKeyStatus::role_not_held);
  EXPECT_EQ(give(root, grant(admin, p2, kApprover)), ok);
  EXPECT_EQ(give(admin, RevokeSigningKey{key, ""}), SigningKeyStatus::ok);
  EXPECT_EQ(give(root, grant(nobody, p2, 0)), ok);
  // An admin of a pool grants there, and no more than they hold.
  EXPECT_EQ(give(nobody, grant(auditor, p1, kOperator)), ok);
  EXPECT_EQ(give(nobody, grant(auditor, p2, kOperator)), not_permitted);
  EXPECT_EQ(give(nobody, grant(auditor, p1, kOperator | kApprover)), role_not_held);
  EXPECT_EQ(give(root, grant(auditor, p1, kApprover)), ok);
  EXPECT_EQ(give(nobody, grant(auditor, p1, 0)), role_not_held);  // nor takes it away
  EXPECT_EQ(give(root, grant(nobody, p1, 0)), ok);
  EXPECT_FALSE(may_in(state, principals, nobody, kOperator, p1));
}

}  // namespace
}  // namespace cofferdam::access
