// SPDX-License-Identifier: Apache-2.0
//
// The stage on which a worked case is played: a mutual of five members in fresh books, and the
// moves that every case makes. Times are days and hours from the founding.
//
// Members 1 to 5 have 3,000,000.00 each on accounts 11 to 15; 1 is insured. 2 to 5 hold 100,000.00,
// 200,000.00, 300,000.00 and 400,000.00 of the junior tranche, 2 to 4 a like sum of the senior one.
// Owner 9 gives 250,000.00 of surplus. 100.01 of it are shared out, a third to the junior tranche:
// 33.33 and 66.67, the remainder of 0.01 is dust.
#pragma once

#include "cofferdam/books/decision/tally.h"
#include "cofferdam/report/driver.h"
#include "cofferdam/report/peril_case.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::report {

struct CaseVote {
  std::uint64_t voter = 0;
  decision::Support support = decision::Support::in_favour;
  base::Amount amount;
  std::string reason;
};

class PerilStage {
 public:
  PerilStage(engine::Engine& engine, insurance::Peril peril);

  void found();

  // Moves the clock; never back.
  void at(std::int64_t day, std::int64_t hour, std::int64_t minute = 0);
  // One instant behind the deadline of the claim.
  void past_deadline();

  // One command that must be accepted.
  void act(CasePhase phase, engine::Command command, std::string told);
  // One that must be refused, with this status.
  void refused(CasePhase phase, engine::Command command, std::string_view status, std::string told);

  void bind(const std::string& code, insurance::PolicyTerms terms);
  // Declares the incident; the claim comes with notify().
  void incident(const std::string& code, base::Time occurred, base::Time discovered,
                std::string told);
  void notify(insurance::Finding finding, std::string told);
  void evidence(const std::string& what, std::string told);
  void assess(insurance::Finding finding, const std::string& report, std::string told);
  // A ballot from its opening to its count.
  void ballot(const std::vector<CaseVote>& votes, std::string told);
  // How the sum of the claim comes about now.
  void note_sum(const std::string& title);
  void advance(std::string told);
  void pay(std::string told);
  void recover(base::AccountId account, base::Amount amount, std::string told);
  void close(std::string told);

  [[nodiscard]] base::Result<CaseRun> finish();

  [[nodiscard]] CaseRun& run() { return run_; }

  [[nodiscard]] base::Time now() const { return now_; }

  [[nodiscard]] base::Time time_of(std::int64_t day, std::int64_t hour) const;

  [[nodiscard]] const insurance::Claim* claim() const;

  [[nodiscard]] std::uint32_t claim_number() const { return claim_; }

  [[nodiscard]] base::PoolId pool() const { return pool_; }

  [[nodiscard]] base::AssetId asset() const { return asset_; }

  [[nodiscard]] const engine::State& state() const { return engine_.state(); }

  [[nodiscard]] std::string text(base::Amount amount) const;

  static constexpr base::AccountId kInsuredAccount{11U};

  [[nodiscard]] static base::AccountId account_of(std::uint64_t owner) {
    return base::AccountId(10 + owner);
  }

 private:
  void found_pool();
  void found_members();
  void found_capital();
  void found_rules();
  bool give(engine::Command& command, std::string& outcome);
  void note(CasePhase phase, std::string command, std::string outcome, std::string told);
  [[nodiscard]] CaseMoney money() const;

  engine::Engine& engine_;
  std::optional<base::Error> error_;
  ReplayResult result_;
  Driver driver_;
  CaseRun run_;
  base::Time now_;
  base::AssetId asset_{1U};
  base::PoolId pool_{1U};
  base::SourceId source_{1U};
  std::string cover_;
  std::string incident_;
  std::uint32_t incidents_ = 0;
  std::uint32_t claim_ = 0;
  std::uint64_t commands_ = 0;
};

// The four stories.
void play_exchange_insolvency(PerilStage& stage);
void play_exploit(PerilStage& stage);
void play_extreme_volatility(PerilStage& stage);
void play_asset(PerilStage& stage);

}  // namespace cofferdam::report
