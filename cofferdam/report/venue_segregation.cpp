// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_segregation.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/report/segregation_report.h"
#include "cofferdam/report/venue_input.h"

namespace cofferdam::report {

Result<void> state_segregation(Driver& driver, const std::map<std::string, base::PoolId>& pools,
                               base::Time now, std::vector<std::vector<std::string>>& rows) {
  if (driver.dataset() != "venue") return {};
  const Driver::Last last = driver.last();
  std::unique_ptr<engine::State> then;
  if (last.replayed) {
    Result<engine::Engine::Moment> moment = driver.engine().at(last.sequence);
    if (!moment) return std::unexpected(std::move(moment).error());
    then = std::move(moment->state);
  }
  const engine::State& state = then ? *then : driver.engine().state();
  const base::Date day = base::day_of(now - base::Duration(1));
  for (const auto& [code, id] : pools) {
    if (!pool::is_client_regime(state.pool.pools.find(id)->regime)) continue;
    const Result<pool::SegregationStatementInput> input =
        segregation_input(state,
                          {.pool = code,
                           .asset = "USDC",
                           .date = day,
                           .profile = venue_profile(),
                           .target_residual = {}},
                          {});
    if (!input) return std::unexpected(input.error());
    const Result<pool::SegregationStatementOutput> statement = segregation_statement(*input);
    if (!statement) return std::unexpected(statement.error());
    const auto text = [](base::SignedAmount amount) {
      return base::format_decimal(amount, kUsdScale);
    };
    rows.push_back({base::format_date(day), code, text(statement->required), text(statement->held),
                    text(statement->excess), std::string(base::name_of(statement->verdict))});
  }
  return {};
}

}  // namespace cofferdam::report
