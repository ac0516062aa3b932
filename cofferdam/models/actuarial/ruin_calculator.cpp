// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/ruin_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/grid_choice.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Model {
  std::optional<Severity> severity;
  std::optional<PhaseType> phase_type;
  double mean_claim = 0;
};

base::Result<Model> model_of(const RuinInput& in) {
  Model out;
  if (in.phase_type) {
    if (!in.claims.empty())
      return base::malformed("claims", in.claims, "either claims or phase_type, not both");
    PhaseType p{.initial = in.phase_type->initial, .generator = {}};
    for (const std::vector<double>& row : in.phase_type->generator) {
      if (row.size() != p.phases())
        return base::malformed("phase_type.generator", std::to_string(row.size()),
                               "a row and a column for each phase");
      p.generator.insert(p.generator.end(), row.begin(), row.end());
    }
    if (std::string fault = fault_of(p); !fault.empty())
      return base::malformed("phase_type", "", std::move(fault));
    out.mean_claim = mean(p);
    out.phase_type = std::move(p);
    return out;
  }
  base::Result<Severity> severity = parse_severity(in.claims, "claims");
  if (!severity) return std::unexpected(severity.error());
  out.mean_claim = mean(*severity);
  if (std::string note = infinite_mean_note({.severity = *severity, .terms = {}}); !note.empty())
    return base::malformed("claims", in.claims, "ruin is certain with an infinite mean",
                           std::move(note));
  if (!(out.mean_claim > 0))
    return base::malformed("claims", in.claims, "the mean must be above 0");
  out.phase_type = phase_type_of(*severity);
  out.severity = *std::move(severity);
  return out;
}

base::Result<void> check(const RuinInput& in) {
  if (!(in.claim_rate > 0) || !std::isfinite(in.claim_rate))
    return base::malformed("claim_rate", base::number_text(in.claim_rate), "must be above 0");
  if (!in.loading && !in.premium_rate)
    return base::malformed("loading", "", "loading or premium_rate must be given");
  if (in.loading && in.premium_rate)
    return base::malformed("loading", base::number_text(*in.loading),
                           "loading or premium_rate, not both: premium_rate is " +
                               base::number_text(*in.premium_rate));
  if (in.surpluses.empty() || in.surpluses.size() > kPointsAskedMax)
    return base::malformed("surpluses", std::to_string(in.surpluses.size()), "1 to 10,000");
  for (const double u : in.surpluses)
    if (!(u >= 0) || !std::isfinite(u))
      return base::malformed("surpluses", base::number_text(u), "must be finite and not negative");
  if (in.horizon && !(*in.horizon > 0))
    return base::malformed("horizon", base::number_text(*in.horizon), "must be above 0");
  if (base::Result<void> points = check_points(in.points, 256, std::uint64_t{1} << 20); !points)
    return points;
  if (in.paths == 0 || in.paths > 10'000'000)
    return base::malformed("paths", std::to_string(in.paths), "1 to 10,000,000");
  if (!(in.step >= 0) || !std::isfinite(in.step))
    return base::malformed("step", base::number_text(in.step), "must be finite, not negative");
  if (!(in.retained_share > 0 && in.retained_share <= 1))
    return base::malformed("retained_share", base::number_text(in.retained_share),
                           "must be above 0, at most 1");
  if (!(in.retention >= 0))
    return base::malformed("retention", base::number_text(in.retention), "must not be negative");
  return {};
}

base::Result<RuinMethod> method_of(const RuinInput& in, const Model& model, double loading) {
  const bool exponential =
      model.severity && std::holds_alternative<Exponential>(model.severity->family);
  RuinMethod method = in.method;
  if (method == RuinMethod::automatic) {
    if (in.horizon)
      method = exponential ? RuinMethod::exponential : RuinMethod::simulation;
    else
      method = exponential ? RuinMethod::exponential
                           : (model.phase_type ? RuinMethod::phase_type : RuinMethod::lattice);
  }
  const auto refuse = [&](std::string rule) {
    return base::malformed("method", std::string(base::name_of(method)), std::move(rule));
  };
  if (method == RuinMethod::exponential && !exponential)
    return refuse("the claims are not exponential");
  if (method == RuinMethod::phase_type && !model.phase_type)
    return refuse("the claims are not of phase type");
  if (method == RuinMethod::simulation && !in.horizon) return refuse("simulation needs a horizon");
  if (in.horizon && (method == RuinMethod::phase_type || method == RuinMethod::lattice))
    return refuse("a finite horizon is for exponential claims or simulation");
  if ((method == RuinMethod::simulation || method == RuinMethod::lattice) && !model.severity)
    return refuse("needs a severity");
  if (!in.horizon && !(loading > 0))
    return base::malformed("loading", base::number_text(loading), "must be above 0",
                           "without a positive loading ruin is certain");
  if (method == RuinMethod::simulation && static_cast<double>(in.paths) * *in.horizon *
                                                  in.claim_rate *
                                                  static_cast<double>(in.surpluses.size()) >
                                              2e8)
    return base::malformed("paths", std::to_string(in.paths),
                           "at most 200,000,000 claims are drawn");
  return method;
}

// A surplus gets a lattice for what is about as large as itself, so that its answer does not depend
// on what else is asked: the ends of the lattices lie sixteen-fold apart.
double reach_for(double surplus, double mean_claim) {
  double reach = 20 * mean_claim;
  while (reach < 1.02 * surplus) reach *= 16;
  return reach;
}

void fill_lattice(const RuinInput& in, const Model& model, RuinOutput& out) {
  std::map<double, std::vector<std::size_t>> rows;  // by the step of their lattice
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    const double step = in.step > 0 ? in.step
                                    : reach_for(out.rows[i].surplus, out.mean_claim) /
                                          (static_cast<double>(in.points) - 8);
    rows[step].push_back(i);
  }
  double least = 1;
  for (const auto& [step, places] : rows) {
    const LatticeRuin lattice(*model.severity, out.loading, step, in.points, true);
    out.step = step;
    for (const std::size_t i : places) {
      RuinRow& row = out.rows[i];
      const RuinBounds b = lattice(row.surplus);
      row.probability = row.surplus == 0 ? 1 / (1 + out.loading) : std::clamp(b.value, 0.0, 1.0);
      row.lower = b.lower;
      row.upper = b.upper;
      least = std::min(least, row.probability);
      if (std::isnan(b.value))
        out.note = "a surplus lies beyond the lattice: enlarge step or points";
    }
  }
  if (out.note.empty() && least < 1e-12)
    out.note = "a probability below 1e-12 is within the rounding of the lattice";
}

void fill_rows(const RuinInput& in, const Model& model, RuinOutput& out) {
  const auto set = [](RuinRow& row, double value) {
    row.probability = row.lower = row.upper = value;
  };
  switch (out.method) {
    case RuinMethod::exponential:
      for (RuinRow& row : out.rows)
        set(row, in.horizon ? exponential_ruin_before(out.mean_claim, in.claim_rate,
                                                      out.premium_rate, row.surplus, *in.horizon)
                            : exponential_ruin(out.mean_claim, out.loading, row.surplus));
      break;
    case RuinMethod::phase_type: {
      const PhaseTypeRuin psi(*model.phase_type, in.claim_rate, out.premium_rate,
                              std::ranges::max(in.surpluses));
      for (RuinRow& row : out.rows) set(row, psi(row.surplus));
      break;
    }
    case RuinMethod::lattice:
      fill_lattice(in, model, out);
      break;
    case RuinMethod::automatic:
    case RuinMethod::simulation:
      for (RuinRow& row : out.rows) {
        const SimulatedRuin s = simulate_ruin(*model.severity, in.claim_rate, out.premium_rate,
                                              row.surplus, *in.horizon, in.paths, in.seed);
        row.probability = s.probability;
        row.lower = s.probability - 2 * s.standard_error;
        row.upper = s.probability + 2 * s.standard_error;
      }
      break;
  }
}

void fill_reinsurance(const RuinInput& in, const Severity& claims, RuinOutput& out) {
  const double limit = in.retention > 0 ? in.retention / in.retained_share : kInfinity;
  const double kept = in.retained_share *
                      (limit == kInfinity ? out.mean_claim : limited_expected_value(claims, limit));
  const double given = out.mean_claim - kept;
  const double premium = out.premium_rate - (1 + in.reinsurance_loading) * in.claim_rate * given;
  out.retained_loading = premium / (in.claim_rate * kept) - 1;
  out.retained_adjustment_coefficient =
      adjustment_coefficient(claims, in.claim_rate, premium,
                             {.share = in.retained_share, .retention = in.retention})
          .value_or(kNone);
}

}  // namespace

base::Result<RuinOutput> ruin(const RuinInput& in) {
  if (base::Result<void> fine = check(in); !fine) return std::unexpected(fine.error());
  const base::Result<Model> model = model_of(in);
  if (!model) return std::unexpected(model.error());
  RuinOutput out;
  out.mean_claim = model->mean_claim;
  const double expected = in.claim_rate * out.mean_claim;
  out.loading = in.loading ? *in.loading : *in.premium_rate / expected - 1;
  out.premium_rate = (1 + out.loading) * expected;
  if (!(out.premium_rate > 0) || !std::isfinite(out.premium_rate))
    return base::malformed("premium_rate", base::number_text(out.premium_rate), "must be above 0");
  const base::Result<RuinMethod> method = method_of(in, *model, out.loading);
  if (!method) return std::unexpected(method.error());
  out.method = *method;
  out.adjustment_coefficient = out.retained_adjustment_coefficient = kNone;
  out.retained_loading = kNone;
  if (model->severity) {
    out.adjustment_coefficient =
        adjustment_coefficient(*model->severity, in.claim_rate, out.premium_rate).value_or(kNone);
    fill_reinsurance(in, *model->severity, out);
    // Of exponential claims it is known, to the last digit also where the loading is tiny.
    if (std::holds_alternative<Exponential>(model->severity->family) && out.loading > 0)
      out.adjustment_coefficient = out.loading / (1 + out.loading) / out.mean_claim;
  }
  for (const double u : in.surpluses) {
    RuinRow row{.surplus = u, .lundberg_bound = kNone, .heavy_tail = kNone};
    if (!std::isnan(out.adjustment_coefficient))
      row.lundberg_bound = std::exp(-out.adjustment_coefficient * u);
    else if (model->severity && out.loading > 0)
      row.heavy_tail = stop_loss(*model->severity, u) / out.mean_claim / out.loading;
    out.rows.push_back(row);
  }
  fill_rows(in, *model, out);
  if (model->severity && std::isnan(out.adjustment_coefficient) && out.loading > 0)
    out.note += std::string(out.note.empty() ? "" : "; ") +
                "no adjustment coefficient: the tail is too heavy for an exponential bound";
  return out;
}

}  // namespace cofferdam::actuarial
