// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: an insurance pool of some owners with money, and the
// phases of a command run as the engine runs them, with every law asked at the end.
#pragma once

#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/insurance/charge_members.h"
#include "cofferdam/books/insurance/cover_commands.h"
#include "cofferdam/books/insurance/funds.h"
#include "cofferdam/books/insurance/invariants.h"
#include "cofferdam/books/insurance/member_commands.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/publish_tariff.h"
#include "cofferdam/books/insurance/reserve.h"
#include "cofferdam/books/insurance/tranche_commands.h"
#include "cofferdam/books/insurance/wrong_way.h"
#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/test_books.h"

#include <optional>
#include <string>

namespace cofferdam::insurance::test {

inline constexpr std::int64_t kDayLength = base::kDay.value();

[[nodiscard]] inline Time day(std::int64_t number) {
  return Time(number * kDayLength);
}

struct Books : pool::test::Books {
  State insurance;
  default_management::State defaults;
  default_management::ResolutionState resolution;
  AssetId usd;
  PoolId pool;
  AccountId bank;

  explicit Books(PoolRules rules = {}) {
    usd = add_asset("USD", 2);
    pool = add_pool({.code = "mutual", .regime = pool::Regime::insurance});
    at_day(1);
    give(OpenInsurance{.pool = pool,
                       .asset = usd,
                       .manager = OwnerId(99),
                       .rules = rules,
                       .junior_notice = Duration(10 * kDayLength),
                       .senior_notice = Duration(5 * kDayLength)});
    bank = add_account({.pool = pool,
                        .asset = usd,
                        .account_class = ledger::AccountClass::custody,
                        .owner_class = ledger::OwnerClass::pool});
    changes.commit();
    give(DeclareHolding{.pool = pool, .account = bank, .custodian = OwnerId(500)});
  }

  void at_day(std::int64_t number) { context.now = day(number); }

  // An owner with an account and money in it.
  AccountId owner(std::uint64_t id, std::uint64_t money) {
    const AccountId account = add_account({.pool = pool,
                                           .asset = usd,
                                           .account_class = ledger::AccountClass::collateral,
                                           .owner_class = ledger::OwnerClass::member,
                                           .owner = id,
                                           .flags = ledger::kDebitsMustNotExceedCredits});
    changes.commit();
    fill(account, money);
    return account;
  }

  void fill(AccountId account, std::uint64_t money) {
    const auto status = ledger::post_leg(ledger, context, ledger.accounts.find_slot(bank),
                                         ledger.accounts.find_slot(account), Amount(money), 1);
    COFFERDAM_CHECK(status == ledger::TransferStatus::ok, "money from the bank");
    end();
  }

  // Every law and every guard, over the rows of the command; then the command is kept.
  void end() {
    for (const auto& found :
         {check_funds_are_accounts(insurance, ledger), check_rows_are_funds(insurance),
          check_premiums_go_forward(insurance), check_reserves_have_bearers(insurance),
          check_cover_within_gate(insurance), check_capital_stays(insurance),
          check_covers_stand(insurance), check_tariffs_stand(insurance),
          check_no_own_cover(insurance),
          find_foreign_movement(insurance, ledger, defaults, resolution),
          ledger::check_accounts(ledger)})
      COFFERDAM_CHECK(!found, found.value_or(""));
    changes.commit();
    postings.clear();
  }

  template <class S>
  S end(S status) {
    if (status == S::ok) {
      end();
    } else {
      changes.rollback();
      postings.clear();
    }
    return status;
  }

  template <class C>
  auto give(const C& command) -> decltype(check_shape(command)) {
    auto status = check_shape(command);
    using S = decltype(status);
    if constexpr (std::is_same_v<C, OpenInsurance>) {
      if (status == S::ok) status = check_state(command, insurance, ledger, pools);
    } else {
      if (status == S::ok) status = check_state(command, insurance, ledger);
    }
    if (status != S::ok) return status;
    if constexpr (std::is_same_v<C, AdmitMember> || std::is_same_v<C, RetireMember>) {
      return end(apply(command, insurance, context));
    } else {
      return end(apply(command, insurance, ledger, context));
    }
  }

  [[nodiscard]] const InsurancePool& row() const { return *insurance.pools.find(pool); }

  [[nodiscard]] ReserveFor incident(std::uint32_t number, std::int64_t occurred) const {
    return {pool, ReserveKind::incident, number, day(occurred)};
  }

  ReserveStatus reserve(const ReserveFor& what, std::uint64_t amount) {
    return end(set_reserve(insurance, ledger, context, what, Amount(amount)));
  }

  ReserveStatus pay(const ReserveFor& what, std::uint64_t amount, AccountId to) {
    return end(pay_from_reserve(insurance, ledger, context, what, Amount(amount), to));
  }

  ReserveStatus recover(const ReserveFor& what, std::uint64_t amount, AccountId from) {
    return end(return_recovery(insurance, ledger, context, what, Amount(amount), from));
  }

  void report(const ReserveFor& what) {
    open_incident(insurance, ledger, context, what);
    end();
  }

  void settle(const ReserveFor& what) {
    close_incident(insurance, context, what);
    end();
  }
};

}  // namespace cofferdam::insurance::test
