// SPDX-License-Identifier: Apache-2.0
//
// How much of a member's own experience its premium should follow: Buehlmann (1967) and Buehlmann
// and Straub (1970). Z_i = w_i/(w_i + k), k = within variance / between variance, and the premium
// Z_i own mean + (1 - Z_i) collective mean, where the collective mean is weighted by the Z_i
// (Buehlmann and Gisler 2005, ch. 4). The unbiased estimator of the between variance can fall below
// zero; it is then zero, no experience counts, and the answer says so. The iterative one (Bichsel
// and Straub) solves tau^2 = sum Z_i (x_i - m)^2 / (I - 1), m weighted by Z.
//
// Two more models. *Hierarchical* (Jewell 1975; Buehlmann and Gisler ch. 6): groups stand in
// cohorts, and a group's premium leans on its cohort's, which leans on the collective; `unbiased`
// takes the mean of the cohorts' estimates, each at least 0, `ohlsson` (2005) their pooled sum.
// *Regression* (Hachemeister 1975): each group has a line over time, and the lines lean on the
// collective one; at the barycentre of time (Buehlmann and Gisler 1997) intercept and slope have
// credibilities of their own, so that no line is left crossing all others; at the origin they share
// a matrix, estimated iteratively.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

inline constexpr std::size_t kGroupsMax = 100'000;

enum class CredibilityModel : std::uint8_t {
  buhlmann,
  buhlmann_straub,
  hierarchical,
  hachemeister
};
enum class BetweenEstimator : std::uint8_t { unbiased, iterative, ohlsson };

struct CredibilityGroup {
  std::string name;
  std::vector<double> ratios;
  std::vector<double> weights;
  std::string cohort;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "of the member, class or state; may be empty");
    visit("ratios", self.ratios, "losses over exposure (or losses) in each period");
    visit("weights", self.weights,
          "all models but buhlmann: exposure of each period, above 0; as many as ratios");
    visit("cohort", self.cohort, "hierarchical: name of the one that the group stands in");
  }
};

struct CredibilityInput {
  CredibilityModel model = CredibilityModel::buhlmann_straub;
  BetweenEstimator estimator = BetweenEstimator::unbiased;
  std::vector<CredibilityGroup> groups;
  bool barycenter = true;
  std::uint32_t period = 0;

  static constexpr std::string_view kDoc =
      "Credibility premiums from ratios and weights of groups: Buehlmann, Buehlmann-Straub, "
      "hierarchical, and Hachemeister's regression over time.";
  static constexpr std::string_view kSource =
      "Buehlmann and Straub 1970; Buehlmann and Gisler, A Course in Credibility Theory, 2005, ch. "
      "3, 4, 6 and 8; Ohlsson 2005; Hachemeister 1975; Goulet's actuar, cm()";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("model", self.model,
          "buhlmann: every period counts the same, and groups have equally many; buhlmann_straub: "
          "by weight; hierarchical: in cohorts; hachemeister: a line over time, with equally many "
          "periods, at least 3");
    visit("estimator", self.estimator,
          "of the between variances: unbiased, iterative (Bichsel and Straub), or, hierarchical "
          "only, ohlsson; hachemeister at the origin is iterative always");
    visit("groups", self.groups, "2 to 100,000");
    visit("barycenter", self.barycenter,
          "hachemeister: the intercept at the barycentre of time, else at period 0");
    visit("period", self.period,
          "hachemeister: of the premium, periods numbered from 1; 0: the next one");
  }
};

struct CredibilityRow {
  std::string name;
  double weight = 0;
  double mean = 0;
  double credibility = 0;
  double premium = 0;
  std::vector<double> coefficients;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("weight", self.weight, "sum over the periods; of a cohort, of its groups' credibilities");
    visit("mean", self.mean, "its own, weighted; hachemeister: its own line at the period");
    visit("credibility", self.credibility,
          "Z = weight/(weight + k); hachemeister: of the intercept");
    visit("premium", self.premium,
          "Z mean + (1 - Z) collective mean (hierarchical: the cohort's premium), for one unit of "
          "weight; hachemeister: the adjusted line at the period");
    visit("coefficients", self.coefficients,
          "hachemeister: adjusted intercept at period 0 and slope; else none");
  }
};

struct CredibilityOutput {
  double collective_mean = 0;
  double within_variance = 0;
  double between_variance = 0;
  double k = 0;
  double raw_between_variance = 0;
  std::uint32_t iterations = 0;
  std::vector<CredibilityRow> groups;
  std::vector<CredibilityRow> cohorts;
  double cohort_variance = 0;
  std::vector<double> collective_coefficients;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("collective_mean", self.collective_mean,
          "weighted by credibility; by weight where no group has any");
    visit("within_variance", self.within_variance, "sigma^2 (actuar: s2)");
    visit("between_variance", self.between_variance, "tau^2 (actuar: a), not below 0");
    visit("k", self.k, "sigma^2 / tau^2; infinite where tau^2 is 0");
    visit("raw_between_variance", self.raw_between_variance,
          "the unbiased estimate as it came, below 0 where the data show no difference");
    visit("iterations", self.iterations, "of the iterative estimator");
    visit("groups", self.groups, "in the order of the input");
    visit("cohorts", self.cohorts, "hierarchical: in the order in which they first appear");
    visit("cohort_variance", self.cohort_variance, "hierarchical: between cohorts, not below 0");
    visit("collective_coefficients", self.collective_coefficients,
          "hachemeister: intercept at period 0 and slope");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<CredibilityOutput> credibility(const CredibilityInput& input);

// The two larger models, of an input that was checked.
[[nodiscard]] base::Result<CredibilityOutput> hierarchical_credibility(
    const CredibilityInput& input);
[[nodiscard]] base::Result<CredibilityOutput> regression_credibility(const CredibilityInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::CredibilityModel> {
  static constexpr std::array<std::string_view, 4> kNames{"buhlmann", "buhlmann_straub",
                                                          "hierarchical", "hachemeister"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::BetweenEstimator> {
  static constexpr std::array<std::string_view, 3> kNames{"unbiased", "iterative", "ohlsson"};
};
