// SPDX-License-Identifier: Apache-2.0
//
// Proofs of possession, made where the key is: key prove, and --prove-with.
#include "prove_key.h"

#include "cofferdam/books/access/key_proof.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/secp256k1.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/operation/bundle.h"

#include "run.h"

namespace cofferdam::cli {
namespace {

using base::Result;
using operation::Json;

struct Proof {
  std::string public_key;
  std::string text;
  std::string signature;
};

Result<Proof> make_proof(const std::string& file, custody::SignerKind kind,
                         access::Possession possession) {
  if (!journal::journal_id_from_hex(possession.books))
    return base::malformed("books", std::string(possession.books),
                           "must be the id of the books, 32 hexadecimal digits",
                           "cofferdam journal status shows it");
  const Result<crypto::Seed> seed = crypto::load_seed(file);
  if (!seed) return std::unexpected(seed.error());
  const Result<std::string> public_key = operation::public_key_of(kind, *seed);
  if (!public_key) return std::unexpected(public_key.error());
  possession.public_key = *public_key;
  Proof proof{*public_key, access::possession_text(possession), {}};
  if (kind == custody::SignerKind::ed25519) {
    proof.signature = crypto::to_hex(crypto::SigningKey::from_seed(*seed).sign(proof.text));
  } else {
    const auto key = crypto::EcdsaKey::from_bytes(*seed);
    if (!key) return base::malformed("key", "", "must be a number below the order of the group");
    const std::string bytes =
        crypto::to_bytes(key->sign(crypto::personal_message_hash(proof.text)));
    proof.signature =
        crypto::bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  return proof;
}

Result<std::string> books_id(const operation::Registry& registry, Books& books) {
  const auto status = books.query(*registry.find_query("journal.status"), Json::object(), {});
  if (!status) return std::unexpected(status.error());
  return std::string(status->rows.empty() ? "" : status->rows[0].text_of("books"));
}

// Who holds a registered key.
Result<std::string> holder_of(const std::string& public_key, const operation::Registry& registry,
                              Books& books) {
  Json parameters = Json::object();
  parameters.add("limit", Json::number(operation::kPageMax));
  while (true) {
    const auto page = books.query(*registry.find_query("signing-key.list"), parameters, {});
    if (!page) return std::unexpected(page.error());
    for (const Json& row : page->rows)
      if (row.text_of("public_key") == public_key) return std::string(row.text_of("principal"));
    if (page->next.empty())
      return base::malformed("--prove-with", public_key, "must be a registered key");
    if (Json* after = parameters.find("after"))
      *after = Json::of(page->next);
    else
      parameters.add("after", page->next);
  }
}

void put(Json& content, const std::string& name, const std::string& value) {
  if (Json* old = content.find(name))
    *old = Json::of(value);
  else
    content.add(name, value);
}

}  // namespace

Result<void> add_proof(const std::string& file, std::string_view operation,
                       const operation::Registry& registry, Books& books, Json& content) {
  const bool is_signer = operation == "signer.enrol";
  if (!is_signer && operation != "signing-key.enrol" && operation != "signing-key.prove")
    return base::malformed("--prove-with", file,
                           "goes with signing-key enrol, signing-key prove and signer enrol");
  const auto kind = is_signer && content.text_of("kind") != "ed25519"
                        ? custody::SignerKind::secp256k1
                        : custody::SignerKind::ed25519;
  const Result<std::string> id = books_id(registry, books);
  if (!id) return std::unexpected(id.error());
  std::string principal(content.text_of("principal"));
  if (operation == "signing-key.prove") {
    const Result<crypto::Seed> seed = crypto::load_seed(file);
    if (!seed) return std::unexpected(seed.error());
    const Result<std::string> public_key = operation::public_key_of(kind, *seed);
    if (!public_key) return std::unexpected(public_key.error());
    Result<std::string> holder = holder_of(*public_key, registry, books);
    if (!holder) return std::unexpected(holder.error());
    principal = std::move(*holder);
  }
  const Result<Proof> proof = make_proof(
      file, kind,
      {.books = *id,
       .principal = principal,
       .purpose = is_signer ? access::KeyPurpose::custody : access::KeyPurpose::signing});
  if (!proof) return std::unexpected(proof.error());
  const std::string_view given = content.text_of("public_key");
  if (!given.empty() && given != proof->public_key)
    return base::malformed("--public-key", std::string(given),
                           "must be the key of the file given with --prove-with");
  put(content, "public_key", proof->public_key);
  put(content, "proof", proof->signature);
  return {};
}

Result<int> run_prove(const Globals& globals, const ProveCall& call) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const bool is_custody = call.purpose == "custody";
  const auto kind = is_custody && call.kind != "ed25519" ? custody::SignerKind::secp256k1
                                                         : custody::SignerKind::ed25519;
  const Result<Proof> proof = make_proof(
      call.file, kind,
      {.books = call.journal,
       .principal = call.principal,
       .purpose = is_custody ? access::KeyPurpose::custody : access::KeyPurpose::signing});
  if (!proof) return std::unexpected(proof.error());
  Json json = Json::object();
  json.add("public_key", proof->public_key);
  json.add("text", proof->text);
  json.add("proof", proof->signature);
  write_object(**output, json);
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
