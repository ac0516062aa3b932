// SPDX-License-Identifier: Apache-2.0
//
// Names and scales as the books know them.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/operation/names.h"

namespace cofferdam::operation {

// `state` must outlive it.
class StateNames final : public Names {
 public:
  explicit StateNames(const engine::State& state) : state_(state) {}

  std::optional<std::uint32_t> number_of(Numbered kind, std::string_view code) const override;
  std::string code_of(Numbered kind, std::uint32_t number) const override;
  std::optional<unsigned> scale_of(base::AssetId asset) const override;
  std::optional<unsigned> scale_of(base::AccountId account) const override;
  std::optional<unsigned> scale_of(base::TransferId hold) const override;
  std::optional<unsigned> scale_of(base::ConduitId conduit) const override;
  std::optional<unsigned> scale_of(base::SourceId source) const override;
  std::optional<ContractScales> scales_of(base::ContractId contract) const override;

 private:
  const engine::State& state_;
};

}  // namespace cofferdam::operation
