// SPDX-License-Identifier: Apache-2.0
//
// Adopts a constitution, or the next version of it; and says who votes with which weight.
#pragma once

#include "cofferdam/books/decision/governance.h"

namespace cofferdam::decision {

// The terms of a Constitution; its version and its time are given by the books.
struct Constitute : Constitution {
  static constexpr std::string_view kDoc =
      "Adopts a constitution: who votes and how, what is governed, within which bounds.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    Constitution::terms(self, visit);
  }
};

enum class ConstituteStatus : std::uint16_t {
  ok,
  scale_out_of_range,
  rules_unusable,
  asset_and_pool_go_together,
  voting_delay_must_be_positive,
  voting_period_must_be_positive,
  extension_out_of_range,
  timelock_must_not_be_negative,
  grace_must_be_positive,
  lists_too_long,
  listed_twice,
  bound_of_nothing_governed,
  field_malformed,
  bound_is_empty,
  operation_not_governable,
  field_unknown,
  not_permitted,
  executive_unknown,
  guardian_unknown,
  registrar_unknown,
  asset_unknown,
  source_of_weights_stays,
};

[[nodiscard]] ConstituteStatus check_shape(const Constitute& command);
[[nodiscard]] ConstituteStatus check_state(const Constitute& command, const GovernanceState& state,
                                           const principal::State& principals,
                                           const ledger::State& ledger);
ConstituteStatus apply(const Constitute& command, GovernanceState& state, Context& context);

struct SetWeight {
  PrincipalId voter;
  std::uint8_t scale = 0;
  Amount weight;
  OwnerId owner;

  static constexpr std::string_view kDoc =
      "Sets the weight of a voter, or names the owner whose balance is its weight.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("voter", self.voter, "the principal that votes");
    visit("scale", self.scale, "fraction digits of the weight, as the constitution has them");
    visit("weight", self.weight, "registered weights: from now on");
    visit("owner", self.owner, "a voting asset: whose balance counts, as long as it is held");
  }
};

enum class SetWeightStatus : std::uint16_t {
  ok,
  weight_too_large,
  no_constitution,
  scale_differs,
  voter_unknown,
  weight_is_the_balance,
  owner_not_asked,
  owner_votes_already,
  too_many_voters,
  not_permitted,
};

[[nodiscard]] SetWeightStatus check_shape(const SetWeight& command);
[[nodiscard]] SetWeightStatus check_state(const SetWeight& command, const GovernanceState& state,
                                          const principal::State& principals,
                                          const ledger::State& ledger, const Context& context);
SetWeightStatus apply(const SetWeight& command, GovernanceState& state, const ledger::State& ledger,
                      Context& context);

// What an account holds of the voting asset for its owner.
[[nodiscard]] Amount stake_in(const Constitution& constitution, const ledger::Account& account);

// Follows the accounts that a command has touched: weights are the balances at every instant.
// False: they would sum to more than a ballot can count.
[[nodiscard]] bool follow_stake(GovernanceState& state, const ledger::State& ledger,
                                Context& context);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::ConstituteStatus> {
  static constexpr std::array<std::string_view, 22> kNames{"ok",
                                                           "scale_out_of_range",
                                                           "rules_unusable",
                                                           "asset_and_pool_go_together",
                                                           "voting_delay_must_be_positive",
                                                           "voting_period_must_be_positive",
                                                           "extension_out_of_range",
                                                           "timelock_must_not_be_negative",
                                                           "grace_must_be_positive",
                                                           "lists_too_long",
                                                           "listed_twice",
                                                           "bound_of_nothing_governed",
                                                           "field_malformed",
                                                           "bound_is_empty",
                                                           "operation_not_governable",
                                                           "field_unknown",
                                                           "not_permitted",
                                                           "executive_unknown",
                                                           "guardian_unknown",
                                                           "registrar_unknown",
                                                           "asset_unknown",
                                                           "source_of_weights_stays"};
  static constexpr std::array<std::string_view, 22> kDocs{
      "",
      "weights have 0 to 38 fraction digits",
      "numerators are at most their denominators, which are at least 1; a cap is at most 1,000,000",
      "a voting asset is held in a pool; registered weights have neither",
      "weights count at an instant after the proposal",
      "a vote takes some time",
      "the extension is from none to the voting period",
      "a timelock may be none",
      "what is queued can be executed for some time",
      "at most 16 guardians, 256 governed operations and 1,024 bounds",
      "guardians, governed operations and bounded fields are named once",
      "a bound is of a governed operation, or of the constitution itself",
      "a field is named by at most 64 characters",
      "the least is at most the most",
      "proposals, votes and batches of events are not governed",
      "a bounded field is a number of the operation",
      "only an admin adopts a constitution, and after the bootstrap only a proposal",
      "the executive is a principal that is active",
      "guardians are principals that are active",
      "the registrar is a principal that is active",
      "the voting asset exists",
      "where voters are registered, weights keep coming from where they come from"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::SetWeightStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "weight_too_large",
                                                           "no_constitution",
                                                           "scale_differs",
                                                           "voter_unknown",
                                                           "weight_is_the_balance",
                                                           "owner_not_asked",
                                                           "owner_votes_already",
                                                           "too_many_voters",
                                                           "not_permitted"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "all weights sum to at most 2^120 units",
      "a constitution says where weights come from",
      "the weight is in the scale of the constitution",
      "a voter is a principal",
      "with a voting asset an owner is named and no weight",
      "registered weights have no owner",
      "with one balance one principal votes",
      "at most 100,000 voters",
      "the registrar sets weights; during the bootstrap an admin, after it a proposal"};
};
