// SPDX-License-Identifier: Apache-2.0
//
// Queries of who acts and of the pools: principals, proposals, sources and facts, pools,
// agreements, conduits.
#include "cofferdam/books/pool/pool_image.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

struct PoolParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"pool"};
  base::PoolId id;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.id, "code of the pool");
  }
};

struct ConduitParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"conduit"};
  base::ConduitId id;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.id, "code of the conduit");
  }
};

Result<Listing> principal_list(const View& view, const PageParameters& page) {
  return page_of_table<principal::Principal>(view, view.state.principal.principals, page, kAll,
                                             kItself);
}

Result<Listing> source_list(const View& view, const PageParameters& page) {
  return page_of_table<fact::Source>(view, view.state.fact.sources, page, kAll, kItself);
}

Result<Listing> fact_list(const View& view, const PageParameters& page) {
  return page_of_table<fact::Fact>(view, view.state.fact.facts, page, kAll, kItself);
}

struct ProposalFilter {
  std::optional<decision::ProposalState> state;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "only in this state");
    PageParameters::fields(self.page, visit);
  }
};

struct ProposalRow {
  std::uint32_t number = 0;
  decision::ProposalState state = decision::ProposalState::open;
  std::string operation;
  base::PoolId pool;
  base::PrincipalId maker;
  base::Time created;
  base::Time expires;
  std::uint8_t approvals_needed = 0;
  std::vector<decision::Approval> approvals;
  std::string reason;
  std::string content;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("state", self.state, "open, executed, rejected, withdrawn, expired or failed");
    visit("operation", self.operation, "name of the proposed command");
    visit("pool", self.pool, "the pool it acts on");
    visit("maker", self.maker, "who proposed it");
    visit("created", self.created, "when");
    visit("expires", self.expires, "until when it may be approved");
    visit("approvals_needed", self.approvals_needed, "the quorum when it was proposed");
    visit("approvals", self.approvals, "who approved, in order");
    visit("reason", self.reason, "why");
    visit("content", self.content, "of the proposed command, as JSON, while it is open");
  }
};

ProposalRow proposal_row(const decision::Proposal& proposal, const Codec& codec) {
  ProposalRow row{.number = proposal.id.value(),
                  .state = proposal.state,
                  .operation = std::to_string(proposal.operation),
                  .pool = proposal.pool,
                  .maker = proposal.maker,
                  .created = proposal.created,
                  .expires = proposal.expires,
                  .approvals_needed = proposal.approvals_needed,
                  .approvals = proposal.approvals,
                  .reason = proposal.reason};
  row.operation = operation_name(proposal.operation);
  if (const auto command =
          engine::decode_command(proposal.operation, proposal.version, proposal.content))
    row.content = write_json(command_json(*command, codec));
  return row;
}

Result<Listing> proposal_list(const View& view, const ProposalFilter& filter) {
  return page_of_table<ProposalRow>(
      view, view.state.decision.proposals, filter.page,
      [&](const decision::Proposal& proposal) {
        return !filter.state || *filter.state == proposal.state;
      },
      [&](const decision::Proposal& proposal) { return proposal_row(proposal, view.codec); });
}

Result<Listing> policy_list(const View& view, const PageParameters& page) {
  return page_of_table<decision::ApprovalPolicy>(view, view.state.decision.policies, page, kAll,
                                                 kItself);
}

struct PoolFilter {
  std::optional<pool::PoolState> state;
  std::optional<pool::Regime> regime;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("state", self.state, "only in this state");
    visit("regime", self.regime, "only of this kind");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> pool_list(const View& view, const PoolFilter& filter) {
  return page_of_table<pool::Pool>(
      view, view.state.pool.pools, filter.page,
      [&](const pool::Pool& pool) {
        return (!filter.state || *filter.state == pool.state) &&
               (!filter.regime || *filter.regime == pool.regime);
      },
      kItself);
}

Result<Listing> pool_show(const View& view, const PoolParameter& parameters) {
  const pool::Pool* pool = view.state.pool.pools.find(parameters.id);
  if (pool == nullptr) return not_found("pool", parameters.id.value());
  return single(*pool, view.codec);
}

struct PoolHashRow {
  std::string pool;
  pool::PoolState state = pool::PoolState::draft;
  std::uint64_t accounts = 0;
  std::uint64_t holds = 0;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the pool");
    visit("state", self.state, "not part of the hash");
    visit("accounts", self.accounts, "without the conduits' halves");
    visit("holds", self.holds, "that are open");
    visit("hash", self.hash, "SHA-256 of the pool's image: the same in whichever books it lives");
  }
};

Result<Listing> pool_hash(const View& view, const PoolParameter& parameters) {
  const pool::Pool* pool = view.state.pool.pools.find(parameters.id);
  if (pool == nullptr) return not_found("pool", parameters.id.value());
  const pool::PoolImage image =
      pool::image_of(view.state.pool, view.state.ledger, view.state.fact, pool->id);
  return single(PoolHashRow{.pool = pool->code,
                            .state = pool->state,
                            .accounts = image.accounts.size(),
                            .holds = image.holds.size(),
                            .hash = crypto::to_hex(pool::pool_hash(image))},
                view.codec);
}

struct AgreementFilter {
  base::PoolId pool;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> pool_agreements(const View& view, const AgreementFilter& filter) {
  return page_of_table<pool::Agreement>(
      view, view.state.pool.agreements, filter.page,
      [&](const pool::Agreement& agreement) {
        return filter.pool.is_none() || filter.pool == agreement.pool;
      },
      kItself);
}

struct EdgeRow {
  base::PoolId pool;
  ledger::OwnerClass from = ledger::OwnerClass::pool;
  ledger::OwnerClass to = ledger::OwnerClass::pool;
  std::uint16_t code = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("from", self.from, "owner class of the debited account");
    visit("to", self.to, "owner class of the credited account");
    visit("code", self.code, "reason code; 0 for any");
  }
};

Result<Listing> pool_edges(const View& view, const PoolParameter& parameters) {
  const ledger::Compartment* compartment = view.state.ledger.compartments.find(parameters.id);
  if (compartment == nullptr) return not_found("pool", parameters.id.value());
  Listing listing = listing_of<EdgeRow>();
  for (const ledger::Edge& edge : compartment->edges)
    listing.rows.push_back(
        to_json(EdgeRow{compartment->pool, edge.from, edge.to, edge.code}, view.codec));
  return listing;
}

struct ConduitFilter {
  base::PoolId pool;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only with this pool on either side");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> conduit_list(const View& view, const ConduitFilter& filter) {
  return page_of_table<pool::Conduit>(
      view, view.state.pool.conduits, filter.page,
      [&](const pool::Conduit& conduit) {
        return filter.pool.is_none() || filter.pool == conduit.from || filter.pool == conduit.to;
      },
      kItself);
}

Result<Listing> conduit_show(const View& view, const ConduitParameter& parameters) {
  const pool::Conduit* conduit = view.state.pool.conduits.find(parameters.id);
  if (conduit == nullptr) return not_found("conduit", parameters.id.value());
  return single(*conduit, view.codec);
}

Result<Listing> breach_list(const View& view, const PageParameters& page) {
  return page_of_table<pool::Breach>(view, view.state.pool.breaches, page, kAll, kItself);
}

}  // namespace

void register_pool_queries(Registry& registry) {
  add_query<PageParameters, principal::Principal>(registry, "principal.list", "Who may act.",
                                                  &principal_list);
  add_query<PageParameters, fact::Source>(registry, "source.list", "Sources of facts.",
                                          &source_list);
  add_query<PageParameters, fact::Fact>(registry, "fact.list",
                                        "The latest fact of each source and key.", &fact_list);
  add_query<ProposalFilter, ProposalRow>(registry, "proposal.list",
                                         "Proposals, with what they would do.", &proposal_list);
  add_query<PageParameters, decision::ApprovalPolicy>(
      registry, "policy.list", "How many approvals operations need.", &policy_list);
  add_query<PoolFilter, pool::Pool>(registry, "pool.list", "Pools in the order of their making.",
                                    &pool_list);
  add_query<PoolParameter, pool::Pool>(registry, "pool.show", "One pool.", &pool_show);
  add_query<PoolParameter, PoolHashRow>(
      registry, "pool.hash", "The hash of a pool by itself, to compare between books.", &pool_hash);
  add_query<AgreementFilter, pool::Agreement>(
      registry, "pool.agreements", "Agreements with their clauses and what enforces them.",
      &pool_agreements);
  add_query<PoolParameter, EdgeRow>(
      registry, "pool.edges", "The ways that a pool's policy opens between owners.", &pool_edges);
  add_query<ConduitFilter, pool::Conduit>(registry, "conduit.list",
                                          "The declared ways between pools.", &conduit_list);
  add_query<ConduitParameter, pool::Conduit>(registry, "conduit.show", "One conduit.",
                                             &conduit_show);
  add_query<PageParameters, pool::Breach>(
      registry, "breach.list", "Commingling that importers have observed.", &breach_list);
}

}  // namespace cofferdam::operation
