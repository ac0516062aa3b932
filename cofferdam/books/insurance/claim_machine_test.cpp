// SPDX-License-Identifier: Apache-2.0
//
// Every claim that can be, walked exhaustively: what is reachable, what is not, and that each has
// an exit which needs nobody's good will.
#include "cofferdam/books/insurance/claim_machine.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace cofferdam::insurance {
namespace {

using E = ClaimEvent;
using R = ClaimRoute;
using S = ClaimStage;
using V = Verdict;

struct Move {
  ClaimStep step;
  bool is_late = false;
  ClaimCourse to;
};

std::vector<ClaimStep> all_steps() {
  std::vector<ClaimStep> steps;
  for (std::size_t e = 0; e < kClaimEvents; ++e)
    for (std::size_t v = 0; v < kVerdicts; ++v)
      steps.push_back({static_cast<E>(e), static_cast<V>(v)});
  return steps;
}

using Graph = std::map<ClaimCourse, std::vector<Move>>;

// All that notices on the three routes lead to.
Graph walk() {
  Graph graph;
  std::vector<ClaimCourse> open;
  for (std::size_t r = 0; r < kClaimRoutes; ++r)
    open.push_back({.stage = S::notified, .route = static_cast<R>(r)});
  while (!open.empty()) {
    const ClaimCourse course = open.back();
    open.pop_back();
    if (graph.contains(course)) continue;
    std::vector<Move>& moves = graph[course];
    for (const ClaimStep& step : all_steps())
      for (const bool is_late : {false, true})
        if (const auto next = next_state(course, step, is_late)) {
          moves.push_back({step, is_late, *next});
          open.push_back(*next);
        }
  }
  return graph;
}

// The moves that the clock alone allows, without a decision of anybody: a deadline that passed, a
// ballot that nobody came to, a payment that is due.
bool needs_only_time(const Move& move) {
  return move.is_late && (move.step.event == E::lapse ||
                          (move.step.event == E::close_vote && move.step.result == V::open));
}

bool is_terminal(S stage) {
  return is_settled(stage);
}

TEST(ClaimMachine, EveryStageIsReachedAndEveryRowIsUsed) {
  const Graph graph = walk();
  std::set<S> stages;
  for (const auto& [course, moves] : graph) stages.insert(course.stage);
  EXPECT_EQ(stages.size(), kClaimStages);
  for (const ClaimTransition& row : claim_transitions()) {
    bool used = false;
    for (const auto& [course, moves] : graph)
      for (const Move& move : moves)
        used = used || (course.stage == row.from && move.step.event == row.event &&
                        move.to.stage == row.to && (!row.route || *row.route == course.route) &&
                        (!row.round || *row.round == course.round) &&
                        (!row.verdict || *row.verdict == course.verdict) &&
                        (!row.result || *row.result == move.step.result));
    EXPECT_TRUE(used) << base::name_of(row.from) << ' ' << base::name_of(row.event);
  }
}

// One answer to one question: no two rows match the same case.
TEST(ClaimMachine, RowsDoNotContradict) {
  const auto rows = claim_transitions();
  const auto clash = [](const auto& a, const auto& b) { return !a || !b || *a == *b; };
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      const ClaimTransition& a = rows[i];
      const ClaimTransition& b = rows[k];
      const bool times = a.timing == Timing::any || b.timing == Timing::any || a.timing == b.timing;
      EXPECT_FALSE(a.from == b.from && a.event == b.event && times && clash(a.route, b.route) &&
                   clash(a.round, b.round) && clash(a.verdict, b.verdict) &&
                   clash(a.result, b.result))
          << i << ' ' << k;
    }
}

// The picture that the header draws, written down a second time: all pairs of stages between which
// a claim may ever go. Whatever else the table allowed would be found here.
TEST(ClaimMachine, NoOtherWayThanTheseIsPossible) {
  const std::set<std::pair<S, S>> allowed{
      {S::notified, S::evidenced}, {S::notified, S::approved},   {S::notified, S::withdrawn},
      {S::notified, S::expired},   {S::evidenced, S::evidenced}, {S::evidenced, S::approved},
      {S::evidenced, S::assessed}, {S::evidenced, S::decided},   {S::evidenced, S::withdrawn},
      {S::evidenced, S::expired},  {S::assessed, S::voting},     {S::assessed, S::withdrawn},
      {S::voting, S::voting},      {S::voting, S::decided},      {S::voting, S::approved},
      {S::voting, S::declined},    {S::decided, S::disputed},    {S::decided, S::approved},
      {S::decided, S::declined},   {S::disputed, S::voting},     {S::disputed, S::approved},
      {S::disputed, S::declined},  {S::approved, S::approved},   {S::approved, S::paid},
      {S::approved, S::closed},    {S::paid, S::paid},           {S::paid, S::closed},
      {S::closed, S::closed}};
  std::set<std::pair<S, S>> found;
  for (const auto& [course, moves] : walk())
    for (const Move& move : moves) found.emplace(course.stage, move.to.stage);
  EXPECT_EQ(found, allowed);
}

TEST(ClaimMachine, LawsOfTheWay) {
  for (const auto& [course, moves] : walk()) {
    // A route is for life, and a ballot is opened at most twice.
    EXPECT_LE(course.round, kLastRound);
    // Facts decide without a ballot, and a ballot never decides without facts of its own.
    if (course.route == R::parametric) {
      EXPECT_EQ(course.round, 0);
    }
    if (course.stage == S::approved || course.stage == S::paid) {
      EXPECT_EQ(course.verdict, V::accepted);
    }
    if (course.stage == S::declined) {
      EXPECT_EQ(course.verdict, V::refused);
    }
    for (const Move& move : moves) {
      EXPECT_EQ(move.to.route, course.route);
      EXPECT_GE(move.to.round, course.round);
      // Money leaves only what is approved, after its cooldown.
      if (move.step.event == E::pay_part || move.step.event == E::pay_rest) {
        EXPECT_EQ(course.stage, S::approved);
        EXPECT_TRUE(move.is_late);
      }
      // Votes are counted only in time, and a ballot is closed only after it.
      if (move.step.event == E::cast) {
        EXPECT_FALSE(move.is_late);
      }
      if (move.step.event == E::close_vote) {
        EXPECT_TRUE(move.is_late);
      }
      // After the last ballot nothing is disputed.
      if (course.round == kLastRound) {
        EXPECT_TRUE(move.step.event != E::challenge && move.step.event != E::appeal);
      }
      // Nobody takes back a claim on which a ballot was opened.
      if (move.step.event == E::withdraw) {
        EXPECT_EQ(course.round, 0);
      }
      // What is settled moves only for recoveries after payment.
      if (is_settled(course.stage)) {
        EXPECT_EQ(course.stage, S::closed);
        EXPECT_EQ(move.step.event, E::claw_back);
      }
    }
  }
}

// From everywhere an end is reached by the passing of time alone; only a ballot that is to be
// opened needs somebody to open it, and there the claimant may withdraw.
TEST(ClaimMachine, EveryStateHasAnExit) {
  const Graph graph = walk();
  const auto exits = [&graph](ClaimCourse course) {
    std::set<ClaimCourse> seen;
    std::vector<ClaimCourse> open{course};
    while (!open.empty()) {
      const ClaimCourse at = open.back();
      open.pop_back();
      if (is_terminal(at.stage)) return true;
      if (!seen.insert(at).second) continue;
      for (const Move& move : graph.at(at))
        if (needs_only_time(move) || (at.stage == S::assessed && move.step.event == E::open_vote))
          open.push_back(move.to);
    }
    return false;
  };
  for (const auto& [course, moves] : graph) {
    EXPECT_TRUE(exits(course)) << base::name_of(course.stage) << ' ' << int{course.round};
    if (course.stage == S::assessed) {
      bool may_withdraw = false;
      for (const Move& move : moves) may_withdraw = may_withdraw || move.to.stage == S::withdrawn;
      EXPECT_TRUE(may_withdraw);
    }
  }
}

// No claim runs for ever: without votes and evidence counted, no way comes back to where it was.
TEST(ClaimMachine, NoCircles) {
  const Graph graph = walk();
  for (const auto& [start, ignored] : graph) {
    std::set<ClaimCourse> seen;
    std::vector<ClaimCourse> open;
    const auto push = [&](const ClaimCourse& at) {
      for (const Move& move : graph.at(at))
        if (move.to != at) open.push_back(move.to);
    };
    push(start);
    while (!open.empty()) {
      const ClaimCourse at = open.back();
      open.pop_back();
      EXPECT_NE(at, start);
      if (seen.insert(at).second) push(at);
    }
  }
}

TEST(ClaimMachine, RefusalsSayWhetherStageOrTime) {
  const ClaimCourse notified{};
  EXPECT_EQ(refusal_of(notified, {E::submit_evidence}, false), StepRefusal::none);
  EXPECT_EQ(refusal_of(notified, {E::submit_evidence}, true), StepRefusal::too_late);
  EXPECT_EQ(refusal_of(notified, {E::lapse}, false), StepRefusal::too_early);
  EXPECT_EQ(refusal_of(notified, {E::pay_rest}, true), StepRefusal::wrong_stage);
  EXPECT_EQ(refusal_of(notified, {E::trigger}, false), StepRefusal::wrong_stage);
  const ClaimCourse approved{.stage = S::approved, .verdict = V::accepted};
  EXPECT_EQ(refusal_of(approved, {E::pay_rest}, false), StepRefusal::too_early);
}

}  // namespace
}  // namespace cofferdam::insurance
