// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/convert_collateral.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/margin/valuation.h"

#include <algorithm>

namespace cofferdam::default_management {

namespace {

using S = ConvertCollateralStatus;
using base::Rounding;

[[nodiscard]] margin::Books margin_books(const Books& books) {
  return {books.margin, books.market, books.terms, books.ledger, books.facts, books.now};
}

// What of the collateral can be taken and is not owed in its own asset.
[[nodiscard]] Amount spare(const Books& books, const Failing& failing, AssetId sold) {
  const market::Participant* row =
      books.market.participants.find({failing.pool, failing.owner, sold});
  if (row == nullptr) return Amount();
  const auto worth = equity_at_marks(books, failing.pool, failing.owner, sold);
  if (!worth || worth->is_negative()) return Amount();
  const ledger::Account& account = books.ledger.accounts.at(row->collateral);
  if (account.credits_posted <= account.debits_posted) return Amount();
  return std::min({account.credits_posted - account.debits_posted,
                   ledger::available_to_debit(account), worth->magnitude()});
}

// The least amount whose value, rounded up, is at least what is missing; nullopt: beyond 128 bits.
[[nodiscard]] std::optional<Amount> needed(const Convertible& at, Amount missing) {
  const auto below =
      base::try_mul_div<Rounding::down>(missing.units() - 1, at.denominator, at.numerator);
  if (!below || *below == base::kU128Max) return std::nullopt;
  return Amount(*below + 1);
}

struct Sale {
  Case at;
  Failing failing;
  Convertible convertible;
  Amount amount;
  Amount least;
  Amount proceeds;
};

[[nodiscard]] S plan(const ConvertCollateral& command, const Books& books, Sale& sale) {
  sale.failing = {command.pool, command.owner, command.asset};
  if (books.market.participants.find({command.pool, command.owner, command.asset}) == nullptr)
    return S::account_not_found;
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  if (at == nullptr) return S::no_case;
  sale.at = *at;
  if (has_open_loss(books.defaults, at->number)) return S::loss_open;
  const auto worth = equity_at_marks(books, command.pool, command.owner, command.asset);
  if (!worth) return S::marks_not_usable;
  if (!worth->is_negative()) return S::nothing_missing;
  const auto convertible = convertible_of(books, sale.failing, command.sold.asset);
  if (!convertible) return S::nothing_to_sell;
  sale.convertible = *convertible;
  const auto most = needed(*convertible, worth->magnitude());
  sale.amount = command.sold.amount;
  if (sale.amount.is_zero())
    sale.amount = std::min(most.value_or(Amount::max()), convertible->quantity);
  if (sale.amount > convertible->quantity) return S::more_than_there_is;
  if (most && sale.amount > *most) return S::more_than_is_missing;
  const auto least = convertible->value_of(sale.amount);
  if (!least) return S::nothing_to_sell;
  sale.least = *least;
  sale.proceeds = command.proceeds.value_or(*least);
  return sale.proceeds < sale.least ? S::below_haircut_price : S::ok;
}

[[nodiscard]] bool stays_covered(const ConvertCollateral& command, const Books& books,
                                 const Sale& sale) {
  const i128 most = base::kI128Max;
  if (sale.proceeds.units() > static_cast<u128>(most) ||
      sale.amount.units() > static_cast<u128>(most))
    return false;
  const margin::Change change{.asset = command.asset,
                              .cash = -static_cast<i128>(sale.proceeds.units()),
                              .other_asset = command.sold.asset,
                              .other_cash = static_cast<i128>(sale.amount.units())};
  return margin::cover(margin_books(books), {command.pool, command.buyer}, change) ==
         margin::Cover::ok;
}

}  // namespace

std::optional<Amount> Convertible::value_of(Amount amount) const {
  return base::try_mul_div<Rounding::up>(amount, numerator, denominator);
}

std::optional<Convertible> convertible_of(const Books& books, const Failing& failing,
                                          AssetId sold) {
  const margin::PoolMargin* setting = margin::setting_of(books.margin, failing.pool);
  const margin::Collateral* row = books.margin.collateral.find({failing.pool, sold});
  if (setting == nullptr || setting->asset != failing.asset || row == nullptr || row->retired)
    return std::nullopt;
  const margin::Conversion found = margin::conversion_of(margin_books(books), *setting, sold, row);
  if (found.basis != margin::Basis::complete) return std::nullopt;
  Convertible result{.sold = sold, .quantity = spare(books, failing, sold)};
  const u128 part = margin::kPpm - found.haircut_ppm;
  if (result.quantity.is_zero() || found.numerator == 0 || part == 0 ||
      __builtin_mul_overflow(found.numerator, part, &result.numerator) ||
      __builtin_mul_overflow(found.denominator, u128{margin::kPpm}, &result.denominator))
    return std::nullopt;
  return result;
}

AssetId asset_to_convert(const ConversionState& state, const Books& books, const Failing& failing) {
  const ConversionRule* rule = state.rules.find(failing.pool);
  if (rule == nullptr || !rule->in_force) return AssetId();
  const Case* at = open_case(books.defaults, failing.pool, failing.owner, failing.asset);
  if (at == nullptr) return AssetId();
  const auto until = base::try_add(at->begun, rule->within);
  if (rule->within != Duration() && until && *until <= books.now) return AssetId();
  // Nothing is sold for an account that lacks nothing, nor for one whose loss is there already.
  const auto worth = equity_at_marks(books, failing.pool, failing.owner, failing.asset);
  if (!worth || !worth->is_negative() || has_open_loss(books.defaults, at->number))
    return AssetId();
  const auto& rows = books.margin.collateral.rows();
  for (auto row = rows.lower_bound({failing.pool, AssetId()});
       row != rows.end() && row->first.pool == failing.pool; ++row)
    if (row->first.asset != failing.asset && convertible_of(books, failing, row->first.asset))
      return row->first.asset;
  return AssetId();
}

SetConversionStatus check_shape(const SetConversion& command) {
  return command.within.is_negative() ? SetConversionStatus::within_negative
                                      : SetConversionStatus::ok;
}

SetConversionStatus check_state(const SetConversion& command, const ConversionState& /*state*/,
                                const ledger::State& ledger) {
  return ledger.compartments.find(command.pool) == nullptr ? SetConversionStatus::pool_not_found
                                                           : SetConversionStatus::ok;
}

SetConversionStatus apply(const SetConversion& command, ConversionState& state, Context& context) {
  const ConversionRule row{.pool = command.pool,
                           .in_force = command.in_force,
                           .within = command.within,
                           .set = context.now};
  if (state.rules.find(command.pool) == nullptr)
    state.rules.insert(context.changes, row);
  else
    state.rules.edit(context.changes, command.pool) = row;
  return SetConversionStatus::ok;
}

S check_shape(const ConvertCollateral& command) {
  if (command.sold.asset == command.asset) return S::same_asset;
  return command.buyer == command.owner ? S::buyer_is_the_account : S::ok;
}

S apply(const ConvertCollateral& command, ConversionState& state, ResolutionBooks books,
        Context& context) {
  const Books before = reading(books, context.now);
  Sale sale;
  if (const S status = plan(command, before, sale); status != S::ok) return status;
  const market::State& market = books.trades.market;
  const auto account_of = [&](OwnerId owner, AssetId asset) {
    const market::Participant* row = market.participants.find({command.pool, owner, asset});
    return row == nullptr ? base::kNoSlot : row->collateral;
  };
  const Slot payer = account_of(command.buyer, command.asset);
  const Slot taker = account_of(command.buyer, command.sold.asset);
  if (payer == base::kNoSlot || taker == base::kNoSlot) return S::buyer_not_found;
  if (!stays_covered(command, before, sale)) return S::buyer_not_covered;
  ledger::State& ledger = books.trades.ledger;
  const bool paid =
      ledger::post_leg(ledger, context, payer, account_of(command.owner, command.asset),
                       sale.proceeds, kConversionPaid,
                       sale.at.number) == ledger::TransferStatus::ok &&
      ledger::post_leg(ledger, context, account_of(command.owner, command.sold.asset), taker,
                       sale.amount, kConversionSold, sale.at.number) == ledger::TransferStatus::ok;
  if (!paid) return S::account_refuses;
  const auto number = static_cast<std::uint32_t>(state.sales.size() + 1);
  state.sales.insert(context.changes, CollateralSale{.number = number,
                                                     .case_number = sale.at.number,
                                                     .pool = command.pool,
                                                     .owner = command.owner,
                                                     .asset = command.asset,
                                                     .sold = {command.sold.asset, sale.amount},
                                                     .proceeds = sale.proceeds,
                                                     .least = sale.least,
                                                     .numerator = sale.convertible.numerator,
                                                     .denominator = sale.convertible.denominator,
                                                     .buyer = command.buyer,
                                                     .time = context.now});
  context.created = number;
  return S::ok;
}

std::optional<std::string> check_collateral_sales(const ConversionState& state) {
  std::optional<std::string> violation;
  state.sales.each_touched([&](const CollateralSale* before, const CollateralSale* after) {
    const CollateralSale& row = after != nullptr ? *after : *before;
    const auto least =
        base::try_mul_div<Rounding::up>(row.sold.amount, row.numerator, row.denominator);
    if (before != nullptr || after == nullptr || !least || row.proceeds < *least ||
        row.sold.amount.is_zero())
      violation = "sale " + std::to_string(row.number) +
                  " of collateral must bring its haircut value, and stay";
  });
  return violation;
}

}  // namespace cofferdam::default_management
