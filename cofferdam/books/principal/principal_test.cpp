// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/change_principal.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/books/principal/invariants.h"

#include <gtest/gtest.h>

namespace cofferdam::principal {
namespace {

class PrincipalTest : public testing::Test {
 protected:
  PrincipalTest() {
    apply(CreateFirstPrincipal{.code = "root"}, state, context);
    add("admin", kAdmin | kOperator);
    add("clerk", kOperator);
    changes.commit();
  }

  PrincipalId add(const std::string& code, int roles, base::u128 person = 0) {
    apply(
        CreatePrincipal{.code = code, .roles = static_cast<std::uint16_t>(roles), .person = person},
        state, context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  CreatePrincipalStatus create(std::uint32_t actor, const CreatePrincipal& command) {
    context.principal = PrincipalId(actor);
    if (const auto status = check_shape(command); status != CreatePrincipalStatus::ok)
      return status;
    return check_state(command, state, context);
  }

  ChangePrincipalStatus change(std::uint32_t actor, const ChangePrincipal& command) {
    context.principal = PrincipalId(actor);
    auto status = check_shape(command);
    if (status == ChangePrincipalStatus::ok) status = check_state(command, state, context);
    if (status == ChangePrincipalStatus::ok) apply(command, state, context);
    return status;
  }

  State state;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .postings = postings};
};

TEST_F(PrincipalTest, WhatIsNotAllowedIsRefused) {
  EXPECT_TRUE(may(state, PrincipalId(1), kAuditor));  // root holds every role
  EXPECT_TRUE(may(state, PrincipalId(2), kAdmin));
  EXPECT_FALSE(may(state, PrincipalId(2), kApprover));
  EXPECT_TRUE(may(state, PrincipalId(2), kApprover | kOperator));
  EXPECT_FALSE(may(state, PrincipalId(3), kAdmin));
  EXPECT_FALSE(may(state, PrincipalId(), kOperator));
  EXPECT_FALSE(may(state, PrincipalId(99), kOperator));
  EXPECT_FALSE(may(state, PrincipalId(3), 0));
}

TEST_F(PrincipalTest, CreateRefusesInOrderOfPrecedence) {
  using enum CreatePrincipalStatus;
  const std::string key(64, 'a');
  EXPECT_EQ(create(3, {.code = "7up", .roles = 0, .public_key = "x"}), code_malformed);
  EXPECT_EQ(create(3, {.code = "new", .roles = 64, .public_key = "x"}), roles_unknown);
  EXPECT_EQ(create(3, {.code = "new", .roles = 32, .public_key = "x"}), roles_unknown);
  EXPECT_EQ(create(3, {.code = "new", .roles = kOperator, .public_key = "x"}),
            public_key_malformed);
  EXPECT_EQ(create(3, {.code = "root", .roles = kRoot, .public_key = key}), not_permitted);
  EXPECT_EQ(create(2, {.code = "root", .roles = kRoot, .public_key = key}), role_not_held);
  EXPECT_EQ(create(2, {.code = "root", .roles = kOperator, .public_key = key}), exists);
  EXPECT_EQ(create(2, {.code = "new", .roles = kOperator, .public_key = key}), ok);
  EXPECT_EQ(create(1, {.code = "new", .roles = kRoot}), ok);
  EXPECT_EQ(check_state(CreateFirstPrincipal{.code = "again"}, state), not_the_first);
}

// Every pair of roles of the actor and roles granted: granted only when held.
TEST_F(PrincipalTest, NobodyGrantsWhatTheyDoNotHold) {
  for (int held = 1; held < 32; ++held) {
    const PrincipalId actor = add("actor" + std::to_string(held), held);
    for (int granted = 1; granted < 32; ++granted) {
      const bool makes = (held & (kRoot | kAdmin)) != 0;
      const bool holds = (held & kRoot) != 0 || (granted & held) == granted;
      EXPECT_EQ(
          create(actor.value(), {.code = "target", .roles = static_cast<std::uint16_t>(granted)}) ==
              CreatePrincipalStatus::ok,
          makes && holds)
          << held << " grants " << granted;
    }
  }
}

TEST_F(PrincipalTest, ChangeRefusesInOrderOfPrecedence) {
  using enum ChangePrincipalStatus;
  const PrincipalId root(1);
  const PrincipalId clerk(3);
  EXPECT_EQ(change(3, {.principal = clerk}), nothing_to_change);
  EXPECT_EQ(change(3, {.principal = clerk, .roles = std::uint16_t{64}}), roles_unknown);
  EXPECT_EQ(change(3, {.principal = clerk, .public_key = "x"}), public_key_malformed);
  EXPECT_EQ(change(3, {.principal = clerk, .active = true, .reason = std::string(1025, 'x')}),
            reason_too_long);
  EXPECT_EQ(change(3, {.principal = PrincipalId(9), .active = true}), not_permitted);
  EXPECT_EQ(change(2, {.principal = PrincipalId(9), .active = true}), principal_not_found);
  EXPECT_EQ(change(2, {.principal = root, .active = false}), role_not_held);
  EXPECT_EQ(change(2, {.principal = clerk, .roles = kAuditor}), role_not_held);
  EXPECT_EQ(change(1, {.principal = root, .active = false}), last_root);
  EXPECT_EQ(change(1, {.principal = root, .roles = kAdmin}), last_root);
  EXPECT_EQ(change(2, {.principal = clerk, .active = false}), ok);
  EXPECT_FALSE(may(state, clerk, kOperator));
  EXPECT_EQ(change(1, {.principal = clerk, .roles = kRoot, .active = true}), ok);
  EXPECT_EQ(change(3, {.principal = root, .active = false}), ok);
  EXPECT_EQ(change(1, {.principal = clerk, .active = false}), not_permitted);
}

TEST_F(PrincipalTest, TwoPrincipalsOfOnePersonAreOnePerson) {
  const PrincipalId a = add("anna-laptop", kOperator, 77);
  const PrincipalId b = add("anna-phone", kApprover, 77);
  EXPECT_TRUE(same_person(state, a, b));
  EXPECT_TRUE(same_person(state, a, a));
  EXPECT_FALSE(same_person(state, PrincipalId(2), PrincipalId(3)));  // no person named: not one
  EXPECT_FALSE(same_person(state, a, PrincipalId(3)));
}

TEST_F(PrincipalTest, TheInvariantSeesALockOut) {
  EXPECT_EQ(check_root_remains(state), std::nullopt);
  state.principals.edit(changes, PrincipalId(1)).active = false;
  EXPECT_NE(check_root_remains(state), std::nullopt);
  changes.rollback();
  EXPECT_EQ(check_root_remains(state), std::nullopt);
}

TEST_F(PrincipalTest, TheCodeFindsTheRow) {
  ASSERT_NE(find_principal(state, "clerk"), nullptr);
  EXPECT_EQ(find_principal(state, "clerk")->id, PrincipalId(3));
  EXPECT_EQ(find_principal(state, "nobody"), nullptr);
}

}  // namespace
}  // namespace cofferdam::principal
