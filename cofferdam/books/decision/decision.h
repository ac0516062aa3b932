// SPDX-License-Identifier: Apache-2.0
//
// Decisions: what one person proposes and others must approve before it happens.
//
// Its words. A *maker* proposes a command; *checkers* approve it. A *policy* says, for an
// operation, how many approvals it needs, of which roles, and for how long a proposal stands. A
// *proposal* carries the proposed command whole, as the bytes that would be journalled. The
// *quorum* is the number of approvals that it needs.
//
// Its laws. A maker never checks what they made, under no second name either (principals of one
// person are one person). A person counts once. What has expired, was rejected or withdrawn is
// never carried out. A proposal is carried out at most once, by the very command that completes its
// quorum. When a policy is tightened, open proposals must meet the tighter one; loosening it does
// not loosen them.
//
// What it must not know: what the operations do. It keeps their numbers and their bytes; the engine
// executes a proposal inside the command `approve` and reports back through record_execution.
#pragma once

#include "cofferdam/books/access/access.h"
#include "cofferdam/books/principal/principal.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::decision {

using base::Duration;
using base::PoolId;
using base::PrincipalId;
using base::ProposalId;
using base::Time;
using ledger::Context;

inline constexpr std::size_t kContentMax = std::size_t{1} << 20;
inline constexpr std::uint8_t kApprovalsMax = 16;
inline constexpr std::size_t kOpenProposalsMax = 1024;  // with kContentMax, 1 GiB at the very most
inline constexpr std::size_t kCommentMax = 1024;
// How long a proposal stands where no policy says: a week covers absences, and no surprise is
// older.
inline constexpr Duration kProposalLife = base::kDay * 7;

struct ApprovalPolicy {
  struct Key {
    std::uint16_t operation = 0;
    PoolId pool;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint16_t operation = 0;
  PoolId pool;
  std::uint8_t approvals = 0;
  std::uint16_t roles = 0;
  Duration life;

  [[nodiscard]] Key key() const { return {operation, pool}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("pool", self.pool, "the pool it is for; none: every pool without a policy of its own");
    visit("approvals", self.approvals, "how many checkers must approve");
    visit("roles", self.roles, "a checker holds at least one of these");
    visit("life", self.life, "how long a proposal stands");
  }
};

// What a command needs before it may happen. No approvals: it may be given directly.
struct Requirement {
  std::uint8_t approvals = 0;
  std::uint16_t roles = principal::kApprover;
  Duration life = kProposalLife;

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// What the engine reads in a proposed command: the pool under which it is kept (none: no single
// one), approvals that the command needs for another reason than a policy, such as a conduit's
// threshold, and all pools that it acts on (absent: the one under which it is kept).
struct Subject {
  PoolId pool;
  std::uint8_t approvals = 0;
  std::vector<PoolId> pools = {};
};

struct Approval {
  PrincipalId principal;
  Time time;
  std::string comment;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "the checker");
    visit("time", self.time, "when");
    visit("comment", self.comment, "in words");
  }
};

enum class ProposalState : std::uint8_t {
  open,
  executed,
  rejected,
  withdrawn,
  expired,
  failed,  // approved, but the proposed command was refused
};

struct Proposal {
  using Key = ProposalId;
  ProposalId id;
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string content;
  PoolId pool;
  PrincipalId maker;
  Time created;
  Time expires;
  std::uint8_t approvals_needed = 0;
  std::vector<Approval> approvals;
  ProposalState state = ProposalState::open;
  Time closed;
  PrincipalId closed_by;
  std::uint16_t outcome = 0;
  std::string reason;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the proposal");
    visit("operation", self.operation, "number of the proposed operation");
    visit("version", self.version, "version of its content");
    visit("content", self.content, "its bytes while open; afterwards the journal has them");
    visit("pool", self.pool, "the pool it acts on");
    visit("maker", self.maker, "who proposed it");
    visit("created", self.created, "when");
    visit("expires", self.expires, "until when it may be approved");
    visit("approvals_needed", self.approvals_needed, "the quorum when it was proposed");
    visit("approvals", self.approvals, "who approved, in order");
    visit("state", self.state, "open, executed, rejected, withdrawn, expired or failed");
    visit("closed", self.closed, "when it stopped being open");
    visit("closed_by", self.closed_by, "by whose command");
    visit("outcome", self.outcome, "executed or failed: the status of the proposed command");
    visit("reason", self.reason, "what the maker, or who closed it, said");
  }
};

// Open proposals by the time of their expiry.
struct Due {
  struct Key {
    Time expires;
    ProposalId id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  Time expires;
  ProposalId id;

  [[nodiscard]] Key key() const { return {expires, id}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expires", self.expires, "when");
    visit("id", self.id, "the proposal");
  }
};

struct State {
  base::OrderedTable<ApprovalPolicy> policies;
  base::Table<Proposal> proposals;
  base::OrderedTable<Due> due;  // one row for each open proposal

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.policies);
    f(self.proposals);
    f(self.due);
  }
};

// The pool's own policy for the operation, else the one for all pools, else none needed.
[[nodiscard]] Requirement required_approvals(const State& state, std::uint16_t operation,
                                             PoolId pool);

// Over several pools: the most approvals that one of them asks for, and the shortest life.
[[nodiscard]] Requirement required_approvals(const State& state, std::uint16_t operation,
                                             std::span<const PoolId> pools);

// How many approvals an open proposal needs now: its own quorum, or that of today's policies of the
// pools that it acts on when it is higher.
[[nodiscard]] std::uint8_t approvals_now(const State& state, const Proposal& proposal,
                                         std::span<const PoolId> pools);

// Whether this principal may check this proposal at all: another person than the maker, and in each
// pool that it acts on of a role that the pool's policy names.
[[nodiscard]] bool may_check(const State& state, const principal::State& principals,
                             const access::State& grants, const Proposal& proposal,
                             std::span<const PoolId> pools, PrincipalId checker);

enum class ExecutionResult : std::uint8_t { executed, failed };

// The engine's report on a proposal whose quorum was reached: its command was applied, or refused
// with `outcome`.
void record_execution(State& state, Context& context, ProposalId proposal, ExecutionResult result,
                      std::uint16_t outcome);

// Most proposals that one tick closes; the rest waits for the next one.
inline constexpr std::size_t kExpiriesPerTickMax = 256;
[[nodiscard]] std::size_t due_proposals(const State& state, Time now);
void expire_proposals(State& state, Context& context);

// For the commands of this room: ends an open proposal.
void close_proposal(State& state, Context& context, ProposalId proposal, ProposalState to);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::ProposalState> {
  static constexpr std::array<std::string_view, 6> kNames{"open",      "executed", "rejected",
                                                          "withdrawn", "expired",  "failed"};
};
