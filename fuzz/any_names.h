// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/operation/registry.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::fuzz {

// Everything exists, under every code, with a scale of 2.
class AnyNames final : public operation::Names {
 public:
  std::optional<std::uint32_t> number_of(operation::Numbered, std::string_view) const override {
    return 1;
  }

  std::string code_of(operation::Numbered, std::uint32_t) const override { return {}; }

  std::optional<unsigned> scale_of(base::AssetId) const override { return 2; }

  std::optional<unsigned> scale_of(base::AccountId) const override { return 2; }

  std::optional<unsigned> scale_of(base::TransferId) const override { return 2; }

  std::optional<unsigned> scale_of(base::ConduitId) const override { return 2; }

  std::optional<unsigned> scale_of(base::SourceId) const override { return 2; }

  std::optional<operation::ContractScales> scales_of(base::ContractId) const override {
    return operation::ContractScales{.price = 2, .quantity = 2, .settlement = 2};
  }
};

}  // namespace cofferdam::fuzz
