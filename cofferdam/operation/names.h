// SPDX-License-Identifier: Apache-2.0
//
// What JSON needs to know of the books: the codes of numbered things, and scales.
#pragma once

#include "cofferdam/base/ids.h"
#include "cofferdam/operation/type.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::operation {

struct ContractScales {
  unsigned price = 0;
  unsigned quantity = 0;
  unsigned settlement = 0;  // of the asset that it settles in
};

class Names {
 public:
  virtual ~Names() = default;
  // nullopt: nothing of this kind has the code.
  [[nodiscard]] virtual std::optional<std::uint32_t> number_of(Numbered kind,
                                                               std::string_view code) const = 0;
  // Empty: there is no such thing, or it has no code.
  [[nodiscard]] virtual std::string code_of(Numbered kind, std::uint32_t number) const = 0;
  [[nodiscard]] virtual std::optional<unsigned> scale_of(base::AssetId asset) const = 0;
  [[nodiscard]] virtual std::optional<unsigned> scale_of(base::AccountId account) const = 0;
  [[nodiscard]] virtual std::optional<unsigned> scale_of(base::TransferId hold) const = 0;
  [[nodiscard]] virtual std::optional<unsigned> scale_of(base::ConduitId conduit) const = 0;
  [[nodiscard]] virtual std::optional<unsigned> scale_of(base::SourceId source) const = 0;
  [[nodiscard]] virtual std::optional<ContractScales> scales_of(
      base::ContractId contract) const = 0;
};

// No books at hand: numbers stand for themselves, and every scale comes from the input.
class NoNames final : public Names {
 public:
  std::optional<std::uint32_t> number_of(Numbered /*kind*/,
                                         std::string_view /*code*/) const override {
    return std::nullopt;
  }

  std::string code_of(Numbered /*kind*/, std::uint32_t /*number*/) const override { return {}; }

  std::optional<unsigned> scale_of(base::AssetId /*asset*/) const override { return std::nullopt; }

  std::optional<unsigned> scale_of(base::AccountId /*account*/) const override {
    return std::nullopt;
  }

  std::optional<unsigned> scale_of(base::TransferId /*hold*/) const override {
    return std::nullopt;
  }

  std::optional<unsigned> scale_of(base::ConduitId /*conduit*/) const override {
    return std::nullopt;
  }

  std::optional<unsigned> scale_of(base::SourceId /*source*/) const override {
    return std::nullopt;
  }

  std::optional<ContractScales> scales_of(base::ContractId /*contract*/) const override {
    return std::nullopt;
  }
};

}  // namespace cofferdam::operation
