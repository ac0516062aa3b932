// SPDX-License-Identifier: Apache-2.0
//
// A pool by itself: everything that belongs to it, in a form that does not depend on the books that
// it lies in. Accounts stand in the order of their ids, assets in that of their codes; numbers that
// the books gave (of pools, assets, conduits, sources), slots and sequence numbers do not occur. So
// the same pool has the same image, and the same hash, wherever it lives: freeze, take the image,
// attach it elsewhere, compare, mark the pool as detached.
//
// The state of the pool is left out: an image is of a frozen pool and is attached as one. A
// conduit's half comes with what it owes or claims, but the conduit is retired on the other side:
// its far pool is not there. Rules come retired for the same reason. Releases and breaches are
// history and stay in the journal, as do the ids of past transfers.
#pragma once

#include "cofferdam/books/pool/pool.h"
#include "cofferdam/crypto/sha256.h"

#include <string>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::uint16_t kImageFormat = 1;
inline constexpr std::size_t kImageAccountsMax = std::size_t{1} << 20;
inline constexpr std::size_t kImageHoldsMax = ledger::kBatchEventsMax;
inline constexpr std::size_t kImageAssetsMax = 4096;

struct ImageAsset {
  std::string code;
  std::uint8_t scale = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("scale", self.scale, "decimal digits after the point");
  }
};

struct ImageBufferCap {
  std::string asset;
  base::u128 cap = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "code of the asset");
    visit("cap", self.cap, "in its smallest units");
  }
};

struct Counters {
  base::u128 debits_pending = 0;
  base::u128 debits_posted = 0;
  base::u128 credits_pending = 0;
  base::u128 credits_posted = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("debits_pending", self.debits_pending, "debits held");
    visit("debits_posted", self.debits_posted, "debits booked");
    visit("credits_pending", self.credits_pending, "credits held");
    visit("credits_posted", self.credits_posted, "credits booked");
  }
};

struct ImageAccount {
  AccountId id;
  std::string asset;
  ledger::AccountClass account_class = ledger::AccountClass::general;
  OwnerClass owner_class = OwnerClass::pool;
  OwnerId owner;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  base::i128 floor = 0;
  base::i128 ceiling = 0;
  base::u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;
  Counters counters;
  Time created;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the account");
    visit("asset", self.asset, "code of the asset; its units below are the smallest");
    visit("class", self.account_class, "what the account is for");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("owner", self.owner, "opaque id of the owner");
    visit("code", self.code, "the client's own kind of account");
    visit("flags", self.flags, "see AccountFlag");
    visit("floor", self.floor, "least net credit balance");
    visit("ceiling", self.ceiling, "greatest net credit balance");
    visit("user_data_128", self.user_data_128, "free");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
    visit("counters", self.counters, "what was booked and held");
    visit("created", self.created, "booking time");
  }
};

struct ImageHold {
  base::TransferId id;
  AccountId debit;
  AccountId credit;
  base::u128 amount = 0;
  base::u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;
  std::uint32_t timeout_s = 0;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  Time expires;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the pending transfer");
    visit("debit", self.debit, "account debited");
    visit("credit", self.credit, "account credited");
    visit("amount", self.amount, "what is held, in smallest units");
    visit("user_data_128", self.user_data_128, "free");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
    visit("timeout_s", self.timeout_s, "seconds until it expires; 0 never");
    visit("code", self.code, "reason code");
    visit("flags", self.flags, "see TransferFlag");
    visit("expires", self.expires, "when a tick releases it");
  }
};

enum class ConduitSide : std::uint8_t { from, to };

struct ImageConduit {
  ConduitSide side = ConduitSide::from;
  std::string asset;
  std::string far_pool;
  Counters half;
  Conduit terms;  // with every number of the books set to none

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("side", self.side, "which half lies in this pool");
    visit("asset", self.asset, "code of the asset");
    visit("far_pool", self.far_pool, "code of the pool at the other end");
    visit("half", self.half, "the half's counters");
    visit("terms", self.terms, "the conduit, without numbers of the books");
  }
};

struct ImageRule {
  std::string conduit;
  std::vector<std::string> sources;  // code of each node's source, empty where it has none
  ReleaseRule terms;                 // with every number of the books set to none

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.conduit, "code of the conduit");
    visit("sources", self.sources, "code of the source of each node");
    visit("terms", self.terms, "the rule, without numbers of the books");
  }
};

struct PoolImage {
  std::uint16_t format = kImageFormat;
  Pool pool;  // with id, state and state_since left out
  std::vector<ImageBufferCap> buffer_caps;
  std::vector<ledger::Edge> edges;
  std::vector<ImageAsset> assets;
  std::vector<ImageAccount> accounts;
  std::vector<ImageHold> holds;
  std::vector<ImageConduit> conduits;
  std::vector<Agreement> agreements;
  std::vector<Beneficiaries> beneficiaries;
  std::vector<ImageRule> rules;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("format", self.format, "version of this form");
    visit("pool", self.pool, "the pool, without numbers of the books and without its state");
    visit("buffer_caps", self.buffer_caps, "caps on house money, by code of the asset");
    visit("edges", self.edges, "ways between owners");
    visit("assets", self.assets, "what its accounts count, by code");
    visit("accounts", self.accounts, "its accounts, by id, without conduits' halves");
    visit("holds", self.holds, "open holds, by id");
    visit("conduits", self.conduits, "conduits' halves, by code");
    visit("agreements", self.agreements, "the agreements behind it");
    visit("beneficiaries", self.beneficiaries, "of nominees' accounts, by id");
    visit("rules", self.rules, "release rules, by code");
  }
};

// The image of a pool that exists.
[[nodiscard]] PoolImage image_of(const State& state, const ledger::State& ledger,
                                 const fact::State& facts, PoolId pool);

// SHA-256 of the image's encoding.
[[nodiscard]] crypto::Hash pool_hash(const PoolImage& image);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ConduitSide> {
  static constexpr std::array<std::string_view, 2> kNames{"from", "to"};
};
