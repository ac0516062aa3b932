// SPDX-License-Identifier: Apache-2.0
//
// Declares something that can be counted.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

namespace cofferdam::ledger {

inline constexpr std::uint8_t kScaleMax = 38;
inline constexpr std::size_t kAssetCodeMax = 32;
inline constexpr std::size_t kDescriptionMax = 1024;

struct CreateAsset {
  std::string code;
  std::uint8_t scale = 0;
  std::string description;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("scale", self.scale, "decimal digits after the point, 0 to 38");
    visit("description", self.description, "in words");
  }
};

enum class CreateAssetStatus : std::uint16_t {
  ok,
  code_malformed,
  scale_out_of_range,
  description_too_long,
  exists,
};

[[nodiscard]] CreateAssetStatus check_shape(const CreateAsset& command);
[[nodiscard]] CreateAssetStatus check_state(const CreateAsset& command, const State& state);
CreateAssetStatus apply(const CreateAsset& command, State& state, Context& context);

// Names of pools, assets, contracts and conduits: a letter, then letters, digits, '.', '_', '-'.
[[nodiscard]] bool is_code(std::string_view text, std::size_t longest);

}  // namespace cofferdam::ledger

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::CreateAssetStatus> {
  static constexpr std::array<std::string_view, 5> kNames{
      "ok", "code_malformed", "scale_out_of_range", "description_too_long", "exists"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "", "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "the scale is from 0 to 38", "a description has at most 1024 bytes",
      "an asset with this code exists"};
};
