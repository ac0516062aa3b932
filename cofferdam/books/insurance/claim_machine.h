// SPDX-License-Identifier: Apache-2.0
//
// The life of a claim as data: one table says from where, by what and when a claim goes where, and
// what the table does not say cannot happen. Commands ask next_state() and write what it answers;
// no other file sets a stage.
//
//   notified -> evidenced -> assessed -> voting -> decided -> approved -> paid -> closed
//                                          |          |          (cooldown)  (clawback)
//                                          |          +-> disputed (bond) -> voting, the last time
//                                          +-> a second ballot decides: approved or declined
//
// Three routes. *Vote*: a ballot decides after the assessment. *Dispute*: the assessment stands
// unless somebody lays a bond against it; then a ballot decides. *Parametric*: recorded facts
// decide. A decision can be challenged (when it pays) or appealed (when it does not), once.
//
// Every stage has one deadline, itself still in time. What is late is not refused and forgotten: it
// has a row of its own (`lapse`), so every claim comes to an end whoever stays away.
#pragma once

#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cofferdam::insurance {

enum class ClaimStage : std::uint8_t {
  notified,
  evidenced,
  assessed,
  voting,
  decided,
  disputed,
  approved,
  paid,
  closed,
  declined,
  withdrawn,
  expired,
};
inline constexpr std::size_t kClaimStages = 12;

enum class ClaimRoute : std::uint8_t { vote, parametric, dispute };
inline constexpr std::size_t kClaimRoutes = 3;

enum class ClaimEvent : std::uint8_t {
  submit_evidence,
  assess,
  trigger,
  open_vote,
  cast,
  close_vote,
  challenge,
  appeal,
  pay_part,
  pay_rest,
  claw_back,
  withdraw,
  lapse,
};
inline constexpr std::size_t kClaimEvents = 13;

// Of a decision; `open` is none yet, or of a ballot that too few took part in.
enum class Verdict : std::uint8_t { open, accepted, refused };
inline constexpr std::size_t kVerdicts = 3;

// Whether the stage's deadline has passed; in the table, which of both an event needs.
enum class Timing : std::uint8_t { in_time, late, any };

// What of a claim decides which events are legal.
struct ClaimCourse {
  ClaimStage stage = ClaimStage::notified;
  ClaimRoute route = ClaimRoute::vote;
  std::uint8_t round = 0;  // ballots opened: 1 can be disputed, 2 is the last
  Verdict verdict = Verdict::open;

  friend auto operator<=>(const ClaimCourse&, const ClaimCourse&) = default;
};

inline constexpr std::uint8_t kLastRound = 2;

// What happens to a claim: for `assess` on the dispute route and `close_vote` with its result.
struct ClaimStep {
  ClaimEvent event = ClaimEvent::lapse;
  Verdict result = Verdict::open;
};

// One row: an event in a stage. Empty optionals match everything.
struct ClaimTransition {
  ClaimStage from = ClaimStage::notified;
  ClaimEvent event = ClaimEvent::lapse;
  Timing timing = Timing::any;
  std::optional<ClaimRoute> route = std::nullopt;
  std::optional<std::uint8_t> round = std::nullopt;  // of the claim before
  std::optional<Verdict> verdict = std::nullopt;     // of the claim before
  std::optional<Verdict> result = std::nullopt;      // that the event brings
  ClaimStage to = ClaimStage::notified;
  std::optional<Verdict> becomes = std::nullopt;  // verdict after; empty: as before
  std::uint8_t opens_round = 0;                   // 0: as before
};

[[nodiscard]] std::span<const ClaimTransition> claim_transitions();

// Where the claim goes; nullopt when the table has no row for it.
[[nodiscard]] std::optional<ClaimCourse> next_state(const ClaimCourse& course,
                                                    const ClaimStep& step, bool is_late);

// Why there is no row: of another stage, or of another time.
enum class StepRefusal : std::uint8_t { none, wrong_stage, too_late, too_early };
[[nodiscard]] StepRefusal refusal_of(const ClaimCourse& course, const ClaimStep& step,
                                     bool is_late);

// Nothing but a recovery can happen any more.
[[nodiscard]] constexpr bool is_settled(ClaimStage stage) {
  return stage == ClaimStage::closed || stage == ClaimStage::declined ||
         stage == ClaimStage::withdrawn || stage == ClaimStage::expired;
}

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimStage> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kClaimStages> kNames{
      "notified", "evidenced", "assessed", "voting",   "decided",   "disputed",
      "approved", "paid",      "closed",   "declined", "withdrawn", "expired"};
  static constexpr std::array<std::string_view, cofferdam::insurance::kClaimStages> kDocs{
      "the pool knows of it; evidence is awaited",
      "evidence is there; an assessment is awaited",
      "assessed; a ballot is to be opened",
      "a ballot is open",
      "decided; may be challenged or appealed",
      "a bond lies against the decision; a last ballot is to be opened",
      "to be paid when its cooldown is over",
      "paid; what is recovered returns to those who bore it",
      "at its end after payment, or unpaid for want of time",
      "refused for good",
      "taken back by the claimant",
      "came to nothing: a deadline passed"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimRoute> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kClaimRoutes> kNames{
      "vote", "parametric", "dispute"};
  static constexpr std::array<std::string_view, cofferdam::insurance::kClaimRoutes> kDocs{
      "a ballot decides", "recorded facts decide",
      "the assessment stands unless a bond is laid against it"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ClaimEvent> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kClaimEvents> kNames{
      "submit_evidence", "assess",   "trigger",  "open_vote", "cast",     "close_vote", "challenge",
      "appeal",          "pay_part", "pay_rest", "claw_back", "withdraw", "lapse"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Verdict> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kVerdicts> kNames{
      "open", "accepted", "refused"};
};
