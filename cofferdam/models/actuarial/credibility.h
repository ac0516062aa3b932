// SPDX-License-Identifier: Apache-2.0
//
// How much of a member's own experience its premium should follow: Buehlmann (1967) and Buehlmann
// and Straub (1970). Z_i = w_i/(w_i + k), k = within variance / between variance, and the premium
// Z_i own mean + (1 - Z_i) collective mean, where the collective mean is weighted by the Z_i
// (Buehlmann and Gisler 2005, ch. 4). The unbiased estimator of the between variance can fall below
// zero; it is then zero, no experience counts, and the answer says so. The iterative one (Bichsel
// and Straub) solves tau^2 = sum Z_i (x_i - m)^2 / (I - 1), m weighted by Z.
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

enum class CredibilityModel : std::uint8_t { buhlmann, buhlmann_straub };
enum class BetweenEstimator : std::uint8_t { unbiased, iterative };

struct CredibilityGroup {
  std::string name;
  std::vector<double> ratios;
  std::vector<double> weights;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "of the member, class or state; may be empty");
    visit("ratios", self.ratios, "losses over exposure (or losses) in each period");
    visit("weights", self.weights,
          "buhlmann_straub: exposure of each period, above 0; as many as ratios");
  }
};

struct CredibilityInput {
  CredibilityModel model = CredibilityModel::buhlmann_straub;
  BetweenEstimator estimator = BetweenEstimator::unbiased;
  std::vector<CredibilityGroup> groups;

  static constexpr std::string_view kDoc =
      "Credibility premiums by Buehlmann or Buehlmann-Straub from ratios and weights of groups.";
  static constexpr std::string_view kSource =
      "Buehlmann and Straub 1970; Buehlmann and Gisler, A Course in Credibility Theory, 2005, ch. "
      "3 and 4; Goulet's actuar, cm()";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("model", self.model,
          "buhlmann: every period counts the same, and groups have equally many; buhlmann_straub: "
          "by weight");
    visit("estimator", self.estimator,
          "of the between variance: unbiased, or iterative (Bichsel and Straub)");
    visit("groups", self.groups, "2 to 100,000");
  }
};

struct CredibilityRow {
  std::string name;
  double weight = 0;
  double mean = 0;
  double credibility = 0;
  double premium = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("weight", self.weight, "sum over the periods");
    visit("mean", self.mean, "the group's own, weighted");
    visit("credibility", self.credibility, "Z = weight/(weight + k)");
    visit("premium", self.premium, "Z mean + (1 - Z) collective mean, for one unit of weight");
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
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<CredibilityOutput> credibility(const CredibilityInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::CredibilityModel> {
  static constexpr std::array<std::string_view, 2> kNames{"buhlmann", "buhlmann_straub"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::BetweenEstimator> {
  static constexpr std::array<std::string_view, 2> kNames{"unbiased", "iterative"};
};
