// SPDX-License-Identifier: Apache-2.0
//
// The rows of ballots on claims: who may vote and what each weighs, written down when a ballot
// opens, and what became of it.
#pragma once

#include "cofferdam/base/table.h"
#include "cofferdam/books/decision/tally.h"
#include "cofferdam/books/insurance/claim_outcome.h"
#include "cofferdam/books/insurance/insurance.h"

#include <compare>
#include <optional>
#include <string>

namespace cofferdam::insurance {

struct ClaimBallot {
  struct Key {
    std::uint32_t claim = 0;
    std::uint8_t round = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t claim = 0;
  std::uint8_t round = 0;
  AssetId asset;
  Amount supply;
  Amount eligible;
  Amount cap;
  Amount quorum;
  std::uint32_t voters = 0;
  std::uint32_t committed = 0;
  std::uint32_t revealed = 0;
  decision::Totals totals;
  Time opened;
  Time commit_ends;
  Time commit_latest;
  Time reveal_ends;
  Time closed;
  VoteResult result = VoteResult::not_required;
  Amount median;
  std::optional<Amount> cost_to_corrupt;

  [[nodiscard]] Key key() const { return {claim, round}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("round", self.round, "1, or 2 after a challenge or appeal");
    visit("asset", self.asset, "what weights and amounts count");
    visit("supply", self.supply, "weight of all voters at the opening");
    visit("eligible", self.eligible, "of those without a conflict");
    visit("cap", self.cap, "most that one owner counts");
    visit("quorum", self.quorum, "weight that must take part");
    visit("voters", self.voters, "on the roll");
    visit("committed", self.committed, "votes sealed");
    visit("revealed", self.revealed, "votes opened");
    visit("totals", self.totals, "of the opened votes");
    visit("opened", self.opened, "when: the snapshot");
    visit("commit_ends", self.commit_ends, "last instant to seal a vote");
    visit("commit_latest", self.commit_latest, "to which that may be moved");
    visit("reveal_ends", self.reveal_ends, "last instant to open one");
    visit("closed", self.closed, "when it was counted");
    visit("result", self.result, "accepted, partial, refused or no_quorum; not_required: open");
    visit("median", self.median, "weighted median of the amounts of those in favour");
    visit("cost_to_corrupt", self.cost_to_corrupt,
          "least weight that would have turned the result; null: none would");
  }
};

// In order of precedence.
enum class Conflict : std::uint8_t {
  none,
  claimant,
  counterparty,
  bears_the_loss,
  declared,
  punished,
};

struct ClaimVoter {
  struct Key {
    std::uint32_t claim = 0;
    std::uint8_t round = 0;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t claim = 0;
  std::uint8_t round = 0;
  AssetId asset;
  OwnerId owner;
  Amount weight;
  Conflict conflict = Conflict::none;
  std::string commitment;
  Time committed;
  bool revealed = false;
  decision::Support support = decision::Support::abstain;
  Amount amount;
  Amount counted;
  std::string reason;

  [[nodiscard]] Key key() const { return {claim, round, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("round", self.round, "of the ballot");
    visit("asset", self.asset, "what weight and amount count");
    visit("owner", self.owner, "the registered beneficial owner");
    visit("weight", self.weight, "at the opening");
    visit("conflict", self.conflict, "that keeps the owner from voting");
    visit("commitment", self.commitment, "SHA-256 of the sealed vote in hex; empty: none");
    visit("committed", self.committed, "when");
    visit("revealed", self.revealed, "whether the vote was opened");
    visit("support", self.support, "for, against or abstain");
    visit("amount", self.amount, "for: at most this is to be paid");
    visit("counted", self.counted, "weight under the cap");
    visit("reason", self.reason, "in the voter's words");
  }
};

struct DeclaredConflict {
  struct Key {
    std::uint32_t incident = 0;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint32_t incident = 0;
  OwnerId owner;
  std::string reason;
  Time time;

  [[nodiscard]] Key key() const { return {incident, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("incident", self.incident, "of which no claim may be judged");
    visit("owner", self.owner, "by this owner");
    visit("reason", self.reason, "in words");
    visit("time", self.time, "when");
  }
};

// The punishment of one fraudulent vote.
struct VotePenalty {
  using Key = ClaimVoter::Key;
  std::uint32_t claim = 0;
  std::uint8_t round = 0;
  AssetId asset;
  OwnerId owner;
  PoolId pool;
  Amount burnt;
  std::string document;
  Time time;

  [[nodiscard]] Key key() const { return {claim, round, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claim", self.claim, "number of the claim");
    visit("round", self.round, "of the ballot");
    visit("asset", self.asset, "what was burnt");
    visit("owner", self.owner, "who voted");
    visit("pool", self.pool, "the insurance pool");
    visit("burnt", self.burnt, "of the owner's stakes");
    visit("document", self.document, "SHA-256 of the proof, in hex");
    visit("time", self.time, "when");
  }
};

// Owners whose vote was found fraudulent vote no more in that pool.
struct PunishedOwner {
  struct Key {
    PoolId pool;
    OwnerId owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  OwnerId owner;
  Time since;

  [[nodiscard]] Key key() const { return {pool, owner}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("owner", self.owner, "who votes no more");
    visit("since", self.since, "when");
  }
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Conflict> {
  static constexpr std::array<std::string_view, 6> kNames{
      "none", "claimant", "counterparty", "bears_the_loss", "declared", "punished"};
};
