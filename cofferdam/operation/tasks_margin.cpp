// SPDX-License-Identifier: Apache-2.0
//
// From a market to grids in force in one step: the calculator margin-grid makes them, and
// margin.publish-grid, the same command as by hand, brings them in. What the books know already
// (scales, smallest quantities, the bounds of the rulebook) is taken from there; what is at odds
// with them is refused before anything is given.
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/publish_grid.h"
#include "cofferdam/models/margin/market.h"
#include "cofferdam/operation/rulebooks.h"
#include "cofferdam/operation/tasks.h"

namespace cofferdam::operation {

struct CalculateGridParameters {
  std::string rulebook;
  std::string rules;
  std::optional<rulebook::Rulebook> parameters;
  std::uint8_t scale = 18;
  std::uint8_t price_scale = 18;
  std::uint8_t quantity_scale = 18;
  rulebook::Market market;

  static constexpr std::array<std::string_view, 2> kRequired{"rulebook", "market"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "code of the rulebook in the books");
    visit("rules", self.rules,
          "name of a built-in rulebook (calc rulebook); empty: the same as the code");
    visit("parameters", self.parameters, "or a whole rulebook, as in examples/rulebooks");
    visit("scale", self.scale, "fraction digits of amounts, at most 18; default 18");
    visit("price_scale", self.price_scale, "fraction digits of prices, at most 18; default 18");
    visit("quantity_scale", self.quantity_scale,
          "fraction digits of quantities, at most 18; default 18");
    visit("market", self.market,
          "as in calc margin-grid; codes of instruments are codes of contracts, its time is when "
          "the grids were computed");
  }
};

namespace {

// A part that the books and the rules must agree on.
Result<void> agree(std::string field, const std::string& books, const std::string& rules) {
  if (books == rules) return {};
  return base::malformed(std::move(field), books,
                         "the rulebook in the books must say what the rules say: " + rules,
                         "cofferdam margin set-rulebook");
}

Result<void> check_rules(const margin::Rulebook& books, const rulebook::GridOutput& rules) {
  if (auto same = agree("version", books.version, rules.version); !same) return same;
  if (auto same =
          agree("scenarios", std::to_string(books.scenarios), std::to_string(rules.names.size()));
      !same)
    return same;
  if (auto same = agree("initial_ppm", std::to_string(books.initial_ppm),
                        std::to_string(rules.initial_ppm));
      !same)
    return same;
  if (auto same = agree("maintenance_ppm", std::to_string(books.maintenance_ppm),
                        std::to_string(rules.maintenance_ppm));
      !same)
    return same;
  for (std::size_t i = 0; i < books.names.size(); ++i)
    if (auto same = agree("names", books.names[i], rules.names[i]); !same) return same;
  return {};
}

// What one contract is must be the same on both sides, or every entry is wrong by a factor.
Result<void> check_instrument(const market::Contract& contract,
                              const rulebook::Instrument& instrument) {
  const auto multiplier = base::try_mul_div<base::Rounding::down>(
      static_cast<base::i128>(contract.multiplier), base::i128{base::kRateOne},
      static_cast<base::i128>(base::power_of_ten(contract.multiplier_scale)));
  if (multiplier && instrument.contract_size.value() == *multiplier) return {};
  return base::malformed(
      "market.instruments.contract_size",
      base::format_decimal(base::i128{instrument.contract_size.value()}, base::kRateScale),
      "must be the multiplier of contract " + contract.code);
}

// The input of the calculator: the market, and from the books what is counted in them.
Result<rulebook::GridInput> grid_input(const engine::State& state,
                                       const CalculateGridParameters& parameters,
                                       const margin::Rulebook& books) {
  rulebook::GridInput input{.rulebook = parameters.parameters || !parameters.rules.empty()
                                            ? parameters.rules
                                            : parameters.rulebook,
                            .parameters = parameters.parameters,
                            .scale = parameters.scale,
                            .price_scale = parameters.price_scale,
                            .quantity_scale = parameters.quantity_scale,
                            .value_scale = books.value_scale,
                            .market = parameters.market};
  for (const rulebook::Instrument& instrument : parameters.market.instruments) {
    if (instrument.kind == rulebook::InstrumentKind::spot) continue;
    const market::Contract* contract = market::find_contract(state.market, instrument.code);
    if (contract == nullptr)
      return base::malformed("market.instruments.code", instrument.code,
                             "must be the code of a contract of the books");
    if (Result<void> same = check_instrument(*contract, instrument); !same)
      return std::unexpected(same.error());
    if (contract->quantity_scale > parameters.quantity_scale)
      return base::malformed("quantity_scale", std::to_string(parameters.quantity_scale),
                             "must be at least that of contract " + contract->code);
    const unsigned digits = unsigned{parameters.quantity_scale} - contract->quantity_scale;
    input.smallest_quantities.push_back(
        {instrument.code, base::Quantity(static_cast<base::i128>(base::power_of_ten(digits)))});
  }
  return input;
}

Result<Document> calculate_grid(Session& session, const CalculateGridParameters& parameters,
                                Progress& progress) {
  const engine::State& state = session.engine().state();
  const margin::Rulebook* books = margin::find_rulebook(state.margin, parameters.rulebook);
  if (books == nullptr)
    return base::malformed("rulebook", parameters.rulebook,
                           "must be the code of a rulebook of the books",
                           "cofferdam margin set-rulebook");
  const auto input = grid_input(state, parameters, *books);
  if (!input) return std::unexpected(input.error());
  progress.step("contracts", 0, input->market.instruments.size());
  const auto output = operation::margin_grid(*input);
  if (!output) return std::unexpected(output.error());
  if (Result<void> same = check_rules(*books, *output); !same) return std::unexpected(same.error());
  margin::PublishGrid command{.rulebook = books->id,
                              .version = books->version,
                              .computed = input->market.time,
                              .grids = {}};
  for (const rulebook::GridContract& grid : output->grids) {
    margin::ContractGrid one{.contract = market::find_contract(state.market, grid.contract)->id,
                             .add_ons = {.initial_long = grid.initial_long,
                                         .initial_short = grid.initial_short,
                                         .maintenance_long = grid.maintenance_long,
                                         .maintenance_short = grid.maintenance_short,
                                         .size_free = {}},
                             .entries = grid.entries};
    command.grids.push_back(std::move(one));
  }
  Result<Answer> answer = give_command(session, std::move(command));
  if (!answer) return std::unexpected(std::move(answer).error());
  Json json = std::move(answer->json);
  json.add("contracts", std::to_string(output->grids.size()));
  json.add("scenarios", std::to_string(output->names.size()));
  return Document(std::move(json));
}

}  // namespace

void register_margin_tasks(Registry& registry) {
  add_task<CalculateGridParameters>(
      registry, "margin.calculate-grid",
      "Grids of a rulebook for a market, made by calc margin-grid and brought into force.",
      &calculate_grid);
}

}  // namespace cofferdam::operation
