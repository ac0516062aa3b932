// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/resolution_books.h"

#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/covered.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

// Ids of the trades that close positions: this in the upper half, the record and a count below.
constexpr std::uint64_t kFillIds = 0xC0FF'E2DA'0000'0A02;
constexpr unsigned kFillCountBits = 20;

// The failing account may always become smaller; who takes its position must be covered.
class TakerCover final : public market::TradeGuard {
 public:
  TakerCover(const margin::Books& books, const Failing& failing)
      : cover_(books), failing_(failing) {}

  [[nodiscard]] bool covers(const market::SideChange& side) override {
    if (side.pool == failing_.pool && side.owner == failing_.owner) return true;
    return cover_.covers(side);
  }

 private:
  margin::TradeCover cover_;
  Failing failing_;
};

margin::Books margin_books(const Books& books) {
  return {books.margin, books.market, books.terms, books.ledger, books.facts, books.now};
}

}  // namespace

Books reading(const ResolutionBooks& books, Time now) {
  return {books.defaults, books.trades.market, books.terms, books.trades.ledger,
          books.margin,   books.facts,         now};
}

std::optional<Standing> standing_of(const Books& books, const Failing& failing) {
  const auto value = equity_at_marks(books, failing.pool, failing.owner, failing.asset);
  if (!value) return std::nullopt;
  const margin::PoolMargin* setting = margin::setting_of(books.margin, failing.pool);
  if (setting == nullptr)
    return Standing{.value = *value, .margin = *value, .liquidatable = value->is_negative()};
  const margin::Account account{failing.pool, failing.owner};
  const auto health = margin::health_now(margin_books(books), account);
  const auto needed = margin::requirement(margin_books(books), account);
  if (setting->asset != failing.asset || !health || !needed) return std::nullopt;
  i128 margin = 0;
  const auto maintenance = SignedAmount(static_cast<i128>(needed->maintenance.units()));
  if (__builtin_sub_overflow(value->units(), maintenance.units(), &margin)) return std::nullopt;
  return Standing{.value = *value,
                  .margin = SignedAmount(margin),
                  .liquidatable = *health == margin::Health::liquidatable};
}

std::vector<market::PositionLine> open_positions(const Books& books, const Failing& failing) {
  const auto equity =
      market::equity(books.market, books.ledger, {failing.pool, failing.owner, failing.asset});
  if (!equity) return {};
  std::vector<market::PositionLine> lines = equity->positions;
  std::erase_if(lines, [](const auto& line) { return line.position.is_zero(); });
  std::ranges::sort(lines, {}, &market::PositionLine::contract);
  return lines;
}

std::optional<Amount> notional_of(const market::State& market, ContractId contract_id,
                                  u128 quantity) {
  const market::Mark* mark = market.marks.find(contract_id);
  const market::Contract* contract = market.contracts.find(contract_id);
  if (mark == nullptr || contract == nullptr) return std::nullopt;
  const auto units = to_u128(ceil_of(
      ratio(integer(quantity) * integer(mark->unit_value), integer(contract->settle_factor))));
  if (!units) return std::nullopt;
  return Amount(*units);
}

bool book_close(const Close& close, const Failing& failing, ResolutionBooks books, Context& context,
                std::uint64_t number) {
  market::Trade trade{
      .id = base::make_u128(kFillIds, (context.sequence << kFillCountBits) | number),
      .contract = close.contract,
      .price = close.price,
      .quantity = Quantity(static_cast<i128>(close.quantity)),
      .buyer_pool = close.other_pool,
      .buyer = close.other,
      .seller_pool = failing.pool,
      .seller = failing.owner};
  if (close.position < 0) {
    std::swap(trade.buyer_pool, trade.seller_pool);
    std::swap(trade.buyer, trade.seller);
  }
  TakerCover cover(margin_books(reading(books, context.now)), failing);
  if (margin::has_margin(books.margin)) books.trades.guard = &cover;
  std::vector<market::TradeStatus> results;
  market::apply(std::span<const market::Trade>(&trade, 1), books.trades, context, results);
  return results.front() == market::TradeStatus::ok;
}

bool bear_at_once(Amount amount, const Case& at, std::string_view cause, ResolutionBooks books,
                  Context& context) {
  const auto number = static_cast<std::uint32_t>(books.defaults.losses.size() + 1);
  books.defaults.losses.insert(context.changes, Loss{.number = number,
                                                     .case_number = at.number,
                                                     .pool = at.pool,
                                                     .owner = at.owner,
                                                     .asset = at.asset,
                                                     .cause = std::string(cause),
                                                     .amount = amount,
                                                     .born = context.now});
  const AllocateLoss allocate{.loss = number};
  const market::State& market = books.trades.market;
  using A = AllocateLossStatus;
  if (check_state(allocate, books.defaults, market, books.trades.ledger, books.pools) != A::ok)
    return false;
  if (apply(allocate, books.defaults, market, books.trades.ledger, books.pools, context) != A::ok)
    return false;
  return books.defaults.losses.find(number)->outstanding().is_zero();
}

Amount cash_of(const ResolutionBooks& books, const Failing& failing) {
  const market::Participant* row =
      books.trades.market.participants.find({failing.pool, failing.owner, failing.asset});
  const ledger::Account& account = books.trades.ledger.accounts.at(row->collateral);
  if (account.credits_posted <= account.debits_posted) return Amount();
  return std::min(account.credits_posted - account.debits_posted,
                  ledger::available_to_debit(account));
}

bool pay_from(const Failing& failing, Slot to, Amount amount, std::uint16_t code,
              ResolutionBooks books, Context& context, u128 reference) {
  const market::Participant* row =
      books.trades.market.participants.find({failing.pool, failing.owner, failing.asset});
  return ledger::post_leg(books.trades.ledger, context, row->collateral, to, amount, code,
                          reference) == ledger::TransferStatus::ok;
}

bool has_open_loss(const State& state, std::uint32_t case_number) {
  const auto& rows = state.losses.rows();
  return std::ranges::any_of(rows, [&](const auto& entry) {
    return entry.second.case_number == case_number && !entry.second.outstanding().is_zero();
  });
}

}  // namespace cofferdam::default_management
