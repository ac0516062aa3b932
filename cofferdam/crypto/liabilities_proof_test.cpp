// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/liabilities_proof.h"

#include "cofferdam/base/binary.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/hmac.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

namespace cofferdam::crypto {
namespace {

using base::Amount;
using base::AssetId;
using base::OwnerId;
using base::PoolId;
using testing::HasSubstr;

LiabilitiesContext example_context() {
  return {.venue = "example venue",
          .epoch = 7,
          .sequence = 1'234,
          .assets = {{.asset = AssetId(1), .code = "USD", .scale = 2},
                     {.asset = AssetId(2), .code = "BTC", .scale = 8}}};
}

// The bytes 0, 1, 2 ... 31: for the example only.
MasterSecret example_master() {
  MasterSecret master;
  for (std::size_t i = 0; i < 32; ++i) master.writable()[i] = static_cast<std::uint8_t>(i);
  return master;
}

std::vector<Holding> three_holdings() {
  return {{.owner = OwnerId(101), .amounts = {Amount(1'000'00), Amount(50'000'000)}},
          {.owner = OwnerId(102), .amounts = {Amount(25'050), Amount(0)}},
          {.owner = OwnerId(103), .amounts = {Amount(0), Amount(125'000'000)}}};
}

struct Published {
  PoolTree pool;
  VenueTree venue;
};

Published publish(std::vector<Holding> holdings,
                  const LiabilitiesContext& context = example_context()) {
  const MasterSecret master = example_master();
  PoolTree pool = build_pool_tree(context, PoolId(1), std::move(holdings), master).value();
  const PoolTree other =
      build_pool_tree(context, PoolId(2),
                      {{.owner = OwnerId(101), .amounts = {Amount(5), Amount(6)}}}, master)
          .value();
  const PoolTree empty = build_pool_tree(context, PoolId(4), {}, master).value();
  VenueTree venue = build_venue_tree(context, {{.pool = PoolId(4), .root = empty.root},
                                               {.pool = PoolId(1), .root = pool.root},
                                               {.pool = PoolId(2), .root = other.root}})
                        .value();
  return {.pool = std::move(pool), .venue = std::move(venue)};
}

InclusionProof example_proof() {
  const Published published = publish(three_holdings());
  return prove_inclusion(published.pool, published.venue, OwnerId(101)).value();
}

TEST(LiabilitiesProof, EveryOwnerFindsTheirClaim) {
  const Published published = publish(three_holdings());
  EXPECT_EQ(published.venue.root.totals, (std::vector{Amount(125'055), Amount(175'000'006)}));
  for (const Holding& holding : three_holdings()) {
    const InclusionProof proof =
        prove_inclusion(published.pool, published.venue, holding.owner).value();
    const auto got =
        verify_inclusion(proof, {.owner = holding.owner, .venue_root = published.venue.root.hash});
    ASSERT_TRUE(got.has_value()) << got.error().text();
    EXPECT_EQ(got->amounts, holding.amounts);
    EXPECT_EQ(got->pool_totals, (std::vector{Amount(125'050), Amount(175'000'000)}));
    EXPECT_EQ(base::decode<InclusionProof>(base::encode(proof)), proof);
  }
  EXPECT_FALSE(prove_inclusion(published.pool, published.venue, OwnerId(9)).has_value());
}

TEST(LiabilitiesProof, ManyOwners) {
  std::vector<Holding> holdings;
  for (std::uint64_t i = 1; i <= 333; ++i)
    holdings.push_back({.owner = OwnerId(i), .amounts = {Amount(i), Amount(0)}});
  const Published published = publish(holdings);
  for (const OwnerLeaf& leaf : published.pool.leaves)
    EXPECT_TRUE(
        verify_inclusion(prove_inclusion(published.pool, published.venue, leaf.owner).value())
            .has_value());
}

TEST(LiabilitiesProof, TheOrderOfTheInputDoesNotMatter) {
  std::vector<Holding> holdings = three_holdings();
  std::swap(holdings[0], holdings[2]);
  EXPECT_EQ(publish(holdings).venue.root, publish(three_holdings()).venue.root);
}

TEST(LiabilitiesProof, RefusesWhatCannotBeProved) {
  const MasterSecret master = example_master();
  const auto build = [&](std::vector<Holding> holdings) {
    return build_pool_tree(example_context(), PoolId(1), std::move(holdings), master);
  };
  EXPECT_THAT(build({{OwnerId(1), {Amount(1), Amount(1)}}, {OwnerId(1), {Amount(2), Amount(2)}}})
                  .error()
                  .rule,
              HasSubstr("one leaf"));
  EXPECT_FALSE(build({{OwnerId(1), {Amount(1)}}}).has_value());
  EXPECT_FALSE(
      build({{OwnerId(1), {Amount::max(), Amount(1)}}, {OwnerId(2), {Amount(1), Amount(2)}}})
          .has_value());
  const LiabilitiesRoot root = build({}).value().root;
  EXPECT_FALSE(build_venue_tree(example_context(), {{PoolId(1), root}, {PoolId(1), root}}));
  LiabilitiesContext context = example_context();
  std::swap(context.assets[0], context.assets[1]);
  EXPECT_FALSE(check_context(context).has_value());
  context = example_context();
  context.assets[1].asset = AssetId(1);
  EXPECT_FALSE(check_context(context).has_value());
  context = example_context();
  context.assets[0].scale = 39;
  EXPECT_FALSE(check_context(context).has_value());
  context = example_context();
  context.venue.clear();
  EXPECT_FALSE(check_context(context).has_value());
  context = example_context();
  context.assets.clear();
  EXPECT_FALSE(check_context(context).has_value());
}

// The operator has two owners with equal claims and one leaf for both.
TEST(LiabilitiesAttack, OneLeafForTwoOwners) {
  const Published published = publish({{OwnerId(101), {Amount(500), Amount(0)}}});
  const InclusionProof proof =
      prove_inclusion(published.pool, published.venue, OwnerId(101)).value();
  const Hash root = published.venue.root.hash;
  EXPECT_TRUE(verify_inclusion(proof, {.owner = OwnerId(101), .venue_root = root}).has_value());
  EXPECT_FALSE(verify_inclusion(proof, {.owner = OwnerId(102), .venue_root = root}).has_value());
  InclusionProof renamed = proof;
  renamed.leaf.owner = OwnerId(102);
  EXPECT_FALSE(verify_inclusion(renamed, {.owner = OwnerId(102), .venue_root = root}).has_value());
}

// A root made for one reader is a good proof of itself, and of nothing.
TEST(LiabilitiesAttack, ARootForOneReaderIsNotThePublishedOne) {
  const Hash published = publish(three_holdings()).venue.root.hash;
  const Published private_root = publish({{OwnerId(101), {Amount(500), Amount(0)}}});
  const InclusionProof proof =
      prove_inclusion(private_root.pool, private_root.venue, OwnerId(101)).value();
  EXPECT_TRUE(verify_inclusion(proof).has_value());
  EXPECT_FALSE(
      verify_inclusion(proof, {.owner = OwnerId(101), .venue_root = published}).has_value());
}

struct Forgery {
  const char* name;
  void (*forge)(InclusionProof&);
};

// Each of these keeps the published root and changes one thing on the way to it.
TEST(LiabilitiesAttack, EachForgeryIsRefused) {
  const std::vector<Forgery> forgeries{
      {"version", [](InclusionProof& p) { p.version = 2; }},
      {"venue", [](InclusionProof& p) { p.context.venue = "another venue"; }},
      {"epoch", [](InclusionProof& p) { ++p.context.epoch; }},
      {"sequence", [](InclusionProof& p) { ++p.context.sequence; }},
      {"asset", [](InclusionProof& p) { p.context.assets[1].asset = AssetId(3); }},
      {"asset code", [](InclusionProof& p) { p.context.assets[1].code = "BCH"; }},
      {"asset scale", [](InclusionProof& p) { p.context.assets[1].scale = 6; }},
      {"assets swapped",
       [](InclusionProof& p) { std::swap(p.context.assets[0], p.context.assets[1]); }},
      {"pool", [](InclusionProof& p) { p.pool = PoolId(2); }},
      {"owner", [](InclusionProof& p) { p.leaf.owner = OwnerId(999); }},
      {"salt", [](InclusionProof& p) { p.leaf.salt[5] ^= 1; }},
      {"higher claim", [](InclusionProof& p) { p.leaf.amounts[0] += Amount(1); }},
      {"claim in another asset",
       [](InclusionProof& p) { std::swap(p.leaf.amounts[0], p.leaf.amounts[1]); }},
      {"fewer amounts", [](InclusionProof& p) { p.leaf.amounts.pop_back(); }},
      {"index", [](InclusionProof& p) { p.leaf_index = p.leaf_index == 0 ? 1 : 0; }},
      {"index beyond", [](InclusionProof& p) { p.leaf_index = 3; }},
      {"leaf count", [](InclusionProof& p) { p.pool_root.leaf_count = 4; }},
      {"leaf count zero", [](InclusionProof& p) { p.pool_root.leaf_count = 0; }},
      {"sibling's sum", [](InclusionProof& p) { p.path[0].sums[0] += Amount(1); }},
      {"sibling's hash", [](InclusionProof& p) { p.path[0].hash[0] ^= 1; }},
      {"cut path", [](InclusionProof& p) { p.path.pop_back(); }},
      {"longer path", [](InclusionProof& p) { p.path.push_back(p.path[0]); }},
      {"totals", [](InclusionProof& p) { p.pool_root.totals[0] -= Amount(1); }},
      {"pool root", [](InclusionProof& p) { p.pool_root.hash[31] ^= 1; }},
      {"pool index", [](InclusionProof& p) { p.pool_index = 1; }},
      {"pool count", [](InclusionProof& p) { p.venue_root.leaf_count = 4; }},
      {"venue totals", [](InclusionProof& p) { p.venue_root.totals[1] += Amount(1); }},
      {"venue root", [](InclusionProof& p) { p.venue_root.hash[0] ^= 1; }},
      {"no venue path", [](InclusionProof& p) { p.pool_path.clear(); }},
  };
  const InclusionProof proof = example_proof();
  ASSERT_TRUE(verify_inclusion(proof).has_value());
  for (const Forgery& forgery : forgeries) {
    InclusionProof forged = proof;
    forgery.forge(forged);
    ASSERT_NE(forged, proof) << forgery.name;
    EXPECT_FALSE(verify_inclusion(forged).has_value()) << forgery.name;
  }
}

// Any single byte of a proof may be changed: it is refused, or decodes to nothing.
RC_GTEST_PROP(LiabilitiesAttack, AnyChangedByteIsNoticed, ()) {
  std::string bytes = base::encode(example_proof());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  const auto proof = base::decode<InclusionProof>(bytes);
  if (proof) RC_ASSERT(!verify_inclusion(*proof).has_value());
}

// The operator moves an amount from one leaf to nowhere: the total falls, and the owner notices.
TEST(LiabilitiesAttack, AnOmittedOwnerChangesTheRoot) {
  std::vector<Holding> holdings = three_holdings();
  holdings.pop_back();
  EXPECT_NE(publish(holdings).venue.root.hash, publish(three_holdings()).venue.root.hash);
}

TEST(LiabilitiesSalt, IsNewInEveryEpochAndPool) {
  const MasterSecret master = example_master();
  const Hash salt = derive_salt(master, 7, PoolId(1), OwnerId(101));
  EXPECT_EQ(salt, derive_salt(master, 7, PoolId(1), OwnerId(101)));
  EXPECT_NE(salt, derive_salt(master, 8, PoolId(1), OwnerId(101)));
  EXPECT_NE(salt, derive_salt(master, 7, PoolId(2), OwnerId(101)));
  EXPECT_NE(salt, derive_salt(master, 7, PoolId(1), OwnerId(102)));
  // An unchanged claim has another leaf in the next epoch, so nobody sees that it is unchanged.
  LiabilitiesContext next = example_context();
  ++next.epoch;
  EXPECT_NE(publish(three_holdings()).pool.leaves[0].salt,
            publish(three_holdings(), next).pool.leaves[0].salt);
}

TEST(Hmac, Rfc4231Vectors) {
  const std::vector<std::uint8_t> key(20, 0x0b);
  EXPECT_EQ(to_hex(hmac_sha256(key, "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  const std::string jefe = "Jefe";
  const std::vector<std::uint8_t> short_key(jefe.begin(), jefe.end());
  EXPECT_EQ(to_hex(hmac_sha256(short_key, "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// Writes a described value as JSON: 128-bit integers and amounts as decimal text, hashes as
// hexadecimal text, what is narrower as a number.
class JsonText {
 public:
  template <class T>
  void value(const T& v) {
    if constexpr (std::is_same_v<T, Amount>) {
      out_ += '"' + base::to_text(v.units()) + '"';
    } else if constexpr (std::is_same_v<T, OwnerId>) {
      out_ += '"' + base::to_text(v.value()) + '"';
    } else if constexpr (std::is_same_v<T, Hash>) {
      out_ += '"' + to_hex(v) + '"';
    } else if constexpr (std::is_same_v<T, std::string>) {
      out_ += '"' + v + '"';
    } else if constexpr (std::is_same_v<T, Side>) {
      out_ += '"' + std::string(base::name_of(v)) + '"';
    } else if constexpr (base::WrappedInteger<T>) {
      out_ += std::to_string(v.value());
    } else if constexpr (std::is_integral_v<T>) {
      out_ += std::to_string(v);
    } else if constexpr (base::kIsVector<T>) {
      out_ += '[';
      for (std::size_t i = 0; i < v.size(); ++i) {
        if (i > 0) out_ += ", ";
        value(v[i]);
      }
      out_ += ']';
    } else {
      indent_ += "  ";
      std::string separator = "{";
      T::fields(v, [&](std::string_view name, const auto& field, std::string_view) {
        out_ += separator + "\n" + indent_ + '"' + std::string(name) + "\": ";
        value(field);
        separator = ",";
      });
      indent_.resize(indent_.size() - 2);
      out_ += "\n" + indent_ + "}";
    }
  }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  std::string out_;
  std::string indent_;
};

// The worked example of docs/internals/liabilities-proof.md, which tests/liabilities_proof_check.py
// verifies without any of this code. COFFERDAM_REWRITE=1 writes the file anew.
TEST(LiabilitiesProof, TheWorkedExampleIsUnchanged) {
  JsonText json;
  json.value(example_proof());
  const std::string text = json.text() + "\n";
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  const auto path = root / "tests" / "liabilities_proof_example.json";
  if (std::getenv("COFFERDAM_REWRITE") != nullptr) std::ofstream(path) << text;
  std::ifstream in(path);
  const std::string recorded{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, recorded);
}

}  // namespace
}  // namespace cofferdam::crypto
