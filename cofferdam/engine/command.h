// SPDX-License-Identifier: Apache-2.0
//
// Every command that the books know, each under its number and name. To add one: write its verb
// file in its room, add it to the variant (at the end), and give it an Operation here.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "cofferdam/books/ledger/change_account.h"
#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/create_transfers.h"
#include "cofferdam/engine/genesis.h"
#include "cofferdam/engine/maintenance.h"

namespace cofferdam::engine {

using Command =
    std::variant<venue::Genesis, Tick, RevertBatch, ledger::CreateAsset, ledger::CreateAccounts,
                 ledger::CreateTransfers, ledger::ChangeAccount, RotateCheckpointKey>;

// rooms(): the states that check_state() reads and apply() writes, in their order. kNumber: in the
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
};

template <>
struct Operation<venue::Genesis> : OperationBase<1, Needs::nothing> {
  static constexpr std::string_view kName = "books.found";
  static constexpr std::string_view kSummary = "Begin the books of a venue.";
  using Status = venue::GenesisStatus;
};

template <>
struct Operation<Tick> : OperationBase<2, Needs::operator_role> {
  static constexpr std::string_view kName = "time.tick";
  static constexpr std::string_view kSummary = "Let time pass: release the holds that are due.";
  using Status = TickStatus;
};

template <>
struct Operation<RevertBatch> : OperationBase<3, Needs::operator_role> {
  static constexpr std::string_view kName = "batch.revert";
  static constexpr std::string_view kSummary = "Take back a whole batch of transfers.";
  using Status = RevertStatus;
};

template <>
struct Operation<RotateCheckpointKey> : OperationBase<4, Needs::admin_role> {
  static constexpr std::string_view kName = "key.rotate";
  static constexpr std::string_view kSummary = "Hand the signing of checkpoints to another key.";
  using Status = RotateStatus;
};

template <>
struct Operation<ledger::CreateAsset> : OperationBase<10, Needs::admin_role> {
  static constexpr std::string_view kName = "asset.create";
  static constexpr std::string_view kSummary = "Declare something that can be counted.";
  using Status = ledger::CreateAssetStatus;
  static auto rooms(auto& state) { return std::tie(state.ledger); }
};

template <>
struct Operation<ledger::CreateAccounts> : OperationBase<11, Needs::operator_role> {
  static constexpr std::string_view kName = "account.create";
  static constexpr std::string_view kSummary = "Open accounts.";
  using Status = ledger::CreateAccountsStatus;
};

template <>
struct Operation<ledger::CreateTransfers> : OperationBase<12, Needs::operator_role> {
  static constexpr std::string_view kName = "transfer.create";
  static constexpr std::string_view kSummary = "Post, hold, post held or release transfers.";
  using Status = ledger::CreateTransfersStatus;
};

template <>
struct Operation<ledger::ChangeAccount> : OperationBase<13, Needs::operator_role> {
  static constexpr std::string_view kName = "account.change";
  static constexpr std::string_view kSummary = "Freeze, unfreeze, close or limit an account.";
  using Status = ledger::ChangeAccountStatus;
  static auto rooms(auto& state) { return std::tie(state.ledger); }
};

}  // namespace cofferdam::engine
