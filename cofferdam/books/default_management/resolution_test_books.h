// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of resolution: those of margin, with the commands of default management
// given as the engine gives them, and every law checked after each.
#pragma once

#include "cofferdam/books/default_management/assessment.h"
#include "cofferdam/books/default_management/auction_commands.h"
#include "cofferdam/books/default_management/define_waterfall.h"
#include "cofferdam/books/default_management/deleverage.h"
#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/default_management/fill_liquidation.h"
#include "cofferdam/books/default_management/fund_commands.h"
#include "cofferdam/books/default_management/gate.h"
#include "cofferdam/books/default_management/invariants.h"
#include "cofferdam/books/default_management/outflow.h"
#include "cofferdam/books/default_management/recover_loss.h"
#include "cofferdam/books/default_management/resolution_invariants.h"
#include "cofferdam/books/default_management/set_liquidation_terms.h"
#include "cofferdam/books/margin/test_books.h"

namespace cofferdam::default_management {

inline constexpr AccountId kFundAccount{u128{9001}};
inline constexpr AccountId kHouseAccount{u128{9002}};
inline constexpr AccountId kPenalties{u128{9003}};

struct ResolutionVenue : margin::TestBooks {
  State defaults;
  ResolutionState resolution;
  pool::State pools;
  AssetId usd = asset("USD", 2);
  PoolId here = pool(1);
  ContractId perp = contract({.code = "P",
                              .kind = market::ContractKind::linear,
                              .settlement_asset = usd,
                              .price_scale = 2});

  ResolutionVenue() {
    now = now + base::kDay;
    for (const AccountId id : {kFundAccount, kHouseAccount, kPenalties}) {
      ledger::Context given = context();
      ledger::open_account(ledger, given,
                           {.id = id,
                            .pool = here,
                            .asset = usd,
                            .account_class = ledger::AccountClass::reserve,
                            .owner_class = ledger::OwnerClass::house,
                            .code = 1,
                            .flags = ledger::kDebitsMustNotExceedCredits});
      commit();
    }
  }

  // 10 % initial, 6 % maintenance.
  void with_margin() {
    COFFERDAM_CHECK(set(margin::SetTiers{
                        .contract = perp, .initial_ppm = 100'000, .maintenance_ppm = 600'000}) ==
                        margin::SetTiersStatus::ok,
                    "tiers");
    COFFERDAM_CHECK(set(margin::SetPool{.pool = here, .asset = usd, .mode = margin::Mode::cross}) ==
                        margin::SetPoolStatus::ok,
                    "a setting");
    mark_at(perp, 100'00);
  }

  [[nodiscard]] AccountId outside_id() const {
    return AccountId(base::make_u128(0xFFFF'0000'0000'0000 | here.value(), usd.value()));
  }

  void fill_account(AccountId id, std::uint64_t amount) {
    ledger::Context given = context();
    COFFERDAM_CHECK(ledger::post_leg(ledger, given, ledger.accounts.find_slot(outside_id()),
                                     ledger.accounts.find_slot(id), Amount(amount),
                                     1) == ledger::TransferStatus::ok,
                    "money for a test");
    commit();
  }

  [[nodiscard]] Books seen() const { return {defaults, market, terms, ledger, margin, facts, now}; }

  [[nodiscard]] ResolutionBooks books_of() {
    return {resolution, defaults, {market, ledger, history, scratch, &terms}, terms, pools,
            margin,     facts};
  }

  [[nodiscard]] std::optional<std::string> broken() const {
    for (const auto& found :
         {check_losses_add_up(defaults), check_charges_are_named(defaults),
          check_claims_are_covered(defaults, ledger), check_waterfalls_stand(defaults),
          check_resolution(resolution, defaults)})
      if (found) return found;
    return std::nullopt;
  }

  // Ends a command as the engine does: every law, else back.
  template <class S>
  S end(S status) {
    if (status != S::ok) {
      changes.rollback();
      return status;
    }
    const auto found = broken();
    COFFERDAM_CHECK(!found, found.value_or(""));
    finish(margin::Occasion::settling);
    return status;
  }

  template <class C>
  auto give(const C& c) {
    auto status = check_shape(c);
    using S = decltype(status);
    if (status != S::ok) return status;
    ledger::Context given = context();
    if constexpr (requires { apply(c, books_of(), given); }) {
      status = apply(c, books_of(), given);
    } else if constexpr (requires { check_state(c, resolution, market, ledger); }) {
      status = check_state(c, resolution, market, ledger);
      if (status == S::ok) status = apply(c, resolution, given);
    } else if constexpr (requires {
                           check_state(c, resolution, defaults, market, ledger, pools);
                         }) {
      status = check_state(c, resolution, defaults, market, ledger, pools);
      if (status == S::ok) status = apply(c, resolution, defaults, market, ledger, pools, given);
    } else if constexpr (requires { check_state(c, resolution, defaults, ledger, given); }) {
      status = check_state(c, resolution, defaults, ledger, given);
      if (status == S::ok) status = apply(c, resolution, defaults, ledger, given);
    } else if constexpr (requires { check_state(c, defaults, market, ledger, pools); }) {
      status = check_state(c, defaults, market, ledger, pools);
      if (status == S::ok) status = apply(c, defaults, market, ledger, pools, given);
    } else if constexpr (requires { check_state(c, defaults, ledger, pools); }) {
      status = check_state(c, defaults, ledger, pools);
      if (status == S::ok) status = apply(c, defaults, given);
    } else if constexpr (requires { check(c, seen()); }) {
      status = check(c, seen());
      if (status == S::ok) book(c, defaults, seen(), given);
    } else if constexpr (requires {
                           apply(c, DeleverageBooks{defaults, trade_books(), terms, margin, facts},
                                 given);
                         }) {
      status = apply(c, DeleverageBooks{defaults, trade_books(), terms, margin, facts}, given);
    } else {
      status = check_state(c, defaults, market, terms, ledger, margin, facts, given);
      if (status == S::ok) status = apply(c, defaults, market, terms, ledger, margin, facts, given);
    }
    return end(status);
  }

  [[nodiscard]] market::TradeBooks trade_books() {
    return {market, ledger, history, scratch, &terms};
  }

  template <class C>
  auto give_fund(const C& c) {
    auto status = check_shape(c);
    using S = decltype(status);
    if (status == S::ok) status = check_state(c, defaults, ledger);
    ledger::Context given = context();
    if (status == S::ok) status = apply(c, defaults, ledger, given);
    return end(status);
  }

  market::TradeStatus buy(std::uint64_t buyer, std::uint64_t seller, std::int64_t quantity,
                          std::int64_t price) {
    return deal({.contract = perp,
                 .pool = here,
                 .buyer = buyer,
                 .seller = seller,
                 .quantity = quantity,
                 .price = price});
  }

  [[nodiscard]] SignedAmount worth(std::uint64_t owner) const {
    return market::equity(market, ledger, {here, OwnerId(owner), usd})->equity;
  }

  [[nodiscard]] i128 holds(std::uint64_t owner) const { return position(perp, here, owner); }

  [[nodiscard]] std::int64_t money(AccountId id) const {
    return static_cast<std::int64_t>(balance(id));
  }

  [[nodiscard]] LiquidationTerms liquidation_terms() const {
    LiquidationTerms given;
    given.pool = here;
    given.asset = usd;
    return given;
  }

  AuctionCommandStatus bid(std::uint64_t bidder, Rate fraction,
                           std::optional<SignedAmount> limit = std::nullopt) {
    return give(BidAuction{.pool = here,
                           .owner = OwnerId(2),
                           .asset = usd,
                           .bidder = OwnerId(bidder),
                           .fraction = fraction,
                           .limit = limit});
  }

  // Owner 1 is long 10, 2 short 10 with 150.00, 3 has much money and no position.
  void members() {
    participant(here, 1, usd, 500'00);
    participant(here, 2, usd, 150'00);
    participant(here, 3, usd, 10'000'00);
  }

  LiquidationStatus begin(std::uint64_t owner = 2) {
    return give(BeginLiquidation{.pool = here, .owner = OwnerId(owner), .asset = usd});
  }

  DefineWaterfallStatus house_pays(std::uint64_t amount) {
    fill_account(kHouseAccount, amount);
    return give(DefineWaterfall{
        .pool = here,
        .asset = usd,
        .layers = {
            {.code = "house", .kind = LayerKind::operator_capital, .account = kHouseAccount}}});
  }
};

}  // namespace cofferdam::default_management
