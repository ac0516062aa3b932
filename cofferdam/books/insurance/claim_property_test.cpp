// SPDX-License-Identifier: Apache-2.0
//
// Random lives of incidents, claims and votes: every law of pool and claims after every command, a
// refused command leaves no trace, no unit is lost, and every claim comes to its end.
#include "cofferdam/base/binary.h"
#include "cofferdam/books/insurance/claim_test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::insurance {
namespace {

using decision::Support;
using test::ClaimBooks;
using test::hours;

std::string image(const ClaimBooks& books) {
  base::Encoder out;
  const auto encode = [&out](const auto& table) { table.encode_to(out); };
  ClaimsState::tables(books.claims, encode);
  State::tables(books.insurance, encode);
  ledger::State::tables(books.ledger, encode);
  return out.take();
}

std::uint64_t draw(std::uint64_t from, std::uint64_t to) {
  return *rc::gen::inRange<std::uint64_t>(from, to);
}

Support any_support() {
  return *rc::gen::element(Support::in_favour, Support::in_favour, Support::against,
                           Support::abstain);
}

class Life {
 public:
  Life() {
    books_.cover("bridge", Peril::exploit, 600'000, 900'000);
    books_.cover("venue", Peril::exchange_insolvency, 500'000);
    books_.cover("vault", Peril::asset, 400'000);
    books_.pass(hours(24));
  }

  void step() {
    const std::string before = image(books_);
    const bool is_kept = act();
    if (!is_kept) RC_ASSERT(image(books_) == before);
    if (draw(0, 3) == 0) books_.pass(hours(static_cast<std::int64_t>(draw(1, 60))));
  }

  // Time passes and nobody decides anything but what has to be done: all claims end.
  void run_out() {
    for (std::uint32_t number = 1; number <= books_.claims.claims.size(); ++number) {
      for (int i = 0; i < 12 && !is_settled(books_.claim(number).stage); ++i) {
        const Claim& claim = books_.claim(number);
        if (claim.stage == ClaimStage::assessed) {
          RC_ASSERT(keep(OpenClaimVote{.claim = number}));
        } else if (claim.stage == ClaimStage::voting) {
          books_.past(later_of(claim.deadline));
          RC_ASSERT(keep(CloseClaimVote{.claim = number}));
        } else {
          const bool is_approved = claim.stage == ClaimStage::approved;
          const Duration more = is_approved ? books_.rules().payment_within : Duration();
          books_.past(later_of(Time(claim.deadline.value() + more.value())));
          RC_ASSERT(keep(AdvanceClaim{.claim = number}));
        }
      }
      RC_ASSERT(is_settled(books_.claim(number).stage));
    }
    for (const auto& [number, incident] : books_.claims.incidents.rows())
      codes_.push_back(incident.code);
    for (const std::string& code : codes_)
      if (find_incident(books_.claims, code)->stage == IncidentStage::open)
        RC_ASSERT(keep(CloseIncident{.incident = code}));
    RC_ASSERT(books_.row().funds.case_reserve.is_zero());
    // All bonds have left.
    RC_ASSERT(books_.net(bond_account(books_.pool)) == 0);
  }

  // What lies with the bank is what it gave: nothing came to be or vanished.
  [[nodiscard]] base::i128 bank() const { return books_.net(books_.bank); }

 private:
  [[nodiscard]] Time later_of(Time time) const { return std::max(time, books_.context.now); }

  template <class C>
  bool keep(const C& command) {
    const auto status = books_.give(command);
    return status == decltype(status)::ok;
  }

  [[nodiscard]] std::uint32_t any_claim() const {
    return static_cast<std::uint32_t>(draw(1, books_.claims.claims.size() + 2));
  }

  [[nodiscard]] static OwnerId any_owner() { return OwnerId(draw(1, 9)); }

  [[nodiscard]] AccountId account_of(OwnerId owner) const {
    const auto index = static_cast<std::size_t>(owner.value()) - 1;
    return books_.accounts[index % books_.accounts.size()];
  }

  Finding any_finding(const std::string& cover) {
    Finding finding{.loss = Amount(draw(1, 700'000))};
    if (cover == "vault") finding.items = {{StorageClass::hot, finding.loss}};
    if (draw(0, 6) == 0) finding.causes = {ExcludedCause::phishing};
    return finding;
  }

  std::string any_cover() { return *rc::gen::element<std::string>("bridge", "venue", "vault"); }

  bool declare() {
    const std::string code = "i" + std::to_string(books_.claims.incidents.size() + draw(0, 2));
    return books_.incident(code, *rc::gen::element(Peril::exploit, Peril::exchange_insolvency,
                                                   Peril::asset)) == IncidentStatus::ok;
  }

  bool notify() {
    const std::string cover = any_cover();
    const std::string code = "i" + std::to_string(draw(0, books_.claims.incidents.size() + 1));
    return keep(NotifyClaim{
        .cover = cover, .incident = code, .asset = books_.usd, .finding = any_finding(cover)});
  }

  bool assess() {
    const std::uint32_t number = any_claim();
    const Claim* claim = books_.claims.claims.find(number);
    return keep(AssessClaim{.claim = number,
                            .asset = books_.usd,
                            .finding = any_finding(claim == nullptr ? "bridge" : claim->cover),
                            .report = "seen"});
  }

  // The votes of an owner on a claim are always the same, so that most seals can be opened.
  bool vote(bool is_reveal) {
    const std::uint32_t number = any_claim();
    const std::uint64_t voter = draw(1, 9);
    const Support support = voter % 3 == 0 ? Support::against : Support::in_favour;
    const std::uint64_t amount =
        support == Support::in_favour ? 50'000 * voter * (1 + number % 3) : 0;
    if (is_reveal && draw(0, 8) == 0)
      return books_.reveal(number, voter, any_support(), amount) == ClaimBallotStatus::ok;
    const auto status = is_reveal ? books_.reveal(number, voter, support, amount)
                                  : books_.commit(number, voter, support, amount);
    return status == ClaimBallotStatus::ok;
  }

  template <class C>
  bool dispute() {
    const OwnerId owner = any_owner();
    return keep(
        C{.claim = any_claim(), .owner = owner, .account = account_of(owner), .reason = "because"});
  }

  // The clock stands where something can be done with the claim.
  bool jump() {
    const Claim* claim = books_.claims.claims.find(any_claim());
    if (claim == nullptr) return true;
    if (claim->deadline >= books_.context.now) books_.past(claim->deadline);
    return true;
  }

  bool act() {
    switch (draw(0, 19)) {
      case 0:
        return declare();
      case 1:
      case 2:
        return notify();
      case 3:
        return keep(SubmitEvidence{.claim = any_claim(), .document = std::string(64, 'e')});
      case 4:
        return assess();
      case 5:
        return keep(OpenClaimVote{.claim = any_claim()});
      case 6:
      case 7:
      case 8:
        return vote(false);
      case 9:
      case 10:
      case 11:
        return vote(true);
      case 12:
        return keep(CloseClaimVote{.claim = any_claim()});
      case 13:
        return draw(0, 2) == 0 ? dispute<ChallengeClaim>() : dispute<AppealClaim>();
      case 14:
        return keep(AdvanceClaim{.claim = any_claim()});
      case 15:
        return keep(PayClaim{.claim = any_claim()});
      case 16:
        return keep(RecordRecovery{
            .incident = "i" + std::to_string(draw(0, books_.claims.incidents.size() + 1)),
            .account = account_of(any_owner()),
            .amount = Amount(draw(1, 50'000))});
      case 17:
        return keep(ClawBackClaim{.claim = any_claim(),
                                  .account = books_.accounts[0],
                                  .recovered = Amount(draw(1, 400'000)),
                                  .document = std::string(64, 'd')});
      case 18:
        return seldom();
      default:
        return jump();
    }
  }

  bool seldom() {
    if (draw(0, 3) == 0) return keep(WithdrawClaim{.claim = any_claim()});
    if (draw(0, 2) == 0)
      return keep(DeclareConflict{
          .incident = "i" + std::to_string(draw(0, books_.claims.incidents.size() + 1)),
          .owner = any_owner(),
          .reason = "a friend"});
    return keep(PunishVoter{.claim = any_claim(),
                            .round = static_cast<std::uint8_t>(draw(1, 3)),
                            .voter = any_owner(),
                            .burn_ppm = static_cast<std::uint32_t>(draw(0, 1'000'001)),
                            .document = std::string(64, 'f')});
  }

  ClaimBooks books_;
  std::vector<std::string> codes_;
};

TEST(ClaimsProperty, RandomLivesKeepEveryLawAndEnd) {
  rc::check("lives of 120 commands", [] {
    Life life;
    const base::i128 bank = life.bank();
    for (int i = 0; i < 120; ++i) life.step();
    life.run_out();
    RC_ASSERT(life.bank() == bank);
  });
}

}  // namespace
}  // namespace cofferdam::insurance
