// SPDX-License-Identifier: Apache-2.0
//
// Signing keys, signature policies, grants.
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

struct SigningKeyFilter {
  base::PrincipalId principal;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "only of this principal");
    PageParameters::fields(self.page, visit);
  }
};

struct GrantFilter {
  base::PrincipalId principal;
  base::PoolId pool;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "only of this principal");
    visit("pool", self.pool, "only in this pool");
    PageParameters::fields(self.page, visit);
  }
};

Result<Listing> signing_key_list(const View& view, const SigningKeyFilter& filter) {
  return page_of_table<access::SigningKey>(
      view, view.state.access.keys, filter.page,
      [&](const access::SigningKey& key) {
        return filter.principal.is_none() || key.principal == filter.principal;
      },
      kItself);
}

Result<Listing> signature_policy_list(const View& view, const PageParameters& page) {
  return page_of_table<access::SignaturePolicy>(
      view, view.state.access.policies, page, [](const auto&) { return true; }, kItself);
}

Result<Listing> grant_list(const View& view, const GrantFilter& filter) {
  return page_of_table<access::Grant>(
      view, view.state.access.grants, filter.page,
      [&](const access::Grant& grant) {
        return (filter.principal.is_none() || grant.principal == filter.principal) &&
               (filter.pool.is_none() || grant.pool == filter.pool);
      },
      kItself);
}

Result<Listing> key_proof_list(const View& view, const PageParameters& page) {
  return page_of_table<access::KeyProof>(
      view, view.state.key_proofs.proofs, page, [](const auto&) { return true; }, kItself);
}

Result<Listing> key_proof_policy_list(const View& view, const PageParameters& page) {
  return page_of_table<access::KeyProofPolicy>(
      view, view.state.key_proofs.policies, page, [](const auto&) { return true; }, kItself);
}

}  // namespace

void register_access_queries(Registry& registry) {
  add_query<SigningKeyFilter, access::SigningKey>(registry, "signing-key.list",
                                                  "The keys that sign commands, those revoked too.",
                                                  &signing_key_list);
  add_query<PageParameters, access::SignaturePolicy>(
      registry, "signature-policy.list", "Which commands must be signed.", &signature_policy_list);
  add_query<GrantFilter, access::Grant>(
      registry, "grant.list", "The roles that principals have in single pools.", &grant_list);
  add_query<PageParameters, access::KeyProof>(
      registry, "key-proof.list", "Keys that were proven by their own signature.", &key_proof_list);
  add_query<PageParameters, access::KeyProofPolicy>(
      registry, "key-proof-policy.list", "Whether keys come in only with proof of possession.",
      &key_proof_policy_list);
}

}  // namespace cofferdam::operation
