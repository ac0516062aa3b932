// SPDX-License-Identifier: Apache-2.0
//
// The four stories. Their amounts are odd on purpose: every rounding of the way can be seen. What
// they come to is worked out by hand in peril_case_test.cpp.
#include "cofferdam/report/peril_stage.h"

namespace cofferdam::report {

namespace ins = insurance;
using base::Amount;
using base::OwnerId;
using decision::Support;

// An assessment that is challenged; a loss that reaches the senior tranche and a member who is
// leaving; dividends of the estate that go back in inverse order.
void play_exchange_insolvency(PerilStage& stage) {
  stage.run().title = "An exchange that fails";
  stage.run().story =
      "An exchange stops paying out. The assessment stands unless somebody lays a bond against it; "
      "a member does, and a ballot lowers the sum. The loss uses up the surplus and the junior "
      "tranche, with a member in it who had asked to leave before, and reaches the senior one. "
      "What the estate pays later goes back in inverse order.";
  stage.at(1, 9);
  stage.bind(
      "venue",
      {.limit = Amount(1'600'000'00), .deductible = Amount(10'000'00), .retention_ppm = 100'000});
  stage.at(15, 10);
  stage.act(CasePhase::before,
            ins::RequestExit{.pool = stage.pool(),
                             .tranche = ins::TrancheKind::junior,
                             .owner = OwnerId(5U),
                             .account = PerilStage::account_of(5)},
            "Member 5 asks to leave the junior tranche; the notice is ten days.");
  stage.at(28, 9);
  stage.incident("venue-fails", stage.time_of(23, 6), stage.time_of(27, 12),
                 "The exchange has not paid out since 28 January, which is found on 1 February. "
                 "Member 5 is out since 30 January: its money lies apart and answers still.");
  stage.at(28, 10);
  stage.notify({.loss = Amount(1'900'000'00)},
               "Member 1 claims 1,900,000.00. The most that this can come to is set aside at once: "
               "surplus first, then the junior tranche with member 5, then the senior tranche.");
  stage.at(29, 9);
  stage.evidence("statement of the account at the exchange", "The statement of the account.");
  stage.at(30, 9);
  stage.assess({.loss = Amount(1'750'000'07)}, "balances of the last proof of liabilities",
               "The assessor finds 1,750,000.07. That stands unless it is challenged.");
  stage.note_sum("As assessed");
  stage.at(31, 9);
  stage.act(CasePhase::dispute,
            ins::ChallengeClaim{.claim = stage.claim_number(),
                                .owner = OwnerId(4U),
                                .account = PerilStage::account_of(4),
                                .reason = "part of it was withdrawn in time"},
            "Member 4 challenges it with a bond of 5,000.00.");
  stage.at(31, 10);
  stage.ballot({{2, Support::in_favour, Amount(1'520'000'00), "as assessed, nearly"},
                {3, Support::in_favour, Amount(1'400'000'00), "three withdrawals were paid"},
                {4, Support::in_favour, Amount(1'450'000'01), "one withdrawal was paid"}},
               "Half of the weight in favour named no more than 1,450,000.01: that is paid, and "
               "the challenger has the bond back.");
  stage.note_sum("As voted");
  stage.refused(CasePhase::cooldown, ins::PayClaim{.claim = stage.claim_number()}, "too_early",
                "Payment is asked for before the cooldown of a day is over.");
  stage.pay("The claim is paid.");
  stage.at(120, 9);
  stage.recover(PerilStage::account_of(2), Amount(400'000'33),
                "The estate pays a dividend of 400,000.33. The senior tranche is made whole first, "
                "the rest goes to the junior tranche and member 5 by what each has borne.");
  stage.at(150, 9);
  stage.close("The incident is closed. What was set aside and not paid goes back the same way.");
}

// A first small claim in full, a second one that the aggregate cuts, a clawback and salvage.
void play_exploit(PerilStage& stage) {
  stage.run().title = "An exploit of a bridge";
  stage.run().story =
      "A bridge is drained twice. The first claim is accepted as it stands. Of the second one more "
      "is voted than is left of the aggregate of the cover, which is paid. Then the thief gives "
      "back a part to the insured, who is asked for what was paid too much, and some coins are "
      "found.";
  stage.at(1, 9);
  stage.bind("bridge", {.basis = ins::CoverBasis::claims_made,
                        .limit = Amount(600'000'00),
                        .aggregate_limit = Amount(700'000'00),
                        .deductible = Amount(25'000'00),
                        .retention_ppm = 50'000,
                        .exclusions = {ins::ExcludedCause::phishing}});
  stage.at(10, 9);
  stage.act(CasePhase::before,
            ins::SetReserve{.pool = stage.pool(),
                            .asset = stage.asset(),
                            .kind = ins::ReserveKind::ibnr,
                            .amount = Amount(50'000'00)},
            "50,000.00 of the surplus are reserved for incidents that are not yet known.");
  stage.at(20, 9);
  stage.incident("bridge-drained", stage.time_of(19, 6), stage.time_of(19, 7),
                 "The bridge is drained for the first time.");
  stage.notify({.loss = Amount(180'000'00)},
               "Member 1 claims 180,000.00; the reserve for what was not known bears it first.");
  stage.at(21, 9);
  stage.evidence("transactions of the drain", "The transactions.");
  stage.at(22, 9);
  stage.assess({.loss = Amount(180'000'00)}, "as the chain shows", "The assessor agrees.");
  stage.ballot({{2, Support::in_favour, Amount(180'000'00), "as the chain shows"},
                {3, Support::in_favour, Amount(180'000'00), "as the chain shows"},
                {4, Support::in_favour, Amount(180'000'00), "as the chain shows"}},
               "The claim is accepted as it stands.");
  stage.note_sum("The first claim");
  stage.advance("Nobody disputes it within two days.");
  stage.pay("The first claim is paid.");
  stage.at(100, 9);
  stage.incident("bridge-hacked", stage.time_of(99, 6), stage.time_of(99, 7),
                 "The bridge is drained again.");
  stage.notify({.loss = Amount(640'000'03)}, "Member 1 claims 640,000.03.");
  stage.at(101, 9);
  stage.evidence("transactions of the second drain", "The transactions.");
  stage.at(102, 9);
  stage.assess({.loss = Amount(585'000'00)}, "55,000 were moved before by the owner",
               "The assessor finds 585,000.00.");
  stage.ballot({{2, Support::in_favour, Amount(640'000'03), "as claimed"},
                {3, Support::in_favour, Amount(540'000'00), "less what the owner moved"},
                {4, Support::in_favour, Amount(560'000'00), "the fees of the rescue come on top"},
                {5, Support::against, Amount(), "the bridge was warned"}},
               "Of the weight in favour half named no more than 560,000.00. Of the aggregate "
               "552,750.00 are left: that is paid, and nothing more.");
  stage.note_sum("The second claim");
  stage.advance("Nobody disputes it within two days.");
  stage.refused(CasePhase::cooldown, ins::PayClaim{.claim = stage.claim_number()}, "too_early",
                "Payment is asked for before the cooldown of a day is over.");
  stage.pay("The second claim is paid; the aggregate of the cover is used up.");
  stage.at(130, 9);
  const ins::ClawBackClaim clawback{.claim = stage.claim_number(),
                                    .account = PerilStage::kInsuredAccount,
                                    .recovered = Amount(200'000'00),
                                    .document = std::string(64, 'c')};
  stage.act(CasePhase::recovery, clawback,
            "The thief gives 200,000.00 back to member 1. What the cover would have paid for the "
            "rest of the loss stays with it, what it was paid beyond that is taken back.");
  stage.refused(CasePhase::recovery, clawback, "nothing_overpaid",
                "Asking again finds nothing more.");
  stage.at(140, 9);
  stage.recover(PerilStage::account_of(2), Amount(60'000'01),
                "60,000.01 of the coins are found and sold.");
  stage.at(150, 9);
  stage.close("The incident is closed.");
}

// A recorded fact decides; nobody votes, nobody can challenge.
void play_extreme_volatility(PerilStage& stage) {
  stage.run().title = "A crash within a day";
  stage.run().story =
      "An index falls by a quarter within a day. The cover agrees 40 % of the limit for a fall of "
      "20 %, and all of it for 30 %. The recorded fact decides by itself: there is no vote, and "
      "nothing to challenge.";
  stage.at(1, 9);
  stage.bind("crash", {.waiting = base::kDay,
                       .limit = Amount(333'333'33),
                       .deductible = Amount(1'000'00),
                       .retention_ppm = 75'000});
  stage.at(40, 8);
  stage.incident("crash-of-february", stage.time_of(40, 6), stage.time_of(40, 6),
                 "The index begins to fall at six.");
  stage.notify({.loss = Amount(333'333'33)}, "Member 1 claims the whole limit.");
  stage.refused(CasePhase::trigger,
                ins::TriggerClaim{.claim = stage.claim_number(), .trigger = "fall-20"},
                "fact_not_usable", "No fact is recorded yet: nothing can be decided.");
  stage.at(40, 9);
  stage.act(CasePhase::evidence,
            fact::RecordFact{.source = base::SourceId(1U),
                             .fact_key = "fall",
                             .value = fact::Value(2'500),
                             .scale = 4,
                             .observed = stage.now()},
            "The source of the index records a fall of 0.2500.");
  stage.refused(CasePhase::trigger,
                ins::TriggerClaim{.claim = stage.claim_number(), .trigger = "fall-30"},
                "trigger_not_met", "0.25 is not 0.30.");
  stage.act(CasePhase::trigger,
            ins::TriggerClaim{.claim = stage.claim_number(), .trigger = "fall-20"},
            "0.25 is at least 0.20: 40 % of the limit are agreed as the loss, less deductible and "
            "retention.");
  stage.note_sum("As triggered");
  stage.refused(CasePhase::dispute,
                ins::ChallengeClaim{.claim = stage.claim_number(),
                                    .owner = OwnerId(4U),
                                    .account = PerilStage::account_of(4),
                                    .reason = "it came back within the hour"},
                "not_at_this_stage", "A recorded fact cannot be challenged.");
  stage.refused(CasePhase::cooldown, ins::PayClaim{.claim = stage.claim_number()}, "too_early",
                "Payment is asked for before the cooldown of a day is over.");
  stage.pay("The claim is paid.");
  stage.at(60, 9);
  stage.recover(PerilStage::account_of(2), Amount(10'000'00),
                "A reinsurer of the index gives 10,000.00.");
  stage.close("The incident is closed. What was set aside and not paid goes back.");
}

// Sub-limits by where the keys were kept; a first ballot without a quorum, an appeal with a bond.
void play_asset(PerilStage& stage) {
  stage.run().title = "A theft from wallets";
  stage.run().story =
      "410,000.00 are stolen: half from hot wallets, the rest from warm and cold ones. Each has a "
      "limit of its own. Too few vote on it at first, which refuses the claim; member 1 appeals "
      "with a bond, and the second ballot accepts.";
  const ins::Finding theft{.loss = Amount(410'000'00),
                           .items = {{ins::StorageClass::hot, Amount(205'000'01)},
                                     {ins::StorageClass::warm, Amount(150'000'00)},
                                     {ins::StorageClass::cold, Amount(54'999'99)}}};
  stage.at(1, 9);
  stage.bind("vault", {.limit = Amount(1'000'000'00),
                       .sub_limits = {{ins::StorageClass::hot, Amount(100'000'00)},
                                      {ins::StorageClass::warm, Amount(110'000'00)},
                                      {ins::StorageClass::cold, Amount(1'000'000'00)}},
                       .deductible = Amount(10'000'00),
                       .retention_ppm = 200'000,
                       .warranties = {ins::Warranty::threshold_signatures}});
  stage.at(50, 9);
  stage.incident("wallet-theft", stage.time_of(50, 6), stage.time_of(50, 7),
                 "Keys of hot, warm and cold wallets are taken.");
  stage.notify(theft,
               "Member 1 claims 410,000.00: 205,000.01 hot, 150,000.00 warm, 54,999.99 cold.");
  stage.at(51, 9);
  stage.evidence("addresses before and after", "The addresses before and after.");
  stage.at(52, 9);
  stage.assess(theft, "keys of all three were taken", "The assessor agrees.");
  stage.ballot({{2, Support::in_favour, Amount(410'000'00), "as the chain shows"}},
               "One member alone is below the quorum: the claim is refused for now.");
  stage.act(CasePhase::dispute,
            ins::AppealClaim{.claim = stage.claim_number(),
                             .owner = OwnerId(1U),
                             .account = PerilStage::kInsuredAccount,
                             .reason = "the members were on holiday"},
            "Member 1 appeals with a bond of 5,000.00.");
  stage.ballot({{2, Support::in_favour, Amount(410'000'00), "as the chain shows"},
                {3, Support::in_favour, Amount(410'000'00), "as the chain shows"},
                {4, Support::against, Amount(), "cold keys should not be taken"}},
               "The second ballot accepts the claim; the bond goes back.");
  stage.note_sum("As voted");
  stage.refused(CasePhase::cooldown, ins::PayClaim{.claim = stage.claim_number()}, "too_early",
                "Payment is asked for before the cooldown of a day is over.");
  stage.pay("The claim is paid.");
  stage.at(120, 9);
  stage.recover(PerilStage::account_of(2), Amount(52'926'83),
                "52,926.83 of the coins are seized and sold: the junior tranche bore last and is "
                "made whole first.");
  stage.close("The incident is closed. What was set aside and not paid goes back.");
}

}  // namespace cofferdam::report
