// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/solvency_parts.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/individual.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cofferdam::solvency {
namespace {

using actuarial::Frequency;
using actuarial::Lattice;
using actuarial::Line;
using base::malformed;
using base::Result;

bool is_part(double x) {
  return x >= 0 && x <= 1;
}

Result<void> need_part(double x, std::string field) {
  if (is_part(x)) return {};
  return malformed(std::move(field), base::number_text(x), "must lie from 0 to 1");
}

std::string at(std::string_view list, std::size_t i) {
  return std::string(list) + "[" + std::to_string(i) + "]";
}

std::string at(std::string_view list, std::size_t i, std::string_view field) {
  return at(list, i) + "." + std::string(field);
}

// Assets name their custodian, so a name means one.
Result<void> check_custodians(const SolvencyInput& in) {
  for (std::size_t i = 0; i < in.custodians.size(); ++i) {
    const std::string& name = in.custodians[i].name;
    if (name.empty()) return malformed(at("custodians", i, "name"), "", "a custodian has a name");
    for (std::size_t k = 0; k < i; ++k)
      if (in.custodians[k].name == name)
        return malformed(at("custodians", i, "name"), name, "each name once");
  }
  return {};
}

Result<void> check_sizes(const SolvencyInput& in) {
  const auto size = [](std::string field, std::size_t have, std::size_t least,
                       std::size_t most) -> Result<void> {
    if (have >= least && have <= most) return {};
    return malformed(std::move(field), std::to_string(have),
                     "must be " + std::to_string(least) + " to " + std::to_string(most));
  };
  for (const Result<void>& fine :
       {size("lines", in.lines.size(), 1, kSolvencyLinesMax),
        size("assets", in.assets.size(), 1, kSolvencyAssetsMax),
        size("custodians", in.custodians.size(), 0, kSolvencyAssetsMax),
        size("reserves", in.reserves.size(), 0, kSolvencyLinesMax),
        size("states", in.states.size(), 0, kSolvencyStatesMax), size("years", in.years, 1, 30),
        size("bootstrap", in.bootstrap, 0, kBootstrapMax),
        size("loadings", in.loadings.size(), 0, 50), size("scale", in.scale, 0, 18),
        size("payment_pattern", in.payment_pattern.size(), 1, 400),
        size("points", in.points, 1'024, 65'536)})
    if (!fine) return fine;
  if (!std::has_single_bit(in.points))
    return malformed("points", std::to_string(in.points), "must be a power of two");
  return {};
}

Result<void> check_figures(const SolvencyInput& in) {
  if (!(in.level > 0.5 && in.level < 1))
    return malformed("level", base::number_text(in.level), "must lie above 0.5 and below 1");
  if (!(in.expense_ratio >= 0 && in.expense_ratio < 1))
    return malformed("expense_ratio", base::number_text(in.expense_ratio),
                     "must lie from 0 to below 1");
  if (!(in.gearing > 0) || !std::isfinite(in.gearing))
    return malformed("gearing", base::number_text(in.gearing), "must be above 0");
  for (const auto& [name, value] :
       {std::pair{"premium_deviation", in.premium_deviation},
        std::pair{"reserve_deviation", in.reserve_deviation},
        std::pair{"elasticity", in.elasticity}, std::pair{"step", in.step}})
    if (!(value >= 0) || !std::isfinite(value))
      return malformed(name, base::number_text(value), "must be finite, not negative");
  if (Result<void> fine = need_part(in.unexpired, "unexpired"); !fine) return fine;
  for (std::size_t i = 0; i < in.loadings.size(); ++i)
    if (const double loading = in.loadings[i]; !(loading > -1 && loading <= 1'000))
      return malformed(at("loadings", i), base::number_text(loading),
                       "must lie above -1, at most 1,000");
  double pattern = 0;
  for (std::size_t i = 0; i < in.payment_pattern.size(); ++i) {
    if (Result<void> fine = need_part(in.payment_pattern[i], at("payment_pattern", i)); !fine)
      return fine;
    pattern += in.payment_pattern[i];
  }
  if (std::abs(pattern - 1) > 1e-9)
    return malformed("payment_pattern", base::number_text(pattern), "must sum to 1");
  double states = in.states.empty() ? 1 : 0;
  for (std::size_t i = 0; i < in.states.size(); ++i) {
    const SolvencyState& s = in.states[i];
    if (Result<void> fine = need_part(s.probability, at("states", i, "probability")); !fine)
      return fine;
    if (!(s.claims_factor >= 0 && s.claims_factor <= 1'000))
      return malformed(at("states", i, "claims_factor"), base::number_text(s.claims_factor),
                       "must lie from 0 to 1,000");
    if (!(s.asset_factor >= 0 && s.asset_factor <= 1e6))
      return malformed(at("states", i, "asset_factor"), base::number_text(s.asset_factor),
                       "must lie from 0 to 1,000,000");
    states += s.probability;
  }
  if (std::abs(states - 1) > 1e-9)
    return malformed("states", base::number_text(states), "probabilities must sum to 1");
  return {};
}

Result<Line> line_of(const std::string& text, const std::string& field) {
  const Result<actuarial::Portfolio> model = actuarial::parse_model(text, field);
  if (!model) return std::unexpected(model.error());
  if (model->lines.size() != 1 || model->annual.deductible > 0 ||
      std::isfinite(model->annual.limit))
    return malformed(field, text, "one line without annual terms");
  if (std::string note = actuarial::infinite_mean_note(model->lines[0].payment); !note.empty())
    return malformed(field, text, "no capital exists for an infinite mean", std::move(note));
  return model->lines[0];
}

Result<void> read_lines(const SolvencyInput& in, SolvencyBook& out) {
  for (std::size_t i = 0; i < in.lines.size(); ++i) {
    const SolvencyLine& line = in.lines[i];
    const Result<Line> model = line_of(line.model, at("lines", i, "model"));
    if (!model) return std::unexpected(model.error());
    const Result<Line> challenger =
        line.challenger.empty() ? model : line_of(line.challenger, at("lines", i, "challenger"));
    if (!challenger) return std::unexpected(challenger.error());
    if (!(line.years_observed >= 0 && line.years_observed <= 10'000))
      return malformed(at("lines", i, "years_observed"), base::number_text(line.years_observed),
                       "must lie from 0 to 10,000");
    if (line.losses_observed > 10'000 || (line.losses_observed > 0 && line.losses_observed < 5))
      return malformed(at("lines", i, "losses_observed"), std::to_string(line.losses_observed),
                       "0, or 5 to 10,000");
    out.lines.push_back(*model);
    out.challengers.push_back(*challenger);
    out.premium += base::to_double(line.premium, in.scale);
    out.sum_insured += base::to_double(line.sum_insured, in.scale);
  }
  out.net_premium = out.premium * (1 - in.expense_ratio);
  if (in.operational.empty()) return {};
  const Result<actuarial::Portfolio> model = actuarial::parse_model(in.operational, "operational");
  if (!model) return std::unexpected(model.error());
  if (model->annual.deductible > 0 || std::isfinite(model->annual.limit))
    return malformed("operational", in.operational, "lines without annual terms");
  for (const Line& line : model->lines) {
    if (std::string note = actuarial::infinite_mean_note(line.payment); !note.empty())
      return malformed("operational", in.operational, "no capital exists for an infinite mean",
                       std::move(note));
    out.operational.push_back(line);
  }
  return {};
}

Result<void> read_assets(const SolvencyInput& in, SolvencyBook& out) {
  if (Result<void> fine = check_custodians(in); !fine) return fine;
  std::vector<double> held(in.custodians.size(), 0.0);
  for (std::size_t i = 0; i < in.assets.size(); ++i) {
    const SolvencyAsset& asset = in.assets[i];
    for (const auto& [field, value] :
         {std::pair{"shock", asset.shock}, std::pair{"event_probability", asset.event_probability},
          std::pair{"event_loss", asset.event_loss}})
      if (Result<void> fine = need_part(value, at("assets", i, field)); !fine) return fine;
    const double amount = base::to_double(asset.amount, in.scale);
    out.assets += amount;
    if (asset.is_liquid) out.liquid += amount;
    if (asset.event_probability > 0 && asset.event_loss * amount > 0)
      out.events.push_back({asset.name, asset.event_probability, asset.event_loss * amount});
    if (asset.custodian.empty()) continue;
    const auto found = std::ranges::find(in.custodians, asset.custodian, &SolvencyCustodian::name);
    if (found == in.custodians.end())
      return malformed(at("assets", i, "custodian"), asset.custodian,
                       "must be the name of one of custodians, or empty");
    held[static_cast<std::size_t>(found - in.custodians.begin())] += amount;
  }
  for (std::size_t i = 0; i < in.custodians.size(); ++i) {
    const SolvencyCustodian& one = in.custodians[i];
    for (const auto& [field, value] : {std::pair{"loss_probability", one.loss_probability},
                                       std::pair{"loss_part", one.loss_part}})
      if (Result<void> fine = need_part(value, at("custodians", i, field)); !fine) return fine;
    if (one.loss_probability > 0 && one.loss_part * held[i] > 0)
      out.events.push_back({"loss at " + one.name, one.loss_probability, one.loss_part * held[i]});
  }
  return {};
}

Line reserve_line(double best_estimate, double cv) {
  const Frequency once = actuarial::binomial(1, 1);
  if (cv == 0)
    return {.frequency = once, .payment = {.severity = actuarial::constant(best_estimate)}};
  const double variance = std::log1p(cv * cv);
  return {.frequency = once,
          .payment = {
              .severity = {actuarial::Lognormal{.meanlog = std::log(best_estimate) - variance / 2,
                                                .sdlog = std::sqrt(variance)}}}};
}

// Far enough for everything together in the worst state.
double step_of(const SolvencyBook& book, const std::vector<Line>& reserves) {
  double claims = 1, assets = 1;
  for (const SolvencyState& s : book.states) {
    if (s.probability == 0) continue;
    claims = std::max(claims, s.claims_factor);
    assets = std::max(assets, s.asset_factor);
  }
  actuarial::Portfolio all;
  for (const std::vector<Line>* lines : {&book.lines, &book.challengers})
    for (std::size_t i = 0; i < lines->size(); ++i) {
      Line line = (*lines)[i];
      line.frequency = scaled(line.frequency, claims);
      all.lines.push_back(std::move(line));
    }
  for (const Line& line : book.operational) all.lines.push_back(line);
  for (const Line& line : reserves) all.lines.push_back(line);
  for (const AssetEvent& event : book.events)
    all.lines.push_back(
        {.frequency = actuarial::binomial(1, std::min(1.0, event.probability * assets)),
         .payment = {.severity = actuarial::constant(event.loss)}});
  return actuarial::suggest_step(all, book.input.points);
}

}  // namespace

Part part_of(const Line& line, const SolvencyBook& book) {
  return {
      .number = line.frequency,
      .payment = actuarial::discretize(line.payment, book.step, book.input.points, book.method)};
}

namespace {

void put_on_lattice(SolvencyBook& book) {
  const auto parts = [&](const std::vector<Line>& lines) {
    std::vector<Part> out;
    for (const Line& line : lines) out.push_back(part_of(line, book));
    return out;
  };
  book.claims = parts(book.lines);
  book.rivals = parts(book.challengers);
  book.background = parts(book.background_lines);
}

}  // namespace

Frequency scaled(const Frequency& frequency, double factor) {
  Frequency out = frequency;
  for (actuarial::State& state : out.states) {
    actuarial::Count& count = state.count;
    // P(N = 0) of a modified member moves with the mean: what is not zero is multiplied, at most to
    // one.
    if (count.zero_probability && *count.zero_probability > 0) {
      count.zero_probability = 1 - std::min(1.0, (1 - *count.zero_probability) * factor);
      continue;
    }
    count.mean *= factor;
    count.beta *= factor;
    count.probability = std::min(1.0, count.probability * factor);
  }
  return out;
}

SolvencyBook rounded_book(const SolvencyBook& book, actuarial::Discretization method) {
  SolvencyBook out = book;
  out.method = method;
  for (AssetEvent& event : out.events) {
    const double steps = event.loss / out.step;
    const double near = std::round(steps);
    if (std::abs(steps - near) < 1e-9 * (1 + near)) continue;
    const bool down = method == actuarial::Discretization::upper;
    event.loss = out.step * (down ? std::floor(steps) : std::ceil(steps));
  }
  put_on_lattice(out);
  return out;
}

Result<SolvencyBook> book_of(const SolvencyInput& in) {
  if (Result<void> fine = check_sizes(in); !fine) return std::unexpected(fine.error());
  if (Result<void> fine = check_figures(in); !fine) return std::unexpected(fine.error());
  SolvencyBook out{.input = in};
  if (Result<void> fine = read_lines(in, out); !fine) return std::unexpected(fine.error());
  if (Result<void> fine = read_assets(in, out); !fine) return std::unexpected(fine.error());
  out.states = in.states;
  if (out.states.empty()) out.states.push_back({});
  std::vector<Line> reserves;
  for (std::size_t i = 0; i < in.reserves.size(); ++i) {
    const SolvencyReserve& one = in.reserves[i];
    if (!(one.cv >= 0 && one.cv <= 10))
      return malformed(at("reserves", i, "cv"), base::number_text(one.cv), "must lie from 0 to 10");
    const double best = base::to_double(one.best_estimate, in.scale);
    out.reserves += best;
    if (best > 0) reserves.push_back(reserve_line(best, one.cv));
  }
  out.own_funds = out.assets - out.reserves;
  out.step = in.step > 0 ? in.step : step_of(out, reserves);
  if (!std::isfinite(out.step * in.points) || !(out.step > 0))
    return malformed("step", base::number_text(out.step),
                     "must be finite and above 0, and times points too",
                     "the losses are beyond what a lattice can hold: state smaller models");
  out.background_lines = std::move(reserves);
  for (const Line& line : out.operational) out.background_lines.push_back(line);
  put_on_lattice(out);
  return out;
}

Lattice loss_of(const SolvencyBook& book, std::span<const Part> claims, const Joint& what) {
  const std::size_t points = book.input.points;
  Lattice out{.step = book.step, .mass = std::vector<double>(points, 0.0)};
  const std::size_t reserves = book.background.size() - book.operational.size();
  for (const SolvencyState& state : book.states) {
    if (state.probability == 0) continue;
    std::vector<Frequency> numbers;
    std::vector<Lattice> payments;
    if (what.with_claims)
      for (const Part& part : claims) {
        numbers.push_back(scaled(part.number, state.claims_factor * what.claims_scale));
        payments.push_back(part.payment);
      }
    for (std::size_t i = 0; i < book.background.size(); ++i) {
      if (i < reserves ? !what.with_reserves : !what.with_operational) continue;
      numbers.push_back(book.background[i].number);
      payments.push_back(book.background[i].payment);
    }
    if (what.with_assets && !book.events.empty()) {
      actuarial::IndividualModel events(book.step, points);
      for (const AssetEvent& event : book.events)
        events.add(
            actuarial::cover_of(std::min(1.0, event.probability * state.asset_factor), event.loss));
      numbers.push_back(actuarial::binomial(1, 1));
      payments.push_back(events.lattice());
    }
    if (payments.empty()) {
      out.mass[0] += state.probability;
      continue;
    }
    const actuarial::FftAnswer answer = actuarial::aggregate_by_fft(
        numbers, payments, {.padding = 2, .tilt = 12, .with_aliasing_bound = false});
    for (std::size_t k = 0; k < points; ++k)
      out.mass[k] += state.probability * answer.lattice.mass[k];
  }
  return out;
}

double probability_above(const Lattice& lattice, double amount) {
  double at_most = 0;
  for (std::size_t k = 0; k < lattice.mass.size() && lattice.at(k) <= amount * (1 + 1e-12); ++k)
    at_most += lattice.mass[k];
  // What rounding leaves of a sum of one is not a probability.
  constexpr double kRounding = 1e-13;
  return at_most > 1 - kRounding ? 0.0 : 1 - at_most;
}

}  // namespace cofferdam::solvency
