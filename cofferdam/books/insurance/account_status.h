// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a named account, as a status of the command that names it.
#pragma once

#include "cofferdam/books/insurance/funds.h"

namespace cofferdam::insurance {

template <class Status>
[[nodiscard]] Status status_of(AccountFault fault) {
  switch (fault) {
    case AccountFault::none:
      return Status::ok;
    case AccountFault::not_found:
      return Status::account_not_found;
    case AccountFault::another_pool:
      return Status::account_in_another_pool;
    case AccountFault::another_asset:
      return Status::account_has_different_asset;
    case AccountFault::not_allowed:
      break;
  }
  return Status::account_class_not_allowed;
}

}  // namespace cofferdam::insurance
