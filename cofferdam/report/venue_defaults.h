// SPDX-License-Identifier: Apache-2.0
//
// Default management over a replayed venue: liquidations by command, where the publisher lists
// them, by the margin rule of the books.
//
//  - The marks of a published liquidation are the publisher's (venue_takeovers.h). With them the
//    books first say what they find by deposits and trades alone.
//  - Then the account is brought to the value that the publisher states for it: the files show
//    neither funding nor what accounts received beside deposits, so the difference is booked as
//    received from, or paid to, a source that they do not show, and listed. Of a cross account
//    only: of an isolated one the publisher states the value of a part.
//  - The liquidation begins if the books' rule says so, and what was closed in that second is
//    filled against the venue's backstop at the published prices. What this leaves below nothing is
//    borne by the waterfall at once.
//  - Beside that the rule is asked at the end of every minute with trades. What it begins is not
//    closed, since the record did not; it ends when the margin is there again.
//  - What the backstop has above its working capital at the end of a day goes to the fund.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_accounts.h"
#include "cofferdam/report/venue_takeovers.h"
#include "cofferdam/report/venue_waterfall.h"

#include <map>
#include <span>
#include <vector>

namespace cofferdam::report {

// What the backstop begins with and keeps, in USD: the files show none.
inline constexpr std::uint64_t kBackstopCapitalUsd = 1'000;

// Reason code of what went to a destination that the files do not show.
inline constexpr std::uint16_t kOmittedPayment = 1002;

// Where a user's money is in the venue's pool.
struct VenueSeat {
  base::PoolId pool;
  base::OwnerId owner;
  base::AccountId collateral;
  base::AccountId custody;  // of the pool
  base::AccountId omitted;  // of the pool: receipts that the files do not show
};

class VenueDefaults {
 public:
  // What a published liquidation came to.
  struct Execution {
    bool has_marks = false;
    base::i128 equity = 0;     // of the books, by deposits and trades alone, at kUsdScale
    base::i128 notional = 0;   // the same
    base::i128 adjusted = 0;   // booked to bring it to the published value
    bool open_before = false;  // the rule had begun before, by trades alone
    base::Time begun;          // then
    bool by_rule = false;      // liquidated by command
    std::size_t fills = 0;
    std::size_t trades = 0;
    std::vector<std::uint32_t> losses;
  };

  struct FundDay {
    base::Date date;
    std::size_t liquidations = 0;
    base::i128 taken_over = 0;  // published account values
    base::i128 backstop = 0;    // its result since the beginning, at the last trades
    base::i128 swept = 0;       // of it, in the fund
  };

  VenueDefaults(const VenueInput& input, const VenueTakeovers& takeovers, Driver& driver,
                VenueAccounts& accounts)
      : input_(input),
        takeovers_(takeovers),
        driver_(driver),
        accounts_(accounts),
        executions_(input.liquidations.size()),
        cases_(input.users.size()) {}

  [[nodiscard]] Result<void> begin(base::Time time, const VenueWaterfall& waterfall,
                                   std::span<const base::ContractId> contracts,
                                   std::span<const VenueSeat> seats);

  // After the marks of a minute: who has fallen below the maintenance margin, and who has it again.
  [[nodiscard]] Result<void> look(base::Time time, std::span<const base::i128> prices);

  // A published liquidation, after its marks were recorded and before its trades.
  [[nodiscard]] Result<void> published(std::size_t liquidation, std::span<const base::i128> prices);

  // Whether the trade is one that a liquidation by command closes with, or the backstop's side of
  // one: then it is not booked as a trade.
  [[nodiscard]] Result<bool> takes(std::size_t row);

  [[nodiscard]] bool must_conclude(base::Time time) const {
    return !closing_.empty() && time > input_.liquidations[closing_.front()].time;
  }

  [[nodiscard]] Result<void> conclude(base::Time time);

  // After the settlement of a day.
  [[nodiscard]] Result<void> end_day(base::Time time, std::span<const base::i128> prices);

  void report() const;

 private:
  struct Case {
    bool open = false;
    base::Time begun;
  };

  [[nodiscard]] Result<void> receive(const std::string& step, std::uint32_t user, base::Time time,
                                     base::i128 amount);
  [[nodiscard]] Result<void> put_in_force(base::Time time, bool in_force);
  [[nodiscard]] Result<void> ask(base::Time time, std::uint32_t user);
  [[nodiscard]] Result<bool> ask_to_begin(base::Time time, std::uint32_t user);
  [[nodiscard]] Result<bool> ask_to_end(base::Time time, std::uint32_t user);
  [[nodiscard]] Result<void> bring_to(std::size_t liquidation, base::i128 difference);
  [[nodiscard]] Result<base::i128> pay_out(const std::string& step, std::uint32_t user,
                                           base::Time time, base::i128 amount);
  [[nodiscard]] Result<void> settle_contracts_of(const std::string& step, std::uint32_t user,
                                                 base::Time time);
  [[nodiscard]] Result<bool> fill(std::size_t liquidation, std::size_t row);
  [[nodiscard]] Result<void> take_losses(std::size_t liquidation);
  [[nodiscard]] std::size_t liquidation_of(std::size_t row) const;

  void report_margin() const;
  void report_liquidations() const;
  void report_adjustments() const;
  void report_losses() const;
  void report_fund() const;

  const VenueInput& input_;
  const VenueTakeovers& takeovers_;
  Driver& driver_;
  VenueAccounts& accounts_;
  VenueWaterfall waterfall_;
  std::vector<base::ContractId> contracts_;
  std::vector<VenueSeat> seats_;
  std::vector<Execution> executions_;
  std::vector<Case> cases_;            // by user
  std::vector<std::size_t> closing_;   // liquidations whose second has not passed
  std::map<std::size_t, bool> taken_;  // by row of a backstop's side: whether the fill took it
  std::vector<FundDay> days_;
  base::i128 swept_ = 0;
  std::size_t next_of_days_ = 0;  // first liquidation that no day has counted
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace cofferdam::report
