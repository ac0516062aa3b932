// SPDX-License-Identifier: Apache-2.0
//
// Random lives of an insurance pool: members, tariffs, charges, covers, incidents, payments,
// recoveries, exits. Every command is asked every law; beside that an auditor of its own adds up
// the ledger and the rows from nothing: no unit is lost, and the gate is never passed.
#include "cofferdam/books/insurance/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <map>

namespace cofferdam::insurance {
namespace {

using test::Books;
using test::day;

constexpr std::int64_t kDay = base::kDay.value();
constexpr std::array<std::uint64_t, 4> kOwners{7, 8, 21, 22};

u128 balance(const Books& books, AccountId id) {
  const ledger::Account& account = *books.ledger.accounts.find(id);
  return account.credits_posted.units() - account.debits_posted.units();
}

u128 fund(const Books& books, Fund which) {
  return balance(books, fund_account(which, books.pool));
}

// The gate, from the accounts and the covers alone.
bool is_adequate(const Books& books) {
  u128 active = 0;
  books.insurance.covers.each([&](const Cover& cover) {
    if (cover.stage == CoverStage::bound) active += (cover.aggregate() - cover.paid).units();
  });
  const u128 capital =
      fund(books, Fund::earned) + fund(books, Fund::junior) + fund(books, Fund::senior);
  const InsurancePool& pool = books.row();
  return capital >= pool.model_capital.units() &&
         capital >= active * kBpsOne / pool.rules.gearing_bps;
}

// Everything that the pool owes, by the ledger, against what was brought in.
void audit(const Books& books, u128 brought) {
  u128 owed = 0;
  books.ledger.accounts.each([&](const ledger::Account& account) {
    if (account.id != books.bank)
      owed += account.credits_posted.units() - account.debits_posted.units();
  });
  RC_ASSERT(owed == brought);
  std::map<Fund, u128> rows;
  books.insurance.lines.each(
      [&](const PremiumLine& line) { rows[Fund::unearned] += line.unearned().units(); });
  books.insurance.reserves.each([&](const Reserve& reserve) {
    rows[reserve.kind == ReserveKind::incident ? Fund::case_reserve : Fund::ibnr_reserve] +=
        reserve.held.units();
  });
  books.insurance.exits.each([&](const Exit& exit) {
    rows[exit.tranche == TrancheKind::junior ? Fund::junior_exits : Fund::senior_exits] +=
        exit.amount.units();
  });
  for (const Fund which : {Fund::unearned, Fund::case_reserve, Fund::ibnr_reserve,
                           Fund::junior_exits, Fund::senior_exits})
    RC_ASSERT(rows[which] == fund(books, which));
}

// A pool with four owners, two of them members, and a stream of random commands.
class Life {
 public:
  Life() : books_(PoolRules{.gearing_bps = 20'000, .exit_tail = Duration(10 * kDay)}) {
    for (const std::uint64_t id : kOwners) {
      accounts_[id] = books_.owner(id, 1'000'000);
      brought_ += 1'000'000;
    }
    for (const std::uint64_t id : {7U, 8U})
      give(AdmitMember{.pool = books_.pool,
                       .member = OwnerId(id),
                       .name = "m" + std::to_string(id),
                       .account = accounts_[id]});
    for (const Peril peril : {Peril::exploit, Peril::exchange_insolvency})
      give(SetPrices{.pool = books_.pool,
                     .peril = peril,
                     .capacity_bps = 40'000,
                     .expense_ratio = Rate(base::kRateOne / 7)});
  }

  void step() {
    const int kind = *rc::gen::inRange(0, 14);
    if (kind == 0) pass_time();
    if (kind == 1) subscribe();
    if (kind == 2) request_exit();
    if (kind == 3) pay_exit();
    if (kind == 4 || kind == 5) bind();
    if (kind == 6) cancel();
    if (kind == 7) publish();
    if (kind == 8) charge();
    if (kind == 9) reserve();
    if (kind == 10) pay();
    if (kind == 11) recover();
    if (kind == 12) set_ibnr();
    if (kind == 13) spend();
    audit(books_, brought_);
  }

 private:
  template <class C>
  bool give(const C& command) {
    using S = decltype(check_shape(command));
    return books_.give(command) == S::ok;
  }

  std::uint64_t any_owner() { return kOwners[static_cast<std::size_t>(*rc::gen::inRange(0, 4))]; }

  Amount any_amount(std::uint64_t most) {
    return Amount(*rc::gen::inRange<std::uint64_t>(1, most));
  }

  TrancheKind any_tranche() {
    return *rc::gen::arbitrary<bool>() ? TrancheKind::junior : TrancheKind::senior;
  }

  ReserveFor any_incident() {
    const auto number = static_cast<std::uint32_t>(*rc::gen::inRange(1, 4));
    const auto known = occurred_.find(number);
    if (known == occurred_.end())
      occurred_[number] = *rc::gen::inRange<std::int64_t>(1, today_ + 1);
    return books_.incident(number, occurred_[number]);
  }

  void pass_time() {
    today_ += *rc::gen::inRange(1, 20);
    books_.at_day(today_);
    give(AdvanceInsurance{.pool = books_.pool});
  }

  void subscribe() {
    const std::uint64_t who = any_owner();
    give(SubscribeTranche{.pool = books_.pool,
                          .tranche = any_tranche(),
                          .owner = OwnerId(who),
                          .account = accounts_[who],
                          .amount = any_amount(200'000)});
  }

  void request_exit() {
    const std::uint64_t who = any_owner();
    give(RequestExit{.pool = books_.pool,
                     .tranche = any_tranche(),
                     .owner = OwnerId(who),
                     .account = accounts_[who]});
  }

  void pay_exit() {
    give(PayExit{books_.pool, static_cast<std::uint32_t>(*rc::gen::inRange(1, 8))});
  }

  void bind() {
    const std::uint64_t who = *rc::gen::element<std::uint64_t>(7, 8);
    const Amount before = books_.row().model_capital;
    const bool done = give(
        BindCover{.code = "C" + std::to_string(++covers_),
                  .pool = books_.pool,
                  .asset = books_.usd,
                  .terms = {.peril = *rc::gen::element(Peril::exploit, Peril::exchange_insolvency),
                            .insured = OwnerId(who),
                            .counterparty = OwnerId(300),
                            .start = day(today_),
                            .end = day(today_ + *rc::gen::inRange(28, 120)),
                            .limit = any_amount(300'000)},
                  .account = accounts_[who],
                  .technical_premium = any_amount(5'000),
                  .model = "m",
                  .capital_before = before,
                  .capital_after = before + any_amount(20'000)});
    if (done) RC_ASSERT(is_adequate(books_));
    RC_CLASSIFY(done, "cover bound");
  }

  void cancel() { give(CancelCover{.code = "C" + std::to_string(*rc::gen::inRange(1, 12))}); }

  void publish() {
    const std::int64_t start = today_ + *rc::gen::inRange(1, 10);
    PublishTariff tariff{.pool = books_.pool,
                         .asset = books_.usd,
                         .period = ++periods_,
                         .start = day(start),
                         .end = day(start + 15),
                         .model = "m",
                         .volume_ppm = static_cast<std::uint32_t>(*rc::gen::inRange(0, 1'000'001)),
                         .capital = any_amount(100'000),
                         .cost_of_capital = Rate(base::kRateOne / 9),
                         .expense_ratio = Rate(base::kRateOne / 3),
                         .target = any_amount(100'000)};
    for (const std::uint64_t who : {7U, 8U})
      tariff.members.push_back({.member = OwnerId(who),
                                .expected_loss = any_amount(9'000),
                                .tail_share = any_amount(9'000),
                                .volume = any_amount(1'000'000),
                                .collateral = any_amount(100'000)});
    if (!give(tariff)) --periods_;
  }

  void charge() {
    give(ChargeMembers{.pool = books_.pool,
                       .asset = books_.usd,
                       .period = static_cast<std::uint32_t>(*rc::gen::inRange(1, 4)),
                       .members = {{OwnerId(*rc::gen::element<std::uint64_t>(7, 8)),
                                    any_amount(1'000'000), any_amount(100'000)}}});
  }

  void reserve() {
    const ReserveFor what = any_incident();
    if (*rc::gen::arbitrary<bool>() &&
        books_.insurance.open_incidents.find({what.pool, what.number}) == nullptr) {
      books_.report(what);
    } else if (*rc::gen::inRange(0, 3) == 0 &&
               books_.insurance.open_incidents.find({what.pool, what.number}) != nullptr) {
      books_.settle(what);
    }
    static_cast<void>(books_.reserve(what, *rc::gen::inRange<std::uint64_t>(0, 150'000)));
  }

  void pay() {
    static_cast<void>(books_.pay(any_incident(), *rc::gen::inRange<std::uint64_t>(0, 60'000),
                                 accounts_[any_owner()]));
  }

  void recover() {
    static_cast<void>(books_.recover(any_incident(), *rc::gen::inRange<std::uint64_t>(0, 30'000),
                                     accounts_[any_owner()]));
  }

  void set_ibnr() {
    give(SetReserve{.pool = books_.pool, .asset = books_.usd, .amount = any_amount(20'000)});
  }

  // Surplus in, or an expense out: an expense beyond its fund is asked the gate.
  void spend() {
    const AccountId account = accounts_[any_owner()];
    if (*rc::gen::arbitrary<bool>()) {
      give(AddSurplus{.pool = books_.pool, .account = account, .amount = any_amount(20'000)});
      return;
    }
    const Amount planned = books_.row().funds.expenses;
    const Amount amount = any_amount(5'000);
    if (give(PayExpense{.pool = books_.pool, .account = account, .amount = amount}) &&
        amount > planned)
      RC_ASSERT(is_adequate(books_) || books_.row().funds.expenses.is_zero());
  }

  Books books_;
  std::map<std::uint64_t, AccountId> accounts_;
  std::map<std::uint32_t, std::int64_t> occurred_;
  u128 brought_ = 0;
  std::int64_t today_ = 1;
  std::uint32_t covers_ = 0;
  std::uint32_t periods_ = 0;
};

TEST(InsuranceProperty, NoUnitIsLostAndTheGateIsNeverPassed) {
  rc::check("a life of an insurance pool", [] {
    Life life;
    const int steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) life.step();
  });
}

}  // namespace
}  // namespace cofferdam::insurance
