// SPDX-License-Identifier: Apache-2.0
//
// Room access: with which keys principals sign, which commands must be signed, and who may do what
// in which pool.
//
// Its words. A *signing key* is an Ed25519 public key that belongs to one principal under a name;
// it is *in force* from the record that registers it to the record that revokes it. A *signature
// policy* says that an operation must carry the signature of its principal: everywhere, in one
// pool, or only above an amount of an asset. A *grant* gives a principal roles in one pool; the
// roles that the principal itself holds count in every pool.
//
// Its laws. A public key is registered once, for one principal, and once revoked stays revoked; its
// row is kept, so that whoever reads old records finds who signed them. As long as a policy asks
// for signatures, an active root holds a key in force: nobody locks the owner of the books out.
// Nobody grants a role that they do not hold, nor gives a key to a principal with such a role. What
// is not granted is refused.
//
// What it must not know: which bytes are signed and which operation needs which role (the engine
// does), private keys, the keys of the network (the server's), the clock.
#pragma once

#include "cofferdam/books/principal/principal.h"

#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::access {

using base::Amount;
using base::AssetId;
using base::PoolId;
using base::PrincipalId;
using base::ProposalId;
using base::Sequence;
using base::Time;
using ledger::Context;

inline constexpr std::size_t kKeyNameMax = 32;
inline constexpr std::size_t kPublicKeyHexDigits = principal::kPublicKeyHexDigits;
// In force at once, of one principal: a person's devices, and an overlap while they are replaced.
inline constexpr std::size_t kKeysInForceMax = 16;
// Registered for one principal in the life of the books: exchanged every day, for years.
inline constexpr std::size_t kKeysOfPrincipalMax = 2'000;
// Registered in the life of the books.
inline constexpr std::size_t kKeysMax = 100'000;
inline constexpr std::size_t kPoliciesMax = 10'000;
inline constexpr std::size_t kGrantsMax = 100'000;

// A public key as the key of a row: 64 lower-case hexadecimal digits.
struct PublicKeyText {
  std::string hex;
  friend bool operator==(const PublicKeyText&, const PublicKeyText&) = default;
};

[[nodiscard]] std::uint64_t hash_key(const PublicKeyText& key);

struct SigningKey {
  using Key = PublicKeyText;
  std::string public_key;
  PrincipalId principal;
  std::string name;
  Sequence from = 0;
  Time registered;
  PrincipalId registered_by;
  Sequence until = 0;
  Time revoked;
  PrincipalId revoked_by;
  std::string reason;

  [[nodiscard]] Key key() const { return {public_key}; }

  [[nodiscard]] bool in_force() const { return until == 0; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("public_key", self.public_key, "Ed25519, 64 hexadecimal digits");
    visit("principal", self.principal, "who signs with it");
    visit("name", self.name, "how its holder calls it");
    visit("from", self.from, "the record that registered it; good behind it");
    visit("registered", self.registered, "when");
    visit("registered_by", self.registered_by, "by whom");
    visit("until", self.until, "the record that revoked it; 0 while it is in force");
    visit("revoked", self.revoked, "when; null while it is in force");
    visit("revoked_by", self.revoked_by, "by whom");
    visit("reason", self.reason, "why it was revoked");
  }
};

struct SignaturePolicy {
  struct Key {
    std::uint16_t operation = 0;
    PoolId pool;
    AssetId asset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::uint16_t operation = 0;
  PoolId pool;
  AssetId asset;
  bool required = true;
  Amount above;

  [[nodiscard]] Key key() const { return {operation, pool, asset}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("pool", self.pool, "the pool it is for; none: every pool without a policy of its own");
    visit("asset", self.asset, "the asset it is for; none: every one without a policy of its own");
    visit("required", self.required, "whether the principal must sign");
    visit("above", self.above, "only when more than this is moved; 0: always");
  }
};

struct Grant {
  struct Key {
    PrincipalId principal;
    PoolId pool;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PrincipalId principal;
  PoolId pool;
  std::uint16_t roles = 0;

  [[nodiscard]] Key key() const { return {principal, pool}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "who");
    visit("pool", self.pool, "where");
    visit("roles", self.roles, "2 admin, 4 operator, 8 approver, 16 auditor, added up");
  }
};

// A proposal whose maker has signed it: what it proposes is signed, too.
struct SignedProposal {
  using Key = ProposalId;
  ProposalId proposal;
  std::string public_key;

  [[nodiscard]] Key key() const { return proposal; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "the proposal");
    visit("public_key", self.public_key, "the key that signed it");
  }
};

// An approval that was signed: it counts as long as its key is in force.
struct SignedApproval {
  struct Key {
    ProposalId proposal;
    PrincipalId principal;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  ProposalId proposal;
  PrincipalId principal;
  std::string public_key;

  [[nodiscard]] Key key() const { return {proposal, principal}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("proposal", self.proposal, "the proposal");
    visit("principal", self.principal, "who approved it");
    visit("public_key", self.public_key, "the key that signed the approval");
  }
};

struct State {
  base::Table<SigningKey> keys;
  base::OrderedTable<SignaturePolicy> policies;
  base::OrderedTable<Grant> grants;
  base::OrderedTable<SignedProposal> signed_proposals;
  base::OrderedTable<SignedApproval> signed_approvals;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.keys);
    f(self.policies);
    f(self.grants);
    f(self.signed_proposals);
    f(self.signed_approvals);
  }
};

[[nodiscard]] const SigningKey* find_key(const State& state, std::string_view public_key);

[[nodiscard]] bool has_key_in_force(const State& state, PrincipalId principal);

// Whether an active root could sign.
[[nodiscard]] bool root_can_sign(const State& state, const principal::State& principals);

// Whether a policy asks for any signature at all.
[[nodiscard]] bool asks_for_signatures(const State& state);

// What a command does to a pool. No asset, no amount: it moves nothing there.
struct Touch {
  PoolId pool;
  AssetId asset;
  std::optional<Amount> amount;
};

// Whether any policy names the operation, for whatever pool and asset.
[[nodiscard]] bool has_policy_on(const State& state, std::uint16_t operation);

// By the policy that names most of what is touched: its pool and asset, its pool, its asset, or
// the operation alone. None: no signature is needed.
[[nodiscard]] bool signature_needed(const State& state, std::uint16_t operation,
                                    const Touch& touch);

// Whether the principal is active and holds one of `roles`, of itself or by a grant in this pool.
[[nodiscard]] bool may_in(const State& state, const principal::State& principals,
                          PrincipalId principal, std::uint16_t roles, PoolId pool);

}  // namespace cofferdam::access
