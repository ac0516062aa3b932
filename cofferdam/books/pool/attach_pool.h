// SPDX-License-Identifier: Apache-2.0
//
// Takes a pool that lived in other books into these, from its image. The pool is frozen here until
// it is unfrozen by a command of its own; its image here has the very hash that it had there.
#pragma once

#include "cofferdam/books/pool/pool_image.h"

namespace cofferdam::pool {

struct AttachPool {
  PoolImage image;
  std::string hash;

  static constexpr std::string_view kDoc = "Takes a pool from other books into these.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("image", self.image, "the pool as it was taken");
    visit("hash", self.hash, "what the other side says its hash is, in hex");
  }
};

enum class AttachPoolStatus : std::uint16_t {
  ok,
  format_unknown,
  too_large,
  hash_differs,
  image_malformed,
  does_not_balance,
  pool_exists,
  asset_has_other_scale,
  account_exists,
  hold_exists,
  conduit_exists,
  rule_exists,
  source_not_found,
  half_id_taken,
};

[[nodiscard]] AttachPoolStatus check_shape(const AttachPool& command);
[[nodiscard]] AttachPoolStatus check_state(const AttachPool& command, const State& state,
                                           const ledger::State& ledger, const fact::State& facts);
AttachPoolStatus apply(const AttachPool& command, State& state, ledger::State& ledger,
                       const fact::State& facts, Context& context);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::AttachPoolStatus> {
  static constexpr std::array<std::string_view, 14> kNames{"ok",
                                                           "format_unknown",
                                                           "too_large",
                                                           "hash_differs",
                                                           "image_malformed",
                                                           "does_not_balance",
                                                           "pool_exists",
                                                           "asset_has_other_scale",
                                                           "account_exists",
                                                           "hold_exists",
                                                           "conduit_exists",
                                                           "rule_exists",
                                                           "source_not_found",
                                                           "half_id_taken"};
  static constexpr std::array<std::string_view, 14> kDocs{
      "",
      "the image is of a form that is known here",
      "an image has at most 1048576 accounts, 8190 holds and 4096 assets",
      "the image's SHA-256 is the one that was announced",
      "an image is in order, names what it uses, and holds no number of the other books",
      "debits equal credits in every asset of the image, and holds explain what is pending",
      "no pool here has this code",
      "an asset of the same code here has the same scale",
      "no account here has an id of the image's",
      "no hold here has an id of the image's",
      "no conduit here has a code of the image's",
      "no rule here has a code of the image's",
      "the sources of the image's rules are declared here",
      "the ids of the system's own accounts are free"};
};
