// SPDX-License-Identifier: Apache-2.0
//
// A claim until it is decided on: noticed, evidenced, assessed, or taken back; or decided by a
// recorded fact. A notice is judged by the cover at once: what is outside its period, its peril or
// its exclusions is refused with the reason, and leaves no trace.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

struct NotifyClaim {
  std::string cover;
  std::string incident;
  AssetId asset;
  Finding finding;

  static constexpr std::string_view kDoc =
      "Gives notice of a claim: an incident, the cover that is to pay, and the loss.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cover", self.cover, "code of the cover; its insured is the claimant");
    visit("incident", self.incident, "code of the incident");
    visit("asset", self.asset, "what the cover counts");
    visit("finding", self.finding, "the loss as the claimant sees it");
  }
};

struct SubmitEvidence {
  std::uint32_t claim = 0;
  std::string document;
  std::string note;

  static constexpr std::string_view kDoc = "Adds evidence to a claim.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("document", self.document, "its SHA-256 in hex");
    visit("note", self.note, "in words, at most 1024 bytes");
  }
};

struct AssessClaim {
  std::uint32_t claim = 0;
  AssetId asset;
  Finding finding;
  std::string report;

  static constexpr std::string_view kDoc = "Assesses the loss of a claim.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("asset", self.asset, "what the cover counts");
    visit("finding", self.finding, "the loss as the assessor finds it");
    visit("report", self.report, "in words, 1 to 1024 bytes");
  }
};

struct TriggerClaim {
  std::uint32_t claim = 0;
  std::string trigger;

  static constexpr std::string_view kDoc =
      "Decides a claim by a recorded fact that its rules name.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("trigger", self.trigger, "code of the trigger in the claim's rules");
  }
};

struct WithdrawClaim {
  std::uint32_t claim = 0;

  static constexpr std::string_view kDoc = "Takes a claim back, before a ballot is opened on it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
  }
};

enum class ClaimFilingStatus : std::uint16_t {
  ok,
  finding_malformed,
  document_malformed,
  text_malformed,
  cover_not_found,
  incident_not_found,
  claim_not_found,
  has_different_asset,
  no_claim_rules,
  incident_closed,
  in_another_pool,
  claim_exists,
  too_many_claims,
  outside_period,
  before_retroactive_date,
  waiting_period,
  late_notice,
  peril_not_insured,
  counterparty_not_insured,
  excluded,
  warranty_breached,
  not_covered,
  not_at_this_stage,
  too_late,
  too_much_evidence,
  trigger_not_found,
  fact_not_usable,
  fact_before_incident,
  trigger_not_met,
};

[[nodiscard]] ClaimFilingStatus check_shape(const NotifyClaim& command);
[[nodiscard]] ClaimFilingStatus check_state(const NotifyClaim& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger);
// Judges the cover by the time of the notice; may refuse.
ClaimFilingStatus apply(const NotifyClaim& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimFilingStatus check_shape(const SubmitEvidence& command);
[[nodiscard]] ClaimFilingStatus check_state(const SubmitEvidence& command,
                                            const ClaimsState& claims, const State& state,
                                            const ledger::State& ledger);
ClaimFilingStatus apply(const SubmitEvidence& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimFilingStatus check_shape(const AssessClaim& command);
[[nodiscard]] ClaimFilingStatus check_state(const AssessClaim& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger);
ClaimFilingStatus apply(const AssessClaim& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

[[nodiscard]] ClaimFilingStatus check_shape(const TriggerClaim& command);
[[nodiscard]] ClaimFilingStatus check_state(const TriggerClaim& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger,
                                            const fact::State& facts);
ClaimFilingStatus apply(const TriggerClaim& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, const fact::State& facts, Context& context);
// What a trigger that is met brings: the agreed part of the limit as the loss, within the cover.
ClaimFilingStatus decide_by_trigger(ClaimsState& claims, State& state, ledger::State& ledger,
                                    Context& context, std::uint32_t claim,
                                    const std::string& trigger, std::uint32_t payout_ppm);

[[nodiscard]] ClaimFilingStatus check_shape(const WithdrawClaim& command);
[[nodiscard]] ClaimFilingStatus check_state(const WithdrawClaim& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger);
ClaimFilingStatus apply(const WithdrawClaim& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimFilingStatus> {
  static constexpr std::array<std::string_view, 29> kNames{"ok",
                                                           "finding_malformed",
                                                           "document_malformed",
                                                           "text_malformed",
                                                           "cover_not_found",
                                                           "incident_not_found",
                                                           "claim_not_found",
                                                           "has_different_asset",
                                                           "no_claim_rules",
                                                           "incident_closed",
                                                           "in_another_pool",
                                                           "claim_exists",
                                                           "too_many_claims",
                                                           "outside_period",
                                                           "before_retroactive_date",
                                                           "waiting_period",
                                                           "late_notice",
                                                           "peril_not_insured",
                                                           "counterparty_not_insured",
                                                           "excluded",
                                                           "warranty_breached",
                                                           "not_covered",
                                                           "not_at_this_stage",
                                                           "too_late",
                                                           "too_much_evidence",
                                                           "trigger_not_found",
                                                           "fact_not_usable",
                                                           "fact_before_incident",
                                                           "trigger_not_met"};
  static constexpr std::array<std::string_view, 29> kDocs{
      "",
      "a loss is above zero; its items, named where the cover has sub-limits, sum to it",
      "a document is named by its SHA-256: 64 lower-case hexadecimal digits",
      "words are there where they are asked for, at most 1024 bytes",
      "the cover must exist",
      "the incident must exist",
      "the claim must exist",
      "the asset is that of the cover",
      "the pool has no rules for claims yet",
      "the incident is closed",
      "cover and incident are of one pool",
      "the cover has a claim on this incident that is open, paid or declined",
      "an incident has at most 4096 claims",
      "the time that the cover's basis asks about is not in its period",
      "the incident occurred before the cover's retroactive date",
      "the time that the cover's basis asks about is in its waiting period",
      "notice came after the time in which the cover takes it",
      "the cover is against another peril",
      "the cover is against the failure of somebody else",
      "the cover excludes a cause of the incident or of the claim",
      "a warranty of the cover was broken",
      "nothing of the loss would be paid: retention, deductible, limits or aggregate",
      "the claim is at another stage, or on another route",
      "the deadline of the claim's stage has passed",
      "a claim has at most 64 documents",
      "the claim's rules have no such trigger for the peril",
      "the fact is missing, stale or deviating",
      "the fact was observed before the incident occurred",
      "the fact does not meet the trigger"};
};
