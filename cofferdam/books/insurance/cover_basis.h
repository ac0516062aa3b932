// SPDX-License-Identifier: Apache-2.0
//
// Which date decides whether a loss falls into the period of a cover: that of the loss, of the
// notice, or of the discovery.
#pragma once

#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::insurance {

enum class CoverBasis : std::uint8_t { losses_occurring, claims_made, discovery };

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::CoverBasis> {
  static constexpr std::array<std::string_view, 3> kNames{"losses_occurring", "claims_made",
                                                          "discovery"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "the incident occurred in the period", "notice was given in the period",
      "the incident was discovered in the period"};
};
