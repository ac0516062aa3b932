// SPDX-License-Identifier: Apache-2.0
//
// Ballots on claims: sealed first, opened afterwards, counted by decision/tally.h.
//
// Who may vote is written down when a ballot opens: the members of the pool who were admitted
// before the incident was declared, each with what it weighs at that moment. What is acquired, sent
// or divided afterwards changes nothing. One owner counts at most the cap.
//
// A vote is sealed as SHA-256 over ASCII text, its five parts joined by '|' without blanks:
//
//   SUPPORT|AMOUNT|SALT|VOTER|CLAIM
//
//   SUPPORT  for, against or abstain
//   AMOUNT   what is to be paid at most, in the asset's smallest units, decimal without leading
//            zeros; 0 unless for
//   SALT     32 to 128 lower-case hexadecimal digits
//   VOTER    the owner's number, decimal
//   CLAIM    the claim's number, decimal
//
// The voter in it makes a copied seal worthless. A seal that comes near the end moves the end, up
// to a bound, so that nobody has the last word by the clock. Opening asks for a reason. What is
// sealed and not opened does not count.
//
// The amount: the least such that those in favour who named it or less weigh at least half of all
// in favour (the lower weighted median: in a tie the smaller amount). It caps what the cover pays.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

struct OpenClaimVote {
  std::uint32_t claim = 0;

  static constexpr std::string_view kDoc =
      "Opens a ballot on a claim: writes down who may vote, and what each weighs.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
  }
};

struct CommitClaimVote {
  std::uint32_t claim = 0;
  OwnerId voter;
  std::string commitment;

  static constexpr std::string_view kDoc = "Seals a vote on a claim.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("voter", self.voter, "the registered owner");
    visit("commitment", self.commitment,
          "SHA-256 in hex of SUPPORT|AMOUNT|SALT|VOTER|CLAIM, amount in smallest units");
  }
};

struct RevealClaimVote {
  std::uint32_t claim = 0;
  AssetId asset;
  OwnerId voter;
  decision::Support support = decision::Support::abstain;
  Amount amount;
  std::string salt;
  std::string reason;

  static constexpr std::string_view kDoc = "Opens a sealed vote on a claim, with its reason.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("asset", self.asset, "what the cover counts");
    visit("voter", self.voter, "the registered owner");
    visit("support", self.support, "for, against or abstain");
    visit("amount", self.amount, "for: the most that is to be paid; else 0");
    visit("salt", self.salt, "32 to 128 lower-case hexadecimal digits");
    visit("reason", self.reason, "in the voter's words, 1 to 1024 bytes");
  }
};

struct CloseClaimVote {
  std::uint32_t claim = 0;

  static constexpr std::string_view kDoc = "Counts a ballot whose time is over.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
  }
};

struct DeclareConflict {
  std::string incident;
  OwnerId owner;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Keeps an owner out of every ballot on an incident, sealed votes included.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "code of the incident");
    visit("owner", self.owner, "who declares a conflict of interest");
    visit("reason", self.reason, "in words, 1 to 1024 bytes");
  }
};

struct PunishVoter {
  std::uint32_t claim = 0;
  std::uint8_t round = 1;
  OwnerId voter;
  std::uint32_t burn_ppm = 0;
  std::string document;

  static constexpr std::string_view kDoc =
      "Punishes a fraudulent vote, once: strikes it where it is not yet counted, burns of the "
      "voter's stakes, and bars the owner from voting in the pool.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("round", self.round, "of the ballot");
    visit("voter", self.voter, "who sealed a vote in it");
    visit("burn_ppm", self.burn_ppm, "of the stakes in both tranches, in millionths");
    visit("document", self.document, "SHA-256 of the proof, in hex");
  }
};

enum class ClaimBallotStatus : std::uint16_t {
  ok,
  commitment_malformed,
  salt_malformed,
  amount_malformed,
  reason_malformed,
  document_malformed,
  part_malformed,
  claim_not_found,
  incident_not_found,
  incident_closed,
  has_different_asset,
  not_at_this_stage,
  nobody_may_vote,
  too_many_voters,
  weight_too_large,
  ballot_not_found,
  not_a_voter,
  claimant_may_not_vote,
  counterparty_may_not_vote,
  bearer_may_not_vote,
  conflict_declared,
  voter_punished,
  committed_before,
  not_committed,
  revealed_before,
  does_not_match,
  declared_before,
  punished_before,
  too_early,
  too_late,
};

// The bytes that a commitment is the hash of.
[[nodiscard]] std::string commitment_text(decision::Support support, Amount amount,
                                          std::string_view salt, OwnerId voter,
                                          std::uint32_t claim);
[[nodiscard]] std::string commitment_of(decision::Support support, Amount amount,
                                        std::string_view salt, OwnerId voter, std::uint32_t claim);

// The ballot that is or was open last; null where there was none.
[[nodiscard]] const ClaimBallot* ballot_of(const ClaimsState& claims, const Claim& claim);

[[nodiscard]] ClaimBallotStatus check_shape(const OpenClaimVote& command);
[[nodiscard]] ClaimBallotStatus check_state(const OpenClaimVote& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger);
ClaimBallotStatus apply(const OpenClaimVote& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimBallotStatus check_shape(const CommitClaimVote& command);
[[nodiscard]] ClaimBallotStatus check_state(const CommitClaimVote& command,
                                            const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger);
ClaimBallotStatus apply(const CommitClaimVote& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimBallotStatus check_shape(const RevealClaimVote& command);
[[nodiscard]] ClaimBallotStatus check_state(const RevealClaimVote& command,
                                            const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger);
ClaimBallotStatus apply(const RevealClaimVote& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimBallotStatus check_shape(const CloseClaimVote& command);
[[nodiscard]] ClaimBallotStatus check_state(const CloseClaimVote& command,
                                            const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger);
ClaimBallotStatus apply(const CloseClaimVote& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimBallotStatus check_shape(const DeclareConflict& command);
[[nodiscard]] ClaimBallotStatus check_state(const DeclareConflict& command,
                                            const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger);
ClaimBallotStatus apply(const DeclareConflict& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimBallotStatus check_shape(const PunishVoter& command);
[[nodiscard]] ClaimBallotStatus check_state(const PunishVoter& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger);
ClaimBallotStatus apply(const PunishVoter& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimBallotStatus> {
  static constexpr std::array<std::string_view, 30> kNames{"ok",
                                                           "commitment_malformed",
                                                           "salt_malformed",
                                                           "amount_malformed",
                                                           "reason_malformed",
                                                           "document_malformed",
                                                           "part_malformed",
                                                           "claim_not_found",
                                                           "incident_not_found",
                                                           "incident_closed",
                                                           "has_different_asset",
                                                           "not_at_this_stage",
                                                           "nobody_may_vote",
                                                           "too_many_voters",
                                                           "weight_too_large",
                                                           "ballot_not_found",
                                                           "not_a_voter",
                                                           "claimant_may_not_vote",
                                                           "counterparty_may_not_vote",
                                                           "bearer_may_not_vote",
                                                           "conflict_declared",
                                                           "voter_punished",
                                                           "committed_before",
                                                           "not_committed",
                                                           "revealed_before",
                                                           "does_not_match",
                                                           "declared_before",
                                                           "punished_before",
                                                           "too_early",
                                                           "too_late"};
  static constexpr std::array<std::string_view, 30> kDocs{
      "",
      "a commitment is a SHA-256: 64 lower-case hexadecimal digits",
      "a salt has 32 to 128 lower-case hexadecimal digits",
      "a vote in favour names an amount above zero, another one none",
      "a reason is given, at most 1024 bytes",
      "a proof is named by its SHA-256: 64 lower-case hexadecimal digits",
      "a part of stakes is at most 1,000,000 millionths",
      "the claim must exist",
      "the incident must exist",
      "the incident is closed",
      "the asset is that of the cover",
      "the claim is at another stage",
      "no member without a conflict has any weight",
      "a ballot has at most 10,000 voters",
      "what all voters weigh together must stay below 2^120",
      "the claim has no such ballot",
      "the owner was no member of weight when the ballot opened",
      "who claims for the incident does not vote on it",
      "whose failure it is does not vote on it",
      "who would bear the loss does not vote on it",
      "the owner has declared a conflict",
      "a vote of the owner was found fraudulent",
      "the owner has sealed a vote in this ballot",
      "the owner has sealed no vote in this ballot",
      "the owner has opened its vote in this ballot",
      "the vote is not the one that was sealed",
      "the owner has declared this conflict",
      "this vote was punished",
      "sealed votes are opened, and ballots counted, after the time before that",
      "the time for this is over"};
};
