// SPDX-License-Identifier: Apache-2.0
//
// The calculator `margin`: what a portfolio needs by a rulebook, and why. Besides the requirement
// it answers which scenario binds, what every position and contingency adds, what closing a
// position or trading another contract would free, what a hypothetical trade would need, and what
// the same positions would need isolated, cross or as a portfolio.
//
// A position's *freed* margin is what the excess gains when the position is closed at its mark. In
// `modes`, isolated margins every position by itself, so that no position's profit or collateral
// helps another; cross sums the requirements of the positions and shares profits and collateral;
// portfolio is the rulebook over all of them. `cash_needed` is the least cash with which nothing is
// missing.
#pragma once

#include "cofferdam/models/margin/rulebook.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

struct MarginInput {
  std::string rulebook;
  std::optional<Rulebook> parameters;
  std::uint8_t scale = 18;
  std::uint8_t price_scale = 18;
  std::uint8_t quantity_scale = 18;
  Market market;
  Portfolio portfolio;
  std::vector<Trade> what_if;
  std::optional<base::Quantity> relief_quantity;
  bool explain = true;

  static constexpr std::string_view kDoc =
      "Initial and maintenance margin of a portfolio by a rulebook, with every part of it: binding "
      "scenario, contributions, what would free margin, what-if, isolated against cross against "
      "portfolio.";
  static constexpr std::string_view kSource =
      "the rulebook's own `source`; cofferdam calc rulebook shows it";
  static constexpr std::array<std::string_view, 2> kRequired{"market", "portfolio"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "name of a built-in rulebook; or give `parameters`");
    visit("parameters", self.parameters, "a whole rulebook, as in examples/rulebooks");
    visit("scale", self.scale, "fraction digits of amounts, at most 18; default 18");
    visit("price_scale", self.price_scale, "fraction digits of prices, at most 18; default 18");
    visit("quantity_scale", self.quantity_scale,
          "fraction digits of quantities, at most 18; default 18");
    visit("market", self.market, "prices, forwards, instruments");
    visit("portfolio", self.portfolio, "cash and positions");
    visit("what_if", self.what_if, "hypothetical trades, done together; at most 64");
    visit("relief_quantity", self.relief_quantity,
          "also try buying and selling this much of every instrument, of at most 100");
    visit("explain", self.explain, "false: requirements only; default true");
  }
};

enum class MarginStatus : std::uint8_t { healthy, below_initial, below_maintenance };

struct MarginFigures {
  base::SignedAmount equity;
  base::SignedAmount initial;
  base::SignedAmount maintenance;
  base::SignedAmount initial_excess;
  base::SignedAmount maintenance_excess;
  MarginStatus status = MarginStatus::healthy;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("equity", self.equity, "cash and positions at the marks");
    visit("initial", self.initial, "requirement to open");
    visit("maintenance", self.maintenance, "requirement to hold");
    visit("initial_excess", self.initial_excess, "equity less initial");
    visit("maintenance_excess", self.maintenance_excess, "equity less maintenance");
    visit("status", self.status, "by the two excesses");
  }
};

struct MarginLine {
  std::string name;
  std::string where;
  std::string detail;
  base::SignedAmount initial;
  base::SignedAmount maintenance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "part of the requirement");
    visit("where", self.where, "instrument, expiry or underlying");
    visit("detail", self.detail, "the figures behind it");
    visit("initial", self.initial, "of the initial requirement");
    visit("maintenance", self.maintenance, "of the maintenance requirement");
  }
};

struct MarginScenario {
  std::string name;
  base::SignedAmount pnl;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "the shock");
    visit("pnl", self.pnl, "profit as the rule counts it: discounted, dampened");
  }
};

struct PositionShare {
  std::string instrument;
  base::Quantity quantity;
  base::SignedAmount value;
  base::SignedAmount scenario_pnl;
  base::SignedAmount freed_initial;
  base::SignedAmount freed_maintenance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("instrument", self.instrument, "its code");
    visit("quantity", self.quantity, "held");
    visit("value", self.value, "what it adds to equity");
    visit("scenario_pnl", self.scenario_pnl, "in the binding scenario, before discounts");
    visit("freed_initial", self.freed_initial, "by closing it at its mark; below zero: it hedges");
    visit("freed_maintenance", self.freed_maintenance, "the same for maintenance");
  }
};

struct Relief {
  std::string instrument;
  base::Quantity quantity;
  base::SignedAmount freed_initial;
  base::SignedAmount freed_maintenance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("instrument", self.instrument, "to trade");
    visit("quantity", self.quantity, "to buy; below zero: to sell");
    visit("freed_initial", self.freed_initial, "initial excess gained, at the mark");
    visit("freed_maintenance", self.freed_maintenance, "maintenance excess gained");
  }
};

enum class MarginMode : std::uint8_t { isolated, cross, portfolio };

struct ModeFigures {
  MarginMode mode = MarginMode::isolated;
  base::SignedAmount initial;
  base::SignedAmount maintenance;
  base::SignedAmount cash_needed_initial;
  base::SignedAmount cash_needed_maintenance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mode", self.mode, "isolated, cross or portfolio");
    visit("initial", self.initial, "requirement");
    visit("maintenance", self.maintenance, "requirement");
    visit("cash_needed_initial", self.cash_needed_initial, "least cash to open");
    visit("cash_needed_maintenance", self.cash_needed_maintenance, "least cash to hold");
  }
};

struct MarginOutput {
  std::string rulebook;
  std::string version;
  MarginFigures figures;
  std::string binding_scenario;
  std::vector<MarginLine> lines;
  std::vector<MarginScenario> scenarios;
  std::vector<PositionShare> positions;
  std::vector<Relief> relief;
  std::optional<MarginFigures> what_if;
  std::vector<ModeFigures> modes;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "its name");
    visit("version", self.version, "of its source");
    visit("figures", self.figures, "equity and requirements");
    visit("binding_scenario", self.binding_scenario, "the one that decides; empty: none");
    visit("lines", self.lines, "what the requirements are made of; they sum exactly");
    visit("scenarios", self.scenarios, "every scenario of the rulebook");
    visit("positions", self.positions, "contribution of each");
    visit("relief", self.relief, "trades that would free margin, best first");
    visit("what_if", self.what_if, "figures after the hypothetical trades");
    visit("modes", self.modes, "the same positions under three margin modes");
  }
};

// `parameters` must be given here; names are resolved above this room.
[[nodiscard]] Result<MarginOutput> margin(const MarginInput& input);

// What a trade at a price has made at the mark.
[[nodiscard]] Result<Decimal> trade_profit(const Rulebook& rulebook, const Book& book,
                                           std::size_t contract, Decimal quantity, Decimal price);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::MarginStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"healthy", "below_initial",
                                                          "below_maintenance"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "equity covers the initial requirement", "equity covers maintenance only",
      "equity is below the maintenance requirement"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::MarginMode> {
  static constexpr std::array<std::string_view, 3> kNames{"isolated", "cross", "portfolio"};
};
