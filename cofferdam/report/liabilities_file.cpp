// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/liabilities_file.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/operation/codec.h"

#include <set>
#include <utility>

namespace cofferdam::report {

// The form in the file: hashes as text, amounts as integers.
struct FileAsset {
  std::uint32_t asset = 0;
  std::string code;
  std::uint8_t scale = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "its identifier in the books");
    visit("code", self.code, "its name");
    visit("scale", self.scale, "decimal digits of its smallest unit");
  }
};

struct FileContext {
  std::string venue;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::vector<FileAsset> assets;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("venue", self.venue, "who owes");
    visit("epoch", self.epoch, "the number of this proof");
    visit("sequence", self.sequence, "the last journal record that is included");
    visit("assets", self.assets, "in ascending order of their identifiers");
  }
};

struct FileLeaf {
  base::u128 owner = 0;
  std::string salt;
  std::vector<base::u128> amounts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "the owner's identifier");
    visit("salt", self.salt, "known to the venue and the owner only");
    visit("amounts", self.amounts, "in smallest units");
  }
};

struct FileStep {
  crypto::Side side = crypto::Side::left;
  std::vector<base::u128> sums;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("side", self.side, "where the neighbour stands");
    visit("sums", self.sums, "in smallest units");
    visit("hash", self.hash, "its hash");
  }
};

struct FileRoot {
  std::uint64_t leaf_count = 0;
  std::vector<base::u128> totals;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("leaf_count", self.leaf_count, "how many leaves the tree has");
    visit("totals", self.totals, "in smallest units");
    visit("hash", self.hash, "over context, leaf count, totals and every leaf");
  }
};

struct FileProof {
  std::uint16_t version = 0;
  FileContext context;
  std::uint32_t pool = 0;
  FileLeaf leaf;
  std::uint64_t leaf_index = 0;
  std::vector<FileStep> path;
  FileRoot pool_root;
  std::uint64_t pool_index = 0;
  std::vector<FileStep> pool_path;
  FileRoot venue_root;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("version", self.version, "of this format");
    visit("context", self.context, "whose liabilities, when, counted in what");
    visit("pool", self.pool, "the pool that owes");
    visit("leaf", self.leaf, "what the owner is owed");
    visit("leaf_index", self.leaf_index, "the leaf's place in the pool's tree");
    visit("path", self.path, "from the leaf to the top of the pool's tree");
    visit("pool_root", self.pool_root, "the pool's published root");
    visit("pool_index", self.pool_index, "the pool's place in the venue's tree");
    visit("pool_path", self.pool_path, "from the pool to the top of the venue's tree");
    visit("venue_root", self.venue_root, "the venue's published root");
  }
};

struct ProofFile {
  std::string format;
  base::u128 owner = 0;
  std::string venue_root;
  std::vector<FileProof> proofs;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("format", self.format, "the name of this form");
    visit("owner", self.owner, "whose proofs these are");
    visit("venue_root", self.venue_root, "the root that all of them lead to");
    visit("proofs", self.proofs, "one for each pool with a claim");
  }
};

}  // namespace cofferdam::report

// What is left out would be read as zero: every member of a proof must stand there.
namespace cofferdam::operation {

template <>
struct FieldForms<report::FileAsset> {
  static constexpr std::array<std::string_view, 3> kRequired{"asset", "code", "scale"};
};

template <>
struct FieldForms<report::FileContext> {
  static constexpr std::array<std::string_view, 4> kRequired{"venue", "epoch", "sequence",
                                                             "assets"};
};

template <>
struct FieldForms<report::FileLeaf> {
  static constexpr std::array<std::string_view, 3> kRequired{"owner", "salt", "amounts"};
};

template <>
struct FieldForms<report::FileStep> {
  static constexpr std::array<std::string_view, 3> kRequired{"side", "sums", "hash"};
};

template <>
struct FieldForms<report::FileRoot> {
  static constexpr std::array<std::string_view, 3> kRequired{"leaf_count", "totals", "hash"};
};

template <>
struct FieldForms<report::FileProof> {
  static constexpr std::array<std::string_view, 10> kRequired{
      "version", "context",   "pool",       "leaf",      "leaf_index",
      "path",    "pool_root", "pool_index", "pool_path", "venue_root"};
};

template <>
struct FieldForms<report::ProofFile> {
  static constexpr std::array<std::string_view, 4> kRequired{"format", "owner", "venue_root",
                                                             "proofs"};
};

}  // namespace cofferdam::operation

namespace cofferdam::report {

namespace {

using base::Amount;
using base::Result;
using crypto::Hash;
using operation::Json;

[[nodiscard]] std::vector<base::u128> units_of(const std::vector<Amount>& amounts) {
  std::vector<base::u128> units;
  units.reserve(amounts.size());
  for (const Amount amount : amounts) units.push_back(amount.units());
  return units;
}

[[nodiscard]] std::vector<Amount> amounts_of(const std::vector<base::u128>& units) {
  std::vector<Amount> amounts;
  amounts.reserve(units.size());
  for (const base::u128 unit : units) amounts.emplace_back(unit);
  return amounts;
}

[[nodiscard]] FileRoot file_root(const crypto::LiabilitiesRoot& root) {
  return {.leaf_count = root.leaf_count,
          .totals = units_of(root.totals),
          .hash = crypto::to_hex(root.hash)};
}

[[nodiscard]] std::vector<FileStep> file_path(const std::vector<crypto::SumTreeStep>& path) {
  std::vector<FileStep> steps;
  for (const crypto::SumTreeStep& step : path)
    steps.push_back(
        {.side = step.side, .sums = units_of(step.sums), .hash = crypto::to_hex(step.hash)});
  return steps;
}

[[nodiscard]] FileProof file_proof(const crypto::InclusionProof& proof) {
  FileProof file{.version = proof.version,
                 .context = {.venue = proof.context.venue,
                             .epoch = proof.context.epoch,
                             .sequence = proof.context.sequence},
                 .pool = proof.pool.value(),
                 .leaf = {.owner = proof.leaf.owner.value(),
                          .salt = crypto::to_hex(proof.leaf.salt),
                          .amounts = units_of(proof.leaf.amounts)},
                 .leaf_index = proof.leaf_index,
                 .path = file_path(proof.path),
                 .pool_root = file_root(proof.pool_root),
                 .pool_index = proof.pool_index,
                 .pool_path = file_path(proof.pool_path),
                 .venue_root = file_root(proof.venue_root)};
  for (const crypto::LiabilitiesAsset& asset : proof.context.assets)
    file.context.assets.push_back(
        {.asset = asset.asset.value(), .code = asset.code, .scale = asset.scale});
  return file;
}

// Reads hashes and remembers the first that is none.
class Hashes {
 public:
  [[nodiscard]] Hash read(const std::string& text, std::string_view field) {
    const auto hash = crypto::hash_from_hex(text);
    if (!hash && !error_)
      error_ = base::malformed(std::string(field), text, "must be 64 hexadecimal digits").error();
    return hash.value_or(Hash{});
  }

  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  std::optional<base::Error> error_;
};

[[nodiscard]] std::vector<crypto::SumTreeStep> read_path(const std::vector<FileStep>& path,
                                                         Hashes& hashes) {
  std::vector<crypto::SumTreeStep> steps;
  for (const FileStep& step : path)
    steps.push_back({.side = step.side,
                     .sums = amounts_of(step.sums),
                     .hash = hashes.read(step.hash, "path.hash")});
  return steps;
}

[[nodiscard]] crypto::LiabilitiesRoot read_root(const FileRoot& root, Hashes& hashes,
                                                std::string_view field) {
  return {.leaf_count = root.leaf_count,
          .totals = amounts_of(root.totals),
          .hash = hashes.read(root.hash, field)};
}

[[nodiscard]] Result<crypto::InclusionProof> read_proof(const FileProof& file) {
  Hashes hashes;
  crypto::InclusionProof proof{.version = file.version,
                               .context = {.venue = file.context.venue,
                                           .epoch = file.context.epoch,
                                           .sequence = file.context.sequence,
                                           .assets = {}},
                               .pool = base::PoolId(file.pool),
                               .leaf = {.owner = base::OwnerId(file.leaf.owner),
                                        .salt = hashes.read(file.leaf.salt, "leaf.salt"),
                                        .amounts = amounts_of(file.leaf.amounts)},
                               .leaf_index = file.leaf_index,
                               .path = read_path(file.path, hashes),
                               .pool_root = read_root(file.pool_root, hashes, "pool_root.hash"),
                               .pool_index = file.pool_index,
                               .pool_path = read_path(file.pool_path, hashes),
                               .venue_root = read_root(file.venue_root, hashes, "venue_root.hash")};
  for (const FileAsset& asset : file.context.assets)
    proof.context.assets.push_back(
        {.asset = base::AssetId(asset.asset), .code = asset.code, .scale = asset.scale});
  if (hashes.error()) return std::unexpected(*hashes.error());
  return proof;
}

[[nodiscard]] std::unexpected<base::Error> does_not_hold(std::string field, std::string value,
                                                         std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = std::move(field),
                                     .value = std::move(value),
                                     .rule = std::move(rule)});
}

[[nodiscard]] Result<void> check_together(const std::vector<crypto::InclusionProof>& proofs) {
  const crypto::InclusionProof& first = proofs.front();
  std::set<base::PoolId> pools;
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const std::string at = "proofs[" + std::to_string(i) + "]";
    const crypto::InclusionProof& proof = proofs[i];
    if (proof.leaf.owner != first.leaf.owner)
      return does_not_hold(at + ".leaf.owner", base::to_text(proof.leaf.owner.value()),
                           "all proofs of a file are of one owner");
    if (proof.context != first.context || proof.venue_root != first.venue_root)
      return does_not_hold(at + ".venue_root", crypto::to_hex(proof.venue_root.hash),
                           "all proofs of a file lead to one venue root");
    if (!pools.insert(proof.pool).second)
      return does_not_hold(at + ".pool", std::to_string(proof.pool.value()),
                           "a pool stands in a file once: its claim would be counted twice");
  }
  return {};
}

[[nodiscard]] Result<void> check_expected(const crypto::InclusionProof& proof,
                                          const ProofExpectations& expected) {
  if (expected.owner && *expected.owner != proof.leaf.owner)
    return does_not_hold("owner", base::to_text(proof.leaf.owner.value()),
                         "the proofs must be of owner " + base::to_text(expected.owner->value()));
  if (expected.venue_root && *expected.venue_root != proof.venue_root.hash)
    return does_not_hold("venue_root", crypto::to_hex(proof.venue_root.hash),
                         "must be the published root " + crypto::to_hex(*expected.venue_root));
  return {};
}

[[nodiscard]] Json amounts_json(const crypto::LiabilitiesContext& context,
                                const std::vector<Amount>& amounts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < amounts.size(); ++i)
    json.add(context.assets[i].code, base::format_decimal(amounts[i], context.assets[i].scale));
  return json;
}

}  // namespace

Json proofs_json(const std::vector<crypto::InclusionProof>& proofs) {
  ProofFile file{.format = std::string(kProofsFormat),
                 .owner = proofs.front().leaf.owner.value(),
                 .venue_root = crypto::to_hex(proofs.front().venue_root.hash),
                 .proofs = {}};
  for (const crypto::InclusionProof& proof : proofs) file.proofs.push_back(file_proof(proof));
  const operation::NoNames names;
  return operation::to_json(file, operation::Codec{names});
}

Result<std::vector<crypto::InclusionProof>> read_proofs(std::string_view text) {
  const Result<Json> json = operation::parse_json(text, {.bytes_max = kProofFileBytesMax,
                                                         .items_max = kProofsMax,
                                                         .values_max = operation::kManyJsonValues});
  if (!json) return std::unexpected(json.error());
  const operation::NoNames names;
  const operation::Codec codec{names};
  ProofFile file;
  const bool is_single = json->find("proofs") == nullptr && json->find("version") != nullptr;
  if (is_single) {
    Result<FileProof> one = operation::read_json<FileProof>(*json, codec);
    if (!one) return std::unexpected(std::move(one).error());
    file.proofs.push_back(std::move(*one));
  } else {
    Result<ProofFile> read = operation::read_json<ProofFile>(*json, codec);
    if (!read) return std::unexpected(std::move(read).error());
    file = std::move(*read);
    if (file.format != kProofsFormat)
      return base::malformed("format", file.format, "must be '" + std::string(kProofsFormat) + "'");
    if (file.proofs.empty()) return base::malformed("proofs", "[]", "must hold a proof");
  }
  std::vector<crypto::InclusionProof> proofs;
  for (const FileProof& each : file.proofs) {
    Result<crypto::InclusionProof> proof = read_proof(each);
    if (!proof) return std::unexpected(std::move(proof).error());
    proofs.push_back(std::move(*proof));
  }
  if (is_single) return proofs;
  if (file.owner != proofs.front().leaf.owner.value())
    return does_not_hold("owner", base::to_text(file.owner), "must be the owner of the proofs");
  if (file.venue_root != crypto::to_hex(proofs.front().venue_root.hash))
    return does_not_hold("venue_root", file.venue_root, "must be the root of the proofs");
  return proofs;
}

Result<Json> verify_proofs(const std::vector<crypto::InclusionProof>& proofs,
                           const ProofExpectations& expected) {
  if (proofs.empty()) return base::malformed("proofs", "", "must hold a proof");
  Json pools = Json::list();
  std::vector<Amount> claims(proofs.front().context.assets.size());
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const crypto::InclusionProof& proof = proofs[i];
    const Result<crypto::VerifiedInclusion> verified = crypto::verify_inclusion(proof);
    if (!verified) {
      const base::Error& error = verified.error();
      return does_not_hold("proofs[" + std::to_string(i) + "] " + error.field, error.value,
                           error.rule);
    }
    if (i == 0)
      if (Result<void> together = check_together(proofs); !together)
        return std::unexpected(std::move(together).error());
    for (std::size_t a = 0; a < claims.size(); ++a) {
      const auto sum = base::try_add(claims[a], verified->amounts[a]);
      if (!sum) return does_not_hold("claims", "", "their sum must fit 128 bits");
      claims[a] = *sum;
    }
    Json pool = Json::object();
    pool.add("pool", Json::number(proof.pool.value()));
    pool.add("claim", amounts_json(proof.context, verified->amounts));
    pool.add("pool_totals", amounts_json(proof.context, verified->pool_totals));
    pools.items.push_back(std::move(pool));
  }
  const crypto::InclusionProof& first = proofs.front();
  if (Result<void> good = check_expected(first, expected); !good)
    return std::unexpected(std::move(good).error());
  Json json = Json::object();
  json.add("verdict", "holds");
  json.add("venue", first.context.venue);
  json.add("epoch", std::to_string(first.context.epoch));
  json.add("sequence", std::to_string(first.context.sequence));
  json.add("owner", base::to_text(first.leaf.owner.value()));
  json.add("owner_checked", Json::truth(expected.owner.has_value()));
  json.add("claims", amounts_json(first.context, claims));
  json.add("pools", std::move(pools));
  json.add("venue_totals", amounts_json(first.context, first.venue_root.totals));
  json.add("venue_root", crypto::to_hex(first.venue_root.hash));
  json.add("root_checked", Json::truth(expected.venue_root.has_value()));
  return json;
}

}  // namespace cofferdam::report
