// SPDX-License-Identifier: Apache-2.0
//
// The operations of published numbers.
#pragma once

#include "cofferdam/books/insurance/publication.h"
#include "cofferdam/engine/operation_base.h"

#include <string_view>
#include <tuple>

namespace cofferdam::engine {

template <>
struct Operation<insurance::RecordPublication> : OperationBase<263, Needs::operator_role> {
  static constexpr std::string_view kName = "publication.record";
  static constexpr std::string_view kSummary =
      "Record a published number with all it takes to compute it again.";
  using Status = insurance::PublicationStatus;

  static auto rooms(auto& state) { return std::tie(state.publications); }
};

}  // namespace cofferdam::engine
