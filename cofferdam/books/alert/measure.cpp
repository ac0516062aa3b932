// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/measure.h"

namespace cofferdam::alert {

Subject subject_of(Measure measure) {
  switch (measure) {
    case Measure::segregation_surplus:
    case Measure::segregation_ratio:
    case Measure::buffer_used:
      return {.pool = Told::always, .asset = Told::always};
    case Measure::balance:
      return {.pool = Told::always, .asset = Told::always, .account_class = Told::always};
    case Measure::hold_age:
      return {.pool = Told::always};
    case Measure::proposal_age:
      return {.pool = Told::if_wanted};
    case Measure::intent_age:
    case Measure::open_intents:
      return {.vault = Told::always};
    case Measure::allowance_used:
      return {.asset = Told::always, .vault = Told::always};
    case Measure::fact_age:
      return {.source = Told::always, .fact_key = Told::if_wanted};
  }
  return {};
}

}  // namespace cofferdam::alert
