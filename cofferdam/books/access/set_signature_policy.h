// SPDX-License-Identifier: Apache-2.0
//
// Says which commands must carry the signature of their principal.
#pragma once

#include "cofferdam/books/access/access.h"

#include <span>

namespace cofferdam::access {

// Lists of operations that are set together. Which they are is the engine's to say, and never
// changes: a longer list gets a name of its own, so that old journals replay.
enum class SignaturePreset : std::uint8_t {
  none,
  sensitive,
  money_and_votes,
};

struct SetSignaturePolicy {
  std::uint16_t operation = 0;
  SignaturePreset preset = SignaturePreset::none;
  PoolId pool;
  AssetId asset;
  bool required = true;
  Amount above;

  static constexpr std::string_view kDoc =
      "Says whether an operation, or a preset of them, must be signed by its principal.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation; 0 where a preset is given");
    visit("preset", self.preset, "a list of operations instead of one");
    visit("pool", self.pool, "the pool it is for; none: every pool without a policy of its own");
    visit("asset", self.asset, "the asset it is for; none: every one without a policy of its own");
    visit("required", self.required, "false: not needed, also where a wider policy asks");
    visit("above", self.above, "only when more than this of the asset is moved; 0: always");
  }
};

enum class SetSignaturePolicyStatus : std::uint16_t {
  ok,
  operation_or_preset,
  above_needs_asset,
  not_permitted,
  nobody_could_sign,
  too_many_policies,
  operation_names_no_pool,
};

[[nodiscard]] SetSignaturePolicyStatus check_shape(const SetSignaturePolicy& command);
[[nodiscard]] SetSignaturePolicyStatus check_state(const SetSignaturePolicy& command,
                                                   const State& state,
                                                   const principal::State& principals,
                                                   const Context& context);
// `operations`: the one that is named, or those of the preset.
SetSignaturePolicyStatus apply(const SetSignaturePolicy& command,
                               std::span<const std::uint16_t> operations, State& state,
                               Context& context);

}  // namespace cofferdam::access

template <>
struct cofferdam::base::EnumText<cofferdam::access::SignaturePreset> {
  static constexpr std::array<std::string_view, 3> kNames{"none", "sensitive", "money_and_votes"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::access::SetSignaturePolicyStatus> {
  static constexpr std::array<std::string_view, 7> kNames{"ok",
                                                          "operation_or_preset",
                                                          "above_needs_asset",
                                                          "not_permitted",
                                                          "nobody_could_sign",
                                                          "too_many_policies",
                                                          "operation_names_no_pool"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "either an operation or a preset is named",
      "an amount is one of an asset",
      "only an active root or admin sets policies",
      "an active root must have a key in force before signatures are asked for",
      "there are at most 10,000 signature policies",
      "a policy for one pool is about an operation that acts on a pool which can be told"};
};
