// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/vote.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/decision/governor_state.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace cofferdam::decision {

using base::Amount;

namespace {

constexpr std::int64_t kClockMax = std::numeric_limits<std::uint32_t>::max();

struct Owner {
  Amount weight;
  Amount counted;
  bool conflict = false;
};

struct Ballot {
  std::map<std::string, const BallotVoter*> voters;
  std::map<std::string, Owner> owners;
  Amount supply;
  Amount eligible;
  Amount listed;
  Amount cap;
};

[[nodiscard]] const std::string& owner_of(const BallotVoter& voter) {
  return voter.owner.empty() ? voter.voter : voter.owner;
}

[[nodiscard]] std::string at(std::string_view list, std::size_t i, std::string_view field) {
  return std::string(list) + "[" + std::to_string(i) + "]." + std::string(field);
}

constexpr const char* kWeightRule = "with the weights before it at most 2^120 smallest units";

[[nodiscard]] base::Result<Ballot> read_ballot(const VoteInput& in) {
  Ballot ballot;
  if (in.voters.size() > kBallotVotersMax)
    return base::malformed("voters", std::to_string(in.voters.size()), "at most 100,000");
  if (in.votes.size() > kBallotVotersMax)
    return base::malformed("votes", std::to_string(in.votes.size()), "at most 100,000");
  for (std::size_t i = 0; i < in.voters.size(); ++i) {
    const BallotVoter& voter = in.voters[i];
    if (voter.voter.empty())
      return base::malformed(at("voters", i, "voter"), "", "a voter has a name");
    if (!ballot.voters.emplace(voter.voter, &voter).second)
      return base::malformed(at("voters", i, "voter"), voter.voter, "an account is listed once");
    const auto sum = base::try_add(ballot.listed, voter.weight);
    if (!sum || *sum > kSupplyMax)
      return base::malformed(at("voters", i, "weight"),
                             base::format_decimal(voter.weight, in.scale), kWeightRule);
    ballot.listed = *sum;
    Owner& owner = ballot.owners[owner_of(voter)];
    owner.weight += voter.weight;
    owner.conflict = owner.conflict || voter.conflict;
  }
  ballot.supply = in.total_supply.value_or(ballot.listed);
  if (ballot.supply < ballot.listed)
    return base::malformed(
        "total_supply", base::format_decimal(ballot.supply, in.scale),
        "at least the weight of the voters, " + base::format_decimal(ballot.listed, in.scale));
  if (ballot.supply > kSupplyMax)
    return base::malformed("total_supply", base::format_decimal(ballot.supply, in.scale),
                           "at most 2^120 smallest units");
  ballot.eligible = ballot.supply;
  for (const auto& [name, owner] : ballot.owners)
    if (owner.conflict) ballot.eligible = ballot.eligible - owner.weight;
  ballot.cap = owner_cap(in.rules, ballot.supply);
  return ballot;
}

// Whatever happens to the proposal besides votes, in its order.
enum class Step : std::uint8_t { queue, execute, cancel };

struct Event {
  std::int64_t clock = 0;
  Step step = Step::queue;
};

[[nodiscard]] std::vector<Event> steps_of(const VoteInput& in) {
  std::vector<Event> events;
  if (in.queued_at) events.push_back({*in.queued_at, Step::queue});
  if (in.executed_at) events.push_back({*in.executed_at, Step::execute});
  if (in.canceled_at) events.push_back({*in.canceled_at, Step::cancel});
  std::ranges::stable_sort(events, {}, &Event::clock);
  return events;
}

class Poll {
 public:
  Poll(const VoteInput& in, Ballot& ballot, VoteOutput& out) : in_(in), ballot_(ballot), out_(out) {
    course_.snapshot = std::int64_t{in.proposed_at} + in.voting_delay;
    course_.deadline = course_.snapshot + in.voting_period;
    if (in.grace_period) course_.grace = *in.grace_period;
    out.quorum = quorum_of(in.rules, ballot.supply, ballot.eligible);
  }

  // The first clock after everything that was given.
  [[nodiscard]] std::int64_t end_of_all() const {
    std::int64_t last = course_.deadline + in_.late_quorum_extension;
    for (const BallotVote& vote : in_.votes)
      if (vote.clock) last = std::max<std::int64_t>(last, *vote.clock);
    for (const Event& event : steps_of(in_)) last = std::max(last, event.clock);
    return last + 1;
  }

  void run(std::int64_t now) {
    const std::vector<Event> steps = steps_of(in_);
    std::size_t next = 0;
    std::int64_t clock = course_.snapshot + 1;
    for (const BallotVote& vote : in_.votes) {
      clock = vote.clock ? std::int64_t{*vote.clock} : clock;
      // A vote comes before what happens at the same clock.
      while (next < steps.size() && steps[next].clock < clock) take(steps[next++], now);
      out_.votes.push_back(cast(vote, clock, now));
    }
    while (next < steps.size()) take(steps[next++], now);
    finish(now);
  }

  [[nodiscard]] const GovernorCourse& course() const { return course_; }

 private:
  [[nodiscard]] GovernorState state(std::int64_t clock) const {
    return governor_state(course_, clock, carried(in_.rules, out_.quorum, totals_));
  }

  [[nodiscard]] CastOutcome cast(const BallotVote& vote, std::int64_t clock, std::int64_t now) {
    CastOutcome outcome{.voter = vote.voter};
    const auto found = ballot_.voters.find(vote.voter);
    if (clock > now) {
      outcome.status = CastStatus::later;
    } else if (state(clock) != GovernorState::active) {
      outcome.status = CastStatus::unexpected_state;
    } else if (cast_.contains(vote.voter)) {
      outcome.status = CastStatus::already_cast;
    } else if (found == ballot_.voters.end() || found->second->weight.is_zero()) {
      outcome.status = CastStatus::no_weight;
    } else if (Owner& owner = ballot_.owners[owner_of(*found->second)]; owner.conflict) {
      outcome.status = CastStatus::conflict;
    } else {
      outcome.counted = counted_weight(found->second->weight, ballot_.cap, owner.counted);
      if (outcome.counted < found->second->weight) outcome.status = CastStatus::owner_capped;
      count(vote, owner, outcome.counted, clock);
    }
    return outcome;
  }

  void count(const BallotVote& vote, Owner& owner, Amount weight, std::int64_t clock) {
    cast_.emplace(vote.voter, Cast{vote.support, weight});
    owner.counted += weight;
    totals_.add(vote.support, weight);
    if (in_.late_quorum_extension == 0 || reached_ ||
        !decision::quorum_reached(in_.rules, out_.quorum, totals_))
      return;
    reached_ = true;
    const std::int64_t deadline =
        extended_deadline(course_.deadline, clock, in_.late_quorum_extension);
    out_.extended = deadline > course_.deadline;
    course_.deadline = deadline;
  }

  void take(const Event& event, std::int64_t now) {
    StepStatus& status = event.step == Step::queue     ? out_.queue
                         : event.step == Step::execute ? out_.execute
                                                       : out_.cancel;
    status = event.clock > now ? StepStatus::later : attempt(event);
  }

  [[nodiscard]] StepStatus attempt(const Event& event) {
    using G = GovernorState;
    const G before = state(event.clock);
    switch (event.step) {
      case Step::queue:
        if (before != G::succeeded || !in_.timelock_delay) return StepStatus::unexpected_state;
        course_.eta = event.clock + *in_.timelock_delay;
        return StepStatus::done;
      case Step::execute:
        if (before != (in_.timelock_delay ? G::queued : G::succeeded))
          return StepStatus::unexpected_state;
        if (course_.eta && event.clock < *course_.eta) return StepStatus::not_ready;
        course_.executed = true;
        return StepStatus::done;
      case Step::cancel:
        if (before == G::canceled || before == G::expired || before == G::executed)
          return StepStatus::unexpected_state;
        course_.canceled = true;
        return StepStatus::done;
    }
    return StepStatus::unexpected_state;
  }

  void finish(std::int64_t now) {
    out_.state = state(now);
    out_.state_number = static_cast<std::uint8_t>(out_.state);
    out_.supply = ballot_.supply;
    out_.for_votes = totals_.in_favour;
    out_.against_votes = totals_.against;
    out_.abstain_votes = totals_.abstain;
    out_.quorum_votes = quorum_weight(in_.rules, totals_);
    out_.quorum_reached = decision::quorum_reached(in_.rules, out_.quorum, totals_);
    out_.vote_succeeded = majority_reached(in_.rules, totals_);
    out_.participation_ppm = parts_per_million(totals_.cast(), ballot_.supply);
    out_.cost_to_corrupt = cost_to_corrupt(in_.rules, out_.quorum, totals_, uncast());
    if (out_.cost_to_corrupt.uncast_weight)
      out_.corrupt_owners = owners_needed(*out_.cost_to_corrupt.uncast_weight, ballot_.cap);
    if (in_.payout) out_.payout = PayoutAnswer{in_.payout->scale, median()};
  }

  // What owners may still cast under their cap; of weight that is not listed, all.
  [[nodiscard]] Amount uncast() {
    Amount sum = ballot_.supply - ballot_.listed;
    for (const auto& [name, owner] : ballot_.owners) {
      if (!owner.counted.is_zero()) ++out_.owners;
      if (!owner.conflict) sum += std::min(owner.weight, ballot_.cap) - owner.counted;
    }
    return sum;
  }

  [[nodiscard]] std::optional<Amount> median() const {
    const PayoutQuestion& question = *in_.payout;
    std::map<std::string, Amount> named;
    for (const AmountVote& one : question.amounts) named[one.voter] = one.amount;
    std::vector<NamedAmount> amounts;
    for (const auto& [voter, cast] : cast_) {
      if (cast.support == Support::against && question.against_is_zero)
        amounts.push_back({Amount(), cast.weight});
      if (cast.support != Support::in_favour) continue;
      const auto found = named.find(voter);
      const Amount amount = found == named.end() ? question.claimed : found->second;
      amounts.push_back({std::min(amount, question.claimed), cast.weight});
    }
    return weighted_median(std::move(amounts));
  }

  struct Cast {
    Support support = Support::against;
    Amount weight;
  };

  const VoteInput& in_;
  Ballot& ballot_;
  VoteOutput& out_;
  GovernorCourse course_;
  Totals totals_;
  std::map<std::string, Cast> cast_;
  bool reached_ = false;
};

// A vote without a clock stands where the run puts it: with the one before it.
[[nodiscard]] base::Result<void> check_order(const VoteInput& in) {
  std::optional<std::int64_t> last;
  for (std::size_t i = 0; i < in.votes.size(); ++i) {
    const std::optional<std::uint32_t>& clock = in.votes[i].clock;
    if (clock && last && *clock < *last)
      return base::malformed(at("votes", i, "clock"), std::to_string(*clock),
                             "votes come in the order of their clock; the one before stands at " +
                                 std::to_string(*last));
    if (clock)
      last = *clock;
    else if (!last)
      last = std::int64_t{in.proposed_at} + in.voting_delay + 1;
  }
  return {};
}

[[nodiscard]] base::Result<void> check_amounts(const VoteInput& in) {
  if (!in.payout) return {};
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < in.payout->amounts.size(); ++i)
    if (const std::string& voter = in.payout->amounts[i].voter; !seen.insert(voter).second)
      return base::malformed(at("payout.amounts", i, "voter"), voter, "a voter names one amount");
  return {};
}

// Names the summand that carries an instant beyond the clock.
[[nodiscard]] base::Result<void> check_instants(const VoteInput& in, const GovernorCourse& course) {
  const auto beyond = [](std::string field, std::uint32_t value, std::string what) {
    return base::malformed(std::move(field), std::to_string(value),
                           "every instant is at most 4294967295, 2^32 - 1; " + std::move(what));
  };
  if (course.snapshot > kClockMax)
    return beyond("voting_delay", in.voting_delay, "proposed_at + this is later");
  if (course.snapshot + in.voting_period > kClockMax)
    return beyond("voting_period", in.voting_period, "the snapshot + this is later");
  if (course.deadline > kClockMax)
    return beyond("late_quorum_extension", in.late_quorum_extension,
                  "the vote that reached the quorum + this is later");
  if (course.eta.value_or(0) > kClockMax)
    return beyond("timelock_delay", in.timelock_delay.value_or(0), "queued_at + this is later");
  return {};
}

}  // namespace

base::Result<VoteOutput> vote(const VoteInput& in) {
  if (const auto fault = fault_of(in.rules))
    return base::malformed("rules." + std::string(fault->field), std::to_string(fault->value),
                           std::string(fault->rule));
  if (auto order = check_order(in); !order) return std::unexpected(std::move(order).error());
  if (auto fine = check_amounts(in); !fine) return std::unexpected(std::move(fine).error());
  base::Result<Ballot> ballot = read_ballot(in);
  if (!ballot) return std::unexpected(std::move(ballot).error());
  VoteOutput out;
  Poll poll(in, *ballot, out);
  poll.run(in.clock ? std::int64_t{*in.clock} : poll.end_of_all());
  const GovernorCourse& course = poll.course();
  if (auto fine = check_instants(in, course); !fine)
    return std::unexpected(std::move(fine).error());
  out.snapshot = static_cast<std::uint32_t>(course.snapshot);
  out.deadline = static_cast<std::uint32_t>(course.deadline);
  if (course.eta) out.eta = static_cast<std::uint32_t>(*course.eta);
  return out;
}

}  // namespace cofferdam::decision
