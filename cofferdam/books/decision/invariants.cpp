// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/invariants.h"

#include "cofferdam/base/binary.h"

namespace cofferdam::decision {

namespace {

[[nodiscard]] std::string named(const Proposal& proposal) {
  return "proposal " + std::to_string(proposal.id.value());
}

[[nodiscard]] std::optional<std::string> four_eyes(const Proposal& proposal,
                                                   const principal::State& principals) {
  const std::vector<Approval>& list = proposal.approvals;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (principal::same_person(principals, list[i].principal, proposal.maker))
      return named(proposal) + " was approved by its maker";
    for (std::size_t j = 0; j < i; ++j)
      if (principal::same_person(principals, list[i].principal, list[j].principal))
        return named(proposal) + " counts one person twice";
  }
  const bool done =
      proposal.state == ProposalState::executed || proposal.state == ProposalState::failed;
  if (done && list.size() < proposal.approvals_needed)
    return named(proposal) + " was carried out without its quorum";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_four_eyes(const State& state, const principal::State& principals) {
  std::optional<std::string> violation;
  state.proposals.each_touched([&](const Proposal* /*before*/, const Proposal* after) {
    if (!violation && after != nullptr) violation = four_eyes(*after, principals);
  });
  return violation;
}

std::optional<std::string> check_closed_stays_closed(const State& state) {
  std::optional<std::string> violation;
  state.proposals.each_touched([&](const Proposal* before, const Proposal* after) {
    if (violation || before == nullptr) return;
    if (after == nullptr) {
      violation = named(*before) + " was removed";
    } else if (before->state != ProposalState::open) {
      if (base::encode(*before) != base::encode(*after))
        violation = named(*before) + " changed after it was closed";
    } else if (after->state == ProposalState::open && before->content != after->content) {
      violation = named(*before) + " changed its content";
    }
  });
  return violation;
}

}  // namespace cofferdam::decision
