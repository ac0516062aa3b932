// SPDX-License-Identifier: Apache-2.0
//
// Grids: a rulebook turned into whole numbers that the books can margin with by addition alone. For
// each contract of a market, the change in value of its smallest quantity in every scenario, and
// add-ons for every unit held long or short. The requirement that the books then compute,
//
//   part * max(0, -(least over scenarios of the sum of quantity * entry)) + sum of add-ons,
//
// is the rulebook's where the rule is such a sum, and never below it where it is not (given that
// nothing rounds beyond the stated quantum):
//
//   deribit_portfolio  scenarios exact; net short options counted without netting at a strike,
//                      offset futures as half of both sides
//   span               scenarios exact; calendar charges as half of all deltas, short option
//                      minimum on top, no inter-commodity credit; one underlying a grid
//   pmrm, pmrm_2       scenarios exact; discounts, basis contingency and skew as add-ons of every
//                      option; collateral in kind is left to the books' own schedule
//   linear_tiers, fractions with one bracket, standard_options
//                      no scenario moves anything: the margin of one contract by itself as add-on
//
// coin_options and naked_options have none: their equity leaves options' value out, the books'
// does not. Entries are rounded down, and an entry that was rounded adds one to the add-on of a
// short; add-ons are rounded up.
#pragma once

#include "cofferdam/models/margin/rulebook.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

// Exact in a double and far within 64 bits, as the books ask for.
inline constexpr std::int64_t kGridEntryMax = (std::int64_t{1} << 53) - 1;
inline constexpr std::size_t kGridContractsMax = 4096;

struct SmallestQuantity {
  std::string instrument;
  base::Quantity quantity;

  static constexpr std::array<std::string_view, 2> kRequired{"instrument", "quantity"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("instrument", self.instrument, "its code");
    visit("quantity", self.quantity, "what the books count by");
  }
};

struct GridInput {
  std::string rulebook;
  std::optional<Rulebook> parameters;
  std::uint8_t scale = 18;
  std::uint8_t price_scale = 18;
  std::uint8_t quantity_scale = 18;
  std::uint8_t value_scale = 0;
  Market market;
  std::vector<SmallestQuantity> smallest_quantities;

  static constexpr std::string_view kDoc =
      "A rulebook, contracts and a market as grids of whole numbers, as margin.publish-grid takes "
      "them.";
  static constexpr std::string_view kSource =
      "the rulebook's own `source`; entries down, add-ons up, so that no requirement falls short";
  static constexpr std::array<std::string_view, 2> kRequired{"market", "value_scale"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "name of a built-in rulebook; or give `parameters`");
    visit("parameters", self.parameters, "a whole rulebook, as in examples/rulebooks");
    visit("scale", self.scale, "fraction digits of amounts, at most 18; default 18");
    visit("price_scale", self.price_scale, "fraction digits of prices, at most 18; default 18");
    visit("quantity_scale", self.quantity_scale,
          "fraction digits of quantities, at most 18; default 18");
    visit("value_scale", self.value_scale, "fraction digits of an entry, at most 18");
    visit("market", self.market, "prices, forwards, instruments: at most 4,096, of one underlying");
    visit("smallest_quantities", self.smallest_quantities,
          "of an instrument; one contract where none is given");
  }
};

struct GridContract {
  std::string contract;
  std::vector<std::int64_t> entries;
  std::int64_t initial_long = 0;
  std::int64_t initial_short = 0;
  std::int64_t maintenance_long = 0;
  std::int64_t maintenance_short = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "code of the instrument, which is the books' contract");
    visit("entries", self.entries, "change of value of the smallest quantity, by scenario");
    visit("initial_long", self.initial_long, "initial contingency of every unit held long");
    visit("initial_short", self.initial_short, "initial contingency of every unit held short");
    visit("maintenance_long", self.maintenance_long, "maintenance contingency of a long unit");
    visit("maintenance_short", self.maintenance_short, "maintenance contingency of a short unit");
  }
};

struct GridOutput {
  std::string rulebook;
  std::string version;
  std::uint8_t value_scale = 0;
  std::uint32_t initial_ppm = 0;
  std::uint32_t maintenance_ppm = 0;
  std::vector<std::string> names;
  std::vector<GridContract> grids;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "its name");
    visit("version", self.version, "of its source");
    visit("value_scale", self.value_scale, "fraction digits of entries and add-ons");
    visit("initial_ppm", self.initial_ppm, "initial part of the worst scenario's loss");
    visit("maintenance_ppm", self.maintenance_ppm, "maintenance part of it");
    visit("names", self.names, "of the scenarios");
    visit("grids", self.grids, "one for each contract; spot has none");
  }
};

[[nodiscard]] Result<GridOutput> margin_grid(const GridInput& input);

// The same before it is rounded: unit changes and add-ons of one contract.
struct UnitGrid {
  std::vector<Decimal> changes;
  Decimal initial_long;
  Decimal initial_short;
  Decimal maintenance_long;
  Decimal maintenance_short;
};

struct UnitGrids {
  Decimal initial_part = Decimal::one();
  Decimal maintenance_part = Decimal::one();
  std::vector<std::string> names;
  std::vector<std::optional<UnitGrid>> of;  // by contract of the book; none for spot
};

[[nodiscard]] Result<UnitGrids> unit_grids(const Rulebook& rulebook, const Book& book);

}  // namespace cofferdam::rulebook
