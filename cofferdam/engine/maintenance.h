// SPDX-License-Identifier: Apache-2.0
//
// Commands about the books themselves: the tick of time, and the reversal of an earlier batch.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/base/ids.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::engine {

// Lets time pass: releases holds that are due, at most 4,096 of them, and closes what else has
// reached its end. The time is the record's own.
struct Tick {
  std::uint8_t reserved = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("reserved", self.reserved, "0");
  }
};
enum class TickStatus : std::uint16_t { ok, reserved_must_be_zero };

// Takes back every transfer of an earlier batch, all or nothing: what was posted is posted the
// other way round, what is still held is released. A batch is reverted once.
struct RevertBatch {
  base::CommandId command;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("command", self.command, "id of the batch command to take back");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class RevertStatus : std::uint16_t {
  ok,
  reason_too_long,
  command_not_found,
  not_a_batch,
  nothing_to_revert,
  already_reverted,
  void_cannot_be_reverted,
  hold_resolved_since,
  leg_refused,
};

// Hands the signing of checkpoints to another key; the key in force agrees by its signature.
struct RotateCheckpointKey {
  std::string next_key;
  std::string agreement;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("next_key", self.next_key, "Ed25519 public key, 64 hexadecimal digits");
    visit("agreement", self.agreement,
          "signature of the key in force over the rotation, 128 hexadecimal digits");
  }
};

enum class RotateStatus : std::uint16_t {
  ok,
  next_key_malformed,
  agreement_malformed,
  no_key_in_force,
  same_key,
  agreement_does_not_verify,
};

}  // namespace cofferdam::engine

template <>
struct cofferdam::base::EnumText<cofferdam::engine::RotateStatus> {
  static constexpr std::array<std::string_view, 6> kNames{
      "ok",       "next_key_malformed",       "agreement_malformed", "no_key_in_force",
      "same_key", "agreement_does_not_verify"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "",
      "a public key is 64 hexadecimal digits",
      "a signature is 128 hexadecimal digits",
      "the books were founded without a checkpoint key",
      "the next key is another key",
      "the key in force must sign the rotation"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::engine::TickStatus> {
  static constexpr std::array<std::string_view, 2> kNames{"ok", "reserved_must_be_zero"};
  static constexpr std::array<std::string_view, 2> kDocs{"", "the reserved field is 0"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::engine::RevertStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "reason_too_long",
                                                          "command_not_found",
                                                          "not_a_batch",
                                                          "nothing_to_revert",
                                                          "already_reverted",
                                                          "void_cannot_be_reverted",
                                                          "hold_resolved_since",
                                                          "leg_refused"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a reason has at most 1024 bytes",
      "a command with this id must be in the journal",
      "only a batch of transfers can be reverted",
      "the batch must have accepted at least one transfer",
      "a batch is reverted once",
      "a batch that released a hold cannot be reverted: the hold is gone",
      "a hold of the batch was posted or voided since: revert that first",
      "every reversal must be bookable: a pool is not active, or an account is closed, frozen or "
      "at "
      "its limit"};
};
