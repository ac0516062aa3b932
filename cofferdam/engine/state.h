// SPDX-License-Identifier: Apache-2.0
//
// Everything that the books remember: one State of each room, and nothing else anywhere.
#pragma once

#include "cofferdam/books/access/access.h"
#include "cofferdam/books/access/key_proof.h"
#include "cofferdam/books/alert/alert.h"
#include "cofferdam/books/custody/custody.h"
#include "cofferdam/books/decision/decision.h"
#include "cofferdam/books/decision/governance.h"
#include "cofferdam/books/decision/recusal.h"
#include "cofferdam/books/default_management/conversion.h"
#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/insurance/claims_state.h"
#include "cofferdam/books/insurance/index_trigger.h"
#include "cofferdam/books/insurance/publication.h"
#include "cofferdam/books/insurance/state.h"
#include "cofferdam/books/ledger/ledger.h"
#include "cofferdam/books/margin/margin.h"
#include "cofferdam/books/margin/safeguards.h"
#include "cofferdam/books/market/limits.h"
#include "cofferdam/books/market/market.h"
#include "cofferdam/books/market/terms.h"
#include "cofferdam/books/pool/pool.h"
#include "cofferdam/books/principal/principal.h"
#include "cofferdam/books/reconciliation/reconciliation.h"
#include "cofferdam/crypto/sha256.h"
#include "cofferdam/engine/venue.h"

namespace cofferdam::engine {

struct State {
  // In state.cpp: what it takes to make and destroy every room is compiled once.
  State();
  ~State();

  venue::State venue;
  ledger::State ledger;
  principal::State principal;
  fact::State fact;
  decision::State decision;
  pool::State pool;
  market::State market;
  custody::State custody;
  access::State access;
  alert::State alert;
  reconciliation::State reconciliation;
  market::TermsState terms;
  margin::State margin;
  default_management::State default_management;
  default_management::ResolutionState resolution;
  decision::GovernanceState governance;
  insurance::State insurance;
  insurance::ClaimsState claims;
  decision::RecusalState recusals;
  insurance::TriggerState triggers;
  insurance::PublicationState publications;
  access::KeyProofState key_proofs;
  market::LimitState limits;
  margin::SafeguardState safeguards;
  default_management::ConversionState conversions;

  // The rooms in their order in snapshots and in the state hash, each under its name. A room is
  // only ever added at the end.
  template <class Self, class F>
  static void rooms(Self& self, F&& f) {
    f("venue", self.venue);
    f("ledger", self.ledger);
    f("principal", self.principal);
    f("fact", self.fact);
    f("decision", self.decision);
    f("pool", self.pool);
    f("market", self.market);
    f("custody", self.custody);
    f("access", self.access);
    f("alert", self.alert);
    f("reconciliation", self.reconciliation);
    f("contract_terms", self.terms);
    f("margin", self.margin);
    f("default_management", self.default_management);
    f("resolution", self.resolution);
    f("governance", self.governance);
    f("insurance", self.insurance);
    f("claims", self.claims);
    f("recusals", self.recusals);
    f("index_triggers", self.triggers);
    f("publications", self.publications);
    f("key_proofs", self.key_proofs);
    f("contract_limits", self.limits);
    f("margin_safeguards", self.safeguards);
    f("collateral_conversion", self.conversions);
  }
};

// SHA-256 of a room's tables in their one encoding.
struct RoomHash {
  std::string room;
  crypto::Hash hash;
};

// The hashes of the rooms that hold anything: a room that is added to the house and not yet used
// changes no old hash.
[[nodiscard]] std::vector<RoomHash> room_hashes(const State& state);

// The root over the non-empty rooms, in order: leaf = SHA-256(0x00 || name || room hash),
// inner = SHA-256(0x01 || left || right), the odd one promoted. All zero for empty books.
[[nodiscard]] crypto::Hash state_hash(const State& state);

// The state as bytes for a snapshot, and back; decode_state wants a fresh State.
void encode_state(const State& state, base::Encoder& out);
[[nodiscard]] bool decode_state(base::Decoder& in, State& state);

}  // namespace cofferdam::engine
