// SPDX-License-Identifier: Apache-2.0
//
// From a loss to what is paid of it, and from the payments of a year to what is paid of those.
//
//   ordinary deductible d:  coinsurance * min((X - d)+, limit)
//   franchise deductible d: coinsurance * min(X, limit) when X > d, else nothing
//
// `limit` caps the payment before coinsurance ("limit xs d" of reinsurance): Klugman's maximum
// covered loss is u = d + limit for the ordinary deductible. Per loss counts every loss, also those
// that are not paid; per payment is the payment given that there is one.
#pragma once

#include "cofferdam/models/actuarial/frequency.h"
#include "cofferdam/models/actuarial/severity.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

enum class DeductibleKind : std::uint8_t { ordinary, franchise };
enum class PaymentBasis : std::uint8_t { per_loss, per_payment };

struct LossTerms {
  double deductible = 0;
  DeductibleKind kind = DeductibleKind::ordinary;
  double limit = std::numeric_limits<double>::infinity();
  double coinsurance = 1;  // the part that is paid
};

struct AnnualTerms {
  double deductible = 0;
  double limit = std::numeric_limits<double>::infinity();
};

struct Payment {
  Severity severity;
  LossTerms terms;
  PaymentBasis basis = PaymentBasis::per_loss;
};

[[nodiscard]] std::string fault_of(const LossTerms& terms);
[[nodiscard]] std::string fault_of(const AnnualTerms& terms);
[[nodiscard]] std::string fault_of(const Payment& payment);

// P(X > deductible): of a loss, that it is paid at all.
[[nodiscard]] double payment_probability(const Payment& payment);
[[nodiscard]] double largest_payment(const Payment& payment);

[[nodiscard]] double survival(const Payment& payment, double y);  // P(Y > y)
[[nodiscard]] double at_least(const Payment& payment, double y);  // P(Y >= y)
[[nodiscard]] double density(const Payment& payment, double y);
[[nodiscard]] double quantile(const Payment& payment, double p);
[[nodiscard]] double limited_expected_value(const Payment& payment, double y);
[[nodiscard]] double raw_moment(const Payment& payment, int k);
[[nodiscard]] double mean(const Payment& payment);
[[nodiscard]] double variance(const Payment& payment);
[[nodiscard]] double tail_value_at_risk(const Payment& payment, double p);

// One line of business: so many losses a year, each so large, paid under these terms. On the basis
// per payment the frequency is that of payments.
struct Line {
  Frequency frequency;
  Payment payment;
};

// Independent lines, and what is paid of their sum.
struct Portfolio {
  std::vector<Line> lines;
  AnnualTerms annual;
};

[[nodiscard]] std::string fault_of(const Portfolio& portfolio);

struct Moments {
  double mean = 0;
  double variance = 0;
  double skewness = 0;
};

// Of the sum before annual terms; infinite where they do not exist.
[[nodiscard]] Moments moments_of(const Line& line);
[[nodiscard]] Moments moments_of(const Portfolio& portfolio);

}  // namespace cofferdam::actuarial
