// SPDX-License-Identifier: Apache-2.0
//
// bundle show, sign, key: needs no books, for signing is done where the keys are.
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/operation/bundle.h"

#include "run.h"

namespace cofferdam::cli {
namespace {

using base::Result;
using operation::Json;

Result<Json> make_key(const BundleCall& call) {
  const auto kind =
      call.kind == "ed25519" ? custody::SignerKind::ed25519 : custody::SignerKind::secp256k1;
  const crypto::Seed seed = crypto::generate_seed();
  const Result<std::string> key = operation::public_key_of(kind, seed);
  if (!key) return std::unexpected(key.error());
  if (auto stored = crypto::store_seed(call.file, seed); !stored)
    return std::unexpected(stored.error());
  Json json = Json::object();
  json.add("kind", base::name_of(kind));
  json.add("public_key", *key);
  return json;
}

Result<Json> show_or_sign(const BundleCall& call) {
  const Result<std::string> text = read_input(call.file);
  if (!text) return std::unexpected(text.error());
  Result<operation::Bundle> bundle = operation::read_bundle(*text);
  if (!bundle) return std::unexpected(bundle.error());
  if (call.want == BundleCall::Want::show) return operation::shown_json(*bundle);
  const Result<crypto::Seed> seed = crypto::load_seed(call.key);
  if (!seed) return std::unexpected(seed.error());
  if (auto made = operation::sign_bundle(*bundle, *seed); !made)
    return std::unexpected(made.error());
  return operation::to_json(*bundle);
}

}  // namespace

Result<int> run_bundle(const Globals& globals, const BundleCall& call) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const Result<Json> json =
      call.want == BundleCall::Want::key ? make_key(call) : show_or_sign(call);
  if (!json) return std::unexpected(json.error());
  write_object(**output, *json);
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
