// SPDX-License-Identifier: Apache-2.0
//
// Who belongs to an insurance pool. A member is an owner with an account in the pool, from which
// contributions and premiums come. Only members are insured. A retired member keeps the covers that
// were bound and pays no more contributions for periods that begin after.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

struct AdmitMember {
  PoolId pool;
  OwnerId member;
  std::string name;
  AccountId account;

  static constexpr std::string_view kDoc =
      "Admits an owner to an insurance pool, or a retired member again.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("member", self.member, "opaque id of the owner");
    visit("name", self.name, "a code by which members know it");
    visit("account", self.account, "of the owner in this pool: contributions come from it");
  }
};

struct RetireMember {
  PoolId pool;
  OwnerId member;

  static constexpr std::string_view kDoc = "Ends a membership; covers in force stay.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("member", self.member, "opaque id of the owner");
  }
};

enum class MemberStatus : std::uint16_t {
  ok,
  name_malformed,
  member_missing,
  not_an_insurance_pool,
  exists,
  member_not_found,
  account_not_found,
  account_in_another_pool,
  account_has_different_asset,
  account_class_not_allowed,
  account_of_another_owner,
  too_many_members,
};

[[nodiscard]] MemberStatus check_shape(const AdmitMember& command);
[[nodiscard]] MemberStatus check_state(const AdmitMember& command, const State& state,
                                       const ledger::State& ledger);
MemberStatus apply(const AdmitMember& command, State& state, Context& context);

[[nodiscard]] MemberStatus check_shape(const RetireMember& command);
[[nodiscard]] MemberStatus check_state(const RetireMember& command, const State& state,
                                       const ledger::State& ledger);
MemberStatus apply(const RetireMember& command, State& state, Context& context);

// The member while it is active; null otherwise.
[[nodiscard]] const Member* active_member(const State& state, PoolId pool, OwnerId member);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::MemberStatus> {
  static constexpr std::array<std::string_view, 12> kNames{"ok",
                                                           "name_malformed",
                                                           "member_missing",
                                                           "not_an_insurance_pool",
                                                           "exists",
                                                           "member_not_found",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_has_different_asset",
                                                           "account_class_not_allowed",
                                                           "account_of_another_owner",
                                                           "too_many_members"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "",
      "a name is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a member has an id",
      "an insurance pool must have been opened over the pool",
      "the owner is an active member",
      "the owner must be an active member",
      "the account must exist",
      "money of an insurance pool moves inside its pool only",
      "the account counts what the pool counts",
      "custodians, the outside, the system and the funds themselves neither pay nor are paid",
      "the account belongs to the member",
      "an insurance pool has at most 100,000 members"};
};
