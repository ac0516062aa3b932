// SPDX-License-Identifier: Apache-2.0
//
// What every command says of itself to the engine and to the surfaces.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

namespace cofferdam::engine {

// rooms(): the states that apply() writes, in their order; reads(): those that
// check_state() reads, where they are others. kNumber: in the
// journal for ever. kVersion: of the command's fields. kName: noun.verb, the same on
// every surface. kNeeds: the role that a principal must hold.
template <class C>
struct Operation;

enum class Needs : std::uint8_t { nothing, operator_role, admin_role, approver_role };

template <std::uint16_t Number, Needs Role>
struct OperationBase {
  static constexpr std::uint16_t kNumber = Number;
  static constexpr std::uint16_t kVersion = 1;
  static constexpr Needs kNeeds = Role;
  // It moves value between open value and cash, or closes positions of accounts in trouble: whether
  // an account stays covered is not asked of it, and the accounts that it touched are looked at.
  static constexpr bool kSettlesPositions = false;
  // It asks by itself, event by event, whether accounts stay covered.
  static constexpr bool kJudgesCover = false;
};

}  // namespace cofferdam::engine
