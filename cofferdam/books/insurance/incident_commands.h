// SPDX-License-Identifier: Apache-2.0
//
// The rules of claims in versions, and incidents: declared, and closed when their claims are
// settled. While an incident is open, exits that answer for it wait.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"

namespace cofferdam::insurance {

struct SetClaimRules {
  PoolId pool;
  AssetId asset;
  ClaimRules rules;

  static constexpr std::string_view kDoc =
      "Sets how claims on covers that are bound from now on are decided.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("rules", self.rules, "all of them; covers already bound keep theirs");
  }
};

struct DeclareIncident {
  PoolId pool;
  std::string code;
  Peril peril = Peril::exchange_insolvency;
  OwnerId counterparty;
  std::vector<ExcludedCause> causes;
  Time occurred;
  Time discovered;
  std::string document;

  static constexpr std::string_view kDoc =
      "Declares an incident: what claims are about, and what exits answer for.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("code", self.code, "short unique name");
    visit("peril", self.peril, "what it is");
    visit("counterparty", self.counterparty, "whose failure it is; 0: nobody's");
    visit("causes", self.causes, "known of it, by which covers may exclude it");
    visit("occurred", self.occurred, "when; who bears it depends on that");
    visit("discovered", self.discovered, "not before, and not after now");
    visit("document", self.document, "SHA-256 of what is known, in hex; empty for none");
  }
};

struct CloseIncident {
  std::string incident;

  static constexpr std::string_view kDoc =
      "Closes an incident whose claims are settled; what is left of its reserve is given back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "code of the incident");
  }
};

enum class IncidentStatus : std::uint16_t {
  ok,
  rules_malformed,
  duration_malformed,
  ballot_malformed,
  triggers_malformed,
  code_malformed,
  causes_malformed,
  document_malformed,
  times_malformed,
  not_an_insurance_pool,
  has_different_asset,
  source_not_found,
  code_exists,
  incident_not_found,
  incident_closed,
  claims_open,
};

[[nodiscard]] IncidentStatus check_shape(const SetClaimRules& command);
[[nodiscard]] IncidentStatus check_state(const SetClaimRules& command, const ClaimsState& claims,
                                         const State& state, const ledger::State& ledger,
                                         const fact::State& facts);
IncidentStatus apply(const SetClaimRules& command, ClaimsState& claims, ledger::State& ledger,
                     Context& context);

[[nodiscard]] IncidentStatus check_shape(const DeclareIncident& command);
[[nodiscard]] IncidentStatus check_state(const DeclareIncident& command, const ClaimsState& claims,
                                         const State& state, const ledger::State& ledger);
// Refused when it was discovered later than now.
IncidentStatus apply(const DeclareIncident& command, ClaimsState& claims, State& state,
                     ledger::State& ledger, Context& context);

[[nodiscard]] IncidentStatus check_shape(const CloseIncident& command);
[[nodiscard]] IncidentStatus check_state(const CloseIncident& command, const ClaimsState& claims,
                                         const State& state, const ledger::State& ledger);
IncidentStatus apply(const CloseIncident& command, ClaimsState& claims, State& state,
                     ledger::State& ledger, Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::IncidentStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"ok",
                                                           "rules_malformed",
                                                           "duration_malformed",
                                                           "ballot_malformed",
                                                           "triggers_malformed",
                                                           "code_malformed",
                                                           "causes_malformed",
                                                           "document_malformed",
                                                           "times_malformed",
                                                           "not_an_insurance_pool",
                                                           "has_different_asset",
                                                           "source_not_found",
                                                           "code_exists",
                                                           "incident_not_found",
                                                           "incident_closed",
                                                           "claims_open"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "",
      "each peril has one route, and the bond is above zero",
      "every period is above zero (cooldown, extension and recovery may be zero), at most ten "
      "years",
      "quorum, majority and cap can be counted by",
      "triggers have unique codes, a source, a key and a payout of at most the limit",
      "a code has 1 to 32 letters, digits, dots, dashes or underscores",
      "each cause at most once, at most 16",
      "a document is named by its SHA-256: 64 lower-case hexadecimal digits",
      "an incident is discovered when it occurs or later, and declared after that",
      "the pool must be an insurance pool",
      "the asset is that of the pool",
      "the source of a trigger must exist",
      "the code is taken",
      "the incident must exist",
      "the incident is closed",
      "a claim on the incident is not settled"};
};
