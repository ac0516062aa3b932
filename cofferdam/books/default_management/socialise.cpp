// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/socialise.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/certificate.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

using Fault = std::optional<base::Error>;
using Accounts = std::vector<SocialiseAccount>;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

Fault fault_of(const SocialiseInput& input) {
  for (const auto& [name, scale] : {std::pair{"scale", input.scale},
                                    {"price_scale", input.price_scale},
                                    {"quantity_scale", input.quantity_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  if (input.accounts.empty() || input.accounts.size() > kCounterpartiesMax)
    return fail("accounts", std::to_string(input.accounts.size()) + " accounts",
                "must be 1 to 100000");
  for (const SocialiseAccount& account : input.accounts)
    if (!is_label(account.account))
      return fail("accounts.account", account.account,
                  "must be 1 to 64 letters, digits and . _ : / -");
  if (input.method == SocialiseMethod::settlement_price) {
    if (input.mark_price <= Price())
      return fail("mark_price", base::to_text(input.mark_price.value()), "must be above zero");
    if (input.tick_size <= Price())
      return fail("tick_size", base::to_text(input.tick_size.value()), "must be above zero");
  }
  if (input.method == SocialiseMethod::deposit_index && input.index == 0)
    return fail("index", "0", "must be above zero");
  return std::nullopt;
}

// Units of the amount's scale that one price unit on one quantity unit is.
Ratio money_of_one(const SocialiseInput& input) {
  return {power_of_ten(input.scale),
          power_of_ten(input.price_scale) * power_of_ten(input.quantity_scale)};
}

// Books what each pays; nullopt when a sum does not fit.
bool finish(const SocialiseInput& input, const Accounts& accounts,
            const std::vector<Integer>& charges, SocialiseOutput& output) {
  Integer sum = 0;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (charges[i] <= 0) continue;
    const auto units = to_u128(charges[i]);
    if (!units) return false;
    sum += charges[i];
    output.charges.push_back({.account = accounts[i].account, .charge = Amount(*units)});
  }
  const auto collected = to_u128(sum);
  if (!collected) return false;
  output.collected = Amount(*collected);
  const bool enough = output.collected >= input.loss;
  output.uncovered = enough ? Amount() : input.loss - output.collected;
  output.dust = enough ? output.collected - input.loss : Amount();
  return true;
}

bool haircut(const SocialiseInput& input, const Accounts& accounts, SocialiseOutput& output) {
  std::vector<u128> claims;
  Integer sum = 0;
  for (const SocialiseAccount& account : accounts) {
    claims.push_back(account.claim.units());
    sum += integer(claims.back());
  }
  if (sum > integer(base::kU128Max)) return false;
  const base::CappedAllocation cut = base::allocate_capped(input.loss.units(), claims);
  std::vector<Integer> charges;
  for (const u128 part : cut.parts) charges.push_back(integer(part));
  const Integer taken = std::min(integer(input.loss.units()), sum);
  output.rate = sum == 0 ? "0" : exact_text(Ratio{taken, sum});
  return finish(input, accounts, charges, output);
}

// What each pays for `each` price units on every unit of position, rounded up.
std::vector<Integer> charges_per_unit(const SocialiseInput& input, const Accounts& accounts,
                                      const Integer& each, bool (*pays)(const SocialiseAccount&)) {
  std::vector<Integer> charges;
  for (const SocialiseAccount& account : accounts) {
    if (!pays(account)) {
      charges.emplace_back(0);
      continue;
    }
    const Integer due =
        ceil_of(money_of_one(input) * Ratio{integer(account.position.magnitude()) * each, 1});
    const Integer most = integer(account.claim.units());
    charges.push_back(most > 0 ? std::min(due, most) : due);
  }
  return charges;
}

Integer sum_of(const std::vector<Integer>& parts) {
  Integer sum = 0;
  for (const Integer& part : parts) sum += part;
  return sum;
}

bool settlement_price(const SocialiseInput& input, const Accounts& accounts,
                      SocialiseOutput& output) {
  const auto pays = input.longs_pay
                        ? [](const SocialiseAccount& a) { return a.position > Quantity(); }
                        : [](const SocialiseAccount& a) { return a.position < Quantity(); };
  const Integer tick = integer(input.tick_size.value());
  const Integer loss = integer(input.loss.units());
  // A price cannot fall below one tick; going up it is bounded by what 127 bits hold.
  const Integer mark = integer(input.mark_price.value());
  const Integer room = input.longs_pay ? Integer((mark - 1) / tick)
                                       : Integer((integer(base::kI128Max) - mark) / tick);
  const auto charges_at = [&](const Integer& ticks) {
    return charges_per_unit(input, accounts, Integer(ticks * tick), pays);
  };
  // More ticks never bring in less, so the least number is found by halving.
  Integer low = 0;
  Integer high = room;
  while (low < high) {
    const Integer middle = (low + high) / 2;
    if (sum_of(charges_at(middle)) >= loss) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const std::vector<Integer> charges = charges_at(low);
  // Without anybody who pays, the price stays where it is.
  const Integer moved = sum_of(charges) == 0 ? Integer(0) : Integer(low * tick);
  output.settlement_price =
      Price(*to_i128(input.longs_pay ? Integer(mark - moved) : Integer(mark + moved)));
  output.rate = exact_text(Ratio{moved, power_of_ten(input.price_scale)});
  return finish(input, accounts, charges, output);
}

bool funding_index(const SocialiseInput& input, const Accounts& accounts, SocialiseOutput& output) {
  Integer open = 0;
  for (const SocialiseAccount& account : accounts) open += integer(account.position.magnitude());
  if (open == 0) return finish(input, accounts, std::vector<Integer>(accounts.size()), output);
  const Ratio each = Ratio{integer(input.loss.units()), 1} / (money_of_one(input) * Ratio{open, 1});
  const Integer delta = ceil_of(each);
  const auto fits = to_i128(delta);
  if (!fits) return false;
  output.index_delta = Price(*fits);
  output.rate = exact_text(each / Ratio{power_of_ten(input.price_scale), 1});
  return finish(
      input, accounts,
      charges_per_unit(input, accounts, delta, [](const SocialiseAccount&) { return true; }),
      output);
}

bool deposit_index(const SocialiseInput& input, const Accounts& accounts, SocialiseOutput& output) {
  Integer deposits = 0;
  for (const SocialiseAccount& account : accounts) deposits += integer(account.claim.units());
  const Integer index = integer(input.index);
  const Integer loss = integer(input.loss.units());
  std::vector<Integer> charges(accounts.size());
  Integer delta = 0;
  if (deposits > 0)
    delta = std::min(ceil_of(Ratio{Integer(index * loss), deposits}), Integer(index - 1));
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    // What is left is the deposit under the lower index, rounded down.
    const Integer deposit = integer(accounts[i].claim.units());
    charges[i] = deposit - deposit * (index - delta) / index;
  }
  output.index_after = to_u128(Integer(index - delta));
  output.rate = exact_text(Ratio{delta, index});
  return finish(input, accounts, charges, output);
}

}  // namespace

base::Result<SocialiseOutput> socialise(const SocialiseInput& input) {
  if (Fault fault = fault_of(input)) return std::unexpected(*std::move(fault));
  Accounts accounts = input.accounts;
  std::sort(accounts.begin(), accounts.end(),
            [](const auto& a, const auto& b) { return a.account < b.account; });
  const auto twice =
      std::adjacent_find(accounts.begin(), accounts.end(),
                         [](const auto& a, const auto& b) { return a.account == b.account; });
  if (twice != accounts.end())
    return base::malformed("accounts.account", twice->account, "must be unique");
  SocialiseOutput output;
  bool fits = false;
  switch (input.method) {
    case SocialiseMethod::haircut:
      fits = haircut(input, accounts, output);
      break;
    case SocialiseMethod::settlement_price:
      fits = settlement_price(input, accounts, output);
      break;
    case SocialiseMethod::funding_index:
      fits = funding_index(input, accounts, output);
      break;
    case SocialiseMethod::deposit_index:
      fits = deposit_index(input, accounts, output);
      break;
  }
  if (!fits) return base::malformed("accounts", "their sums", "must fit 128 bits, an index 127");
  return output;
}

}  // namespace cofferdam::default_management
