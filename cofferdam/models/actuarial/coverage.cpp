// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/coverage.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_franchise(const Payment& payment) {
  return payment.terms.kind == DeductibleKind::franchise && payment.terms.deductible > 0;
}

// The loss from which on the payment exceeds y >= 0, before coinsurance and the limit.
double loss_behind(const Payment& payment, double y) {
  const double d = payment.terms.deductible;
  return is_franchise(payment) ? std::max(y, d) : d + y;
}

double of_all_losses(const Payment& payment, double value) {
  return payment.basis == PaymentBasis::per_payment ? value / payment_probability(payment) : value;
}

double limited_mean_of_loss(const Payment& payment, double y) {
  const Severity& x = payment.severity;
  const double d = payment.terms.deductible;
  const double top = std::min(y, payment.terms.limit);
  if (!is_franchise(payment)) {
    if (d <= 0) return limited_expected_value(x, top);
    // A deductible far out leaves no digits to a difference of limited expected values.
    const double difference = limited_expected_value(x, d + top) - limited_expected_value(x, d);
    if (difference > 1e-4 * std::min(top, limited_expected_value(x, d + top))) return difference;
    return layer_moment(x, d, top, 1);
  }
  if (top <= d) return top * survival(x, d);
  return d * survival(x, d) + limited_expected_value(x, top) - limited_expected_value(x, d);
}

}  // namespace

std::string fault_of(const LossTerms& terms) {
  if (!(terms.deductible >= 0) || !std::isfinite(terms.deductible))
    return "the deductible must be finite and not negative";
  if (!(terms.limit > 0)) return "the limit must be above 0";
  return terms.coinsurance > 0 && terms.coinsurance <= 1
             ? ""
             : "coinsurance is the part that is paid: above 0, at most 1";
}

std::string fault_of(const AnnualTerms& terms) {
  if (!(terms.deductible >= 0) || !std::isfinite(terms.deductible))
    return "the annual deductible must be finite and not negative";
  return terms.limit > 0 ? "" : "the annual limit must be above 0";
}

std::string fault_of(const Payment& payment) {
  if (std::string fault = fault_of(payment.severity); !fault.empty()) return fault;
  if (std::string fault = fault_of(payment.terms); !fault.empty()) return fault;
  return payment_probability(payment) > 0 ? "" : "no loss exceeds the deductible";
}

double payment_probability(const Payment& payment) {
  return payment.terms.deductible > 0 ? survival(payment.severity, payment.terms.deductible) : 1;
}

double largest_payment(const Payment& payment) {
  const double loss = quantile(payment.severity, 1);
  const double d = payment.terms.deductible;
  const double most = is_franchise(payment) ? loss : loss - d;
  return payment.terms.coinsurance * std::min(payment.terms.limit, most);
}

double survival(const Payment& payment, double y) {
  if (y < 0) return 1;
  const double unshared = y / payment.terms.coinsurance;
  if (unshared >= payment.terms.limit) return 0;
  return of_all_losses(payment, survival(payment.severity, loss_behind(payment, unshared)));
}

double at_least(const Payment& payment, double y) {
  if (y <= 0) return 1;
  const double unshared = y / payment.terms.coinsurance;
  if (unshared > payment.terms.limit) return 0;
  const double loss = loss_behind(payment, unshared);
  double tail = survival(payment.severity, loss);
  // A franchise pays nothing on a loss of just the deductible.
  if (!is_franchise(payment) || loss > payment.terms.deductible)
    tail += atom_at(payment.severity, loss);
  return of_all_losses(payment, tail);
}

double density(const Payment& payment, double y) {
  const double unshared = y / payment.terms.coinsurance;
  if (y < 0 || unshared >= payment.terms.limit) return 0;
  if (is_franchise(payment) && unshared <= payment.terms.deductible) return 0;
  return of_all_losses(payment, density(payment.severity, loss_behind(payment, unshared))) /
         payment.terms.coinsurance;
}

double quantile(const Payment& payment, double p) {
  const double d = payment.terms.deductible;
  const double paid = payment_probability(payment);
  const bool conditional = payment.basis == PaymentBasis::per_payment;
  // Of the loss: the least x with F(x) >= p, or with (F(x) - F(d)) / S(d) >= p.
  if (!conditional && p <= 1 - paid) return 0;
  const double loss = conditional ? upper_quantile(payment.severity, paid * (1 - p))
                                  : quantile(payment.severity, p);
  const double unshared = is_franchise(payment) ? loss : loss - d;
  return payment.terms.coinsurance * std::clamp(unshared, 0.0, payment.terms.limit);
}

double limited_expected_value(const Payment& payment, double y) {
  if (y <= 0) return 0;
  const double c = payment.terms.coinsurance;
  return c * of_all_losses(payment, limited_mean_of_loss(payment, y / c));
}

double raw_moment(const Payment& payment, int k) {
  if (k == 0) return 1;
  const Severity& x = payment.severity;
  const LossTerms& t = payment.terms;
  double moment = 0;
  if (is_franchise(payment)) {
    moment = std::pow(std::min(t.deductible, t.limit), k) * survival(x, t.deductible);
    if (t.limit > t.deductible)
      moment += limited_moment(x, t.limit, k) - limited_moment(x, t.deductible, k);
  } else if (k == 1) {
    moment =
        t.limit == kInfinity ? stop_loss(x, t.deductible) : limited_mean_of_loss(payment, t.limit);
  } else {
    moment = layer_moment(x, t.deductible, t.limit, k);
  }
  return std::pow(t.coinsurance, k) * of_all_losses(payment, moment);
}

double mean(const Payment& payment) {
  return raw_moment(payment, 1);
}

double variance(const Payment& payment) {
  const double second = raw_moment(payment, 2);
  if (second == kInfinity) return kInfinity;
  const double first = mean(payment);
  return std::max(0.0, second - first * first);
}

double tail_value_at_risk(const Payment& payment, double p) {
  const double whole = mean(payment);
  if (p <= 0) return whole;
  const double var = quantile(payment, p);
  if (p >= 1 || whole == kInfinity) return p >= 1 ? var : whole;
  const double below = limited_expected_value(payment, var);
  if (whole - below > 1e-6 * whole) return var + (whole - below) / (1 - p);
  const double unshared = var / payment.terms.coinsurance;
  const double loss = loss_behind(payment, unshared);
  const double left = payment.terms.limit - unshared;
  const double excess =
      left > 0 ? of_all_losses(payment, layer_moment(payment.severity, loss, left, 1)) : 0;
  return var + payment.terms.coinsurance * excess / (1 - p);
}

std::string fault_of(const Portfolio& portfolio) {
  if (portfolio.lines.empty()) return "at least one line must be given";
  for (const Line& line : portfolio.lines) {
    if (std::string fault = fault_of(line.frequency); !fault.empty()) return fault;
    if (std::string fault = fault_of(line.payment); !fault.empty()) return fault;
  }
  return fault_of(portfolio.annual);
}

namespace {

// Mean, variance and third central moment, which add over independent lines.
struct Cumulants {
  double first = 0;
  double second = 0;
  double third = 0;
};

Cumulants cumulants_of(const Line& line) {
  const double n1 = mean(line.frequency);
  if (n1 == 0) return {};
  const double n2 = variance(line.frequency);
  const double n3 = third_central_moment(line.frequency);
  const double x1 = raw_moment(line.payment, 1);
  const double x2 = raw_moment(line.payment, 2);
  const double x3 = raw_moment(line.payment, 3);
  const double spread = x2 == kInfinity ? kInfinity : variance(line.payment);
  const double third = x3 == kInfinity ? kInfinity : x3 - 3 * x1 * x2 + 2 * x1 * x1 * x1;
  Cumulants sum{.first = n1 * x1};
  sum.second = spread == kInfinity ? kInfinity : n1 * spread + n2 * x1 * x1;
  sum.third =
      third == kInfinity ? kInfinity : n1 * third + 3 * n2 * x1 * spread + n3 * x1 * x1 * x1;
  return sum;
}

Moments moments_from(const Cumulants& sum) {
  Moments moments{.mean = sum.first, .variance = sum.second};
  if (sum.third == kInfinity) {
    moments.skewness = kInfinity;
  } else if (sum.second > 0) {
    moments.skewness = sum.third / std::pow(sum.second, 1.5);
  }
  return moments;
}

}  // namespace

Moments moments_of(const Line& line) {
  return moments_from(cumulants_of(line));
}

Moments moments_of(const Portfolio& portfolio) {
  Cumulants sum;
  for (const Line& line : portfolio.lines) {
    const Cumulants part = cumulants_of(line);
    sum.first += part.first;
    sum.second += part.second;
    sum.third += part.third;
  }
  return moments_from(sum);
}

}  // namespace cofferdam::actuarial
