// SPDX-License-Identifier: Apache-2.0
//
// From the decision on a claim to its end: disputed with a bond, let pass by time, paid out of the
// reserve of its incident, and what comes back afterwards.
//
// Where the reserve and what may be added to it fall short of what the incident's claims may come
// to, each is paid its pro rata part of all that there was and is for them, rounded down, whoever
// asks first; the rest stays due. What comes back goes to those who bore the loss, the last to bear
// first.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

struct ChallengeClaim {
  std::uint32_t claim = 0;
  OwnerId owner;
  AccountId account;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Challenges a decision to pay, with a bond: a last ballot decides.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("owner", self.owner, "who challenges; not the claimant");
    visit("account", self.account, "of the owner in the pool, that lays the bond of the rules");
    visit("reason", self.reason, "in words, 1 to 1024 bytes");
  }
};

struct AppealClaim {
  std::uint32_t claim = 0;
  OwnerId owner;
  AccountId account;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Appeals a decision not to pay, with a bond: a last ballot decides.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("owner", self.owner, "the claimant");
    visit("account", self.account, "of the owner in the pool, that lays the bond of the rules");
    visit("reason", self.reason, "in words, 1 to 1024 bytes");
  }
};

struct AdvanceClaim {
  std::uint32_t claim = 0;

  static constexpr std::string_view kDoc =
      "Does what a passed deadline brings: a claim expires, a decision stands, a paid claim "
      "closes.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
  }
};

struct PayClaim {
  std::uint32_t claim = 0;

  static constexpr std::string_view kDoc =
      "Pays an approved claim to the account of its cover, out of the reserve of its incident.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
  }
};

struct RecordRecovery {
  std::string incident;
  AccountId account;
  Amount amount;
  std::string document;

  static constexpr std::string_view kDoc =
      "Gives money that was recovered for an incident to those who bore it, the last first.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "code of the incident");
    visit("account", self.account, "in the pool, that it comes from");
    visit("amount", self.amount, "at most what was paid and not yet recovered");
    visit("document", self.document, "SHA-256 of the proof, in hex; empty for none");
  }
};

struct ClawBackClaim {
  std::uint32_t claim = 0;
  AccountId account;
  Amount recovered;
  std::string document;

  static constexpr std::string_view kDoc =
      "Takes back what a claim was paid beyond its loss, because the insured was made whole "
      "elsewhere.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("account", self.account, "of the insured, that gives it back");
    visit("recovered", self.recovered, "all that the insured has back from elsewhere so far");
    visit("document", self.document, "SHA-256 of the proof, in hex");
  }
};

enum class ClaimSettlementStatus : std::uint16_t {
  ok,
  reason_malformed,
  document_malformed,
  amount_zero,
  claim_not_found,
  incident_not_found,
  not_at_this_stage,
  nothing_decided,
  claimant_may_not_challenge,
  only_the_claimant_appeals,
  account_not_found,
  account_of_another_owner,
  account_not_allowed,
  too_early,
  too_late,
  bond_refused,
  reserve_empty,
  account_refuses,
  exceeds_borne,
  nothing_overpaid,
};

[[nodiscard]] ClaimSettlementStatus check_shape(const ChallengeClaim& command);
[[nodiscard]] ClaimSettlementStatus check_state(const ChallengeClaim& command,
                                                const ClaimsState& claims, const State& state,
                                                const ledger::State& ledger);
ClaimSettlementStatus apply(const ChallengeClaim& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

[[nodiscard]] ClaimSettlementStatus check_shape(const AppealClaim& command);
[[nodiscard]] ClaimSettlementStatus check_state(const AppealClaim& command,
                                                const ClaimsState& claims, const State& state,
                                                const ledger::State& ledger);
ClaimSettlementStatus apply(const AppealClaim& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

[[nodiscard]] ClaimSettlementStatus check_shape(const AdvanceClaim& command);
[[nodiscard]] ClaimSettlementStatus check_state(const AdvanceClaim& command,
                                                const ClaimsState& claims, const State& state,
                                                const ledger::State& ledger);
ClaimSettlementStatus apply(const AdvanceClaim& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

[[nodiscard]] ClaimSettlementStatus check_shape(const PayClaim& command);
[[nodiscard]] ClaimSettlementStatus check_state(const PayClaim& command, const ClaimsState& claims,
                                                const State& state, const ledger::State& ledger);
ClaimSettlementStatus apply(const PayClaim& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

[[nodiscard]] ClaimSettlementStatus check_shape(const RecordRecovery& command);
[[nodiscard]] ClaimSettlementStatus check_state(const RecordRecovery& command,
                                                const ClaimsState& claims, const State& state,
                                                const ledger::State& ledger);
ClaimSettlementStatus apply(const RecordRecovery& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

[[nodiscard]] ClaimSettlementStatus check_shape(const ClawBackClaim& command);
[[nodiscard]] ClaimSettlementStatus check_state(const ClawBackClaim& command,
                                                const ClaimsState& claims, const State& state,
                                                const ledger::State& ledger);
ClaimSettlementStatus apply(const ClawBackClaim& command, ClaimsState& claims, State& state,
                            ledger::State& ledger, Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimSettlementStatus> {
  static constexpr std::array<std::string_view, 20> kNames{"ok",
                                                           "reason_malformed",
                                                           "document_malformed",
                                                           "amount_zero",
                                                           "claim_not_found",
                                                           "incident_not_found",
                                                           "not_at_this_stage",
                                                           "nothing_decided",
                                                           "claimant_may_not_challenge",
                                                           "only_the_claimant_appeals",
                                                           "account_not_found",
                                                           "account_of_another_owner",
                                                           "account_not_allowed",
                                                           "too_early",
                                                           "too_late",
                                                           "bond_refused",
                                                           "reserve_empty",
                                                           "account_refuses",
                                                           "exceeds_borne",
                                                           "nothing_overpaid"};
  static constexpr std::array<std::string_view, 20> kDocs{
      "",
      "a reason is given, at most 1024 bytes",
      "a proof is named by its SHA-256: 64 lower-case hexadecimal digits",
      "the amount is above zero",
      "the claim must exist",
      "the incident must exist",
      "the claim is at another stage",
      "a decision to pay is challenged, one not to pay is appealed, the first one only",
      "a claimant does not challenge a decision to pay",
      "a decision not to pay is appealed by its claimant",
      "the account must exist",
      "the account is that of the owner",
      "the account is in the pool, counts its asset, and is nobody's but an owner's",
      "the deadline of the stage, or the cooldown, or the time to pay, is not over",
      "the deadline of the stage has passed",
      "the account cannot lay the bond",
      "the incident's reserve is empty and no capital is left to add to it",
      "the account's own limits do not allow it, or it is frozen or closed",
      "a recovery is at most what was paid for the incident and not yet recovered",
      "what was paid is not beyond what is still lost"};
};
