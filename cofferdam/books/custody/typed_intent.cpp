// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/typed_intent.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/keccak.h"
#include "cofferdam/crypto/secp256k1.h"

#include <algorithm>

namespace cofferdam::custody {

namespace {

using crypto::TypedField;
using crypto::TypedMember;
using crypto::TypedStruct;
using crypto::TypedValue;

template <class Row, class Id>
[[nodiscard]] const Row& at(const base::Table<Row>& table, Id id) {
  const Row* row = table.find(id);
  COFFERDAM_CHECK(row != nullptr, "an intent names things that exist");
  return *row;
}

class Message {
 public:
  void add(std::string name, TypedValue value) {
    values_.push_back({std::move(name), std::move(value)});
  }

  void text(std::string name, std::string value) {
    add(std::move(name), TypedValue::scalar(std::move(value)));
  }

  void number(std::string name, base::u128 value) {
    add(std::move(name), TypedValue::scalar(base::to_text(value)));
  }

  void money(const std::string& prefix, const ledger::Asset& asset, Amount amount) {
    text(prefix + "amount", base::format_decimal(amount, asset.scale));
    number(prefix + "units", amount.units());
  }

  void wallet(const std::string& name, const Wallet& wallet) {
    text(name, wallet.code);
    text(name + "Place", text_of(wallet.place));
  }

  [[nodiscard]] TypedValue take_values() { return TypedValue::object(std::move(values_)); }

 private:
  std::vector<TypedField> values_;
};

void write_release(const Release& release, const View& view, Message& message) {
  const ledger::Asset& asset = at(view.ledger.assets, release.asset);
  const Beneficiary& payee = at(view.custody.beneficiaries, release.beneficiary);
  message.wallet("wallet", at(view.custody.wallets, release.wallet));
  message.text("beneficiary", payee.code);
  message.text("form", std::string(base::name_of(payee.place.form)));
  message.number("destinationChain", payee.place.chain_id);
  message.text("destination", payee.place.address);
  message.text("asset", asset.code);
  message.money("", asset, release.amount);
  message.text("debitAccount", base::format_hex(release.debit_account.value()));
}

void write_move(const Move& move, const View& view, Message& message) {
  const ledger::Asset& asset = at(view.ledger.assets, move.asset);
  message.wallet("from", at(view.custody.wallets, move.from));
  message.wallet("to", at(view.custody.wallets, move.to));
  message.text("asset", asset.code);
  message.money("", asset, move.amount);
}

void write_policy(const VaultPolicy& policy, const View& view, Message& message) {
  std::vector<TypedValue> signers;
  for (const SignerId id : policy.signers) {
    const Signer& signer = at(view.custody.signers, id);
    signers.push_back(
        TypedValue::object({{"name", TypedValue::scalar(signer.code)},
                            {"kind", TypedValue::scalar(std::string(base::name_of(signer.kind)))},
                            {"publicKey", TypedValue::scalar(signer.public_key)}}));
  }
  std::vector<TypedValue> vetoers;
  for (const PrincipalId id : policy.vetoers)
    vetoers.push_back(TypedValue::scalar(at(view.principals.principals, id).code));
  std::vector<TypedValue> caps;
  for (const AssetCap& cap : policy.caps) {
    const ledger::Asset& asset = at(view.ledger.assets, cap.asset);
    caps.push_back(TypedValue::object(
        {{"asset", TypedValue::scalar(asset.code)},
         {"max", TypedValue::scalar(base::format_decimal(cap.limit.max, asset.scale))},
         {"refill", TypedValue::scalar(base::format_decimal(cap.limit.refill, asset.scale))},
         {"period", TypedValue::scalar(base::format_duration(cap.limit.period))}}));
  }
  message.add("signers", TypedValue::list(std::move(signers)));
  message.number("threshold", policy.threshold);
  message.text("delay", base::format_duration(policy.delay));
  message.number("changeThreshold", policy.change_threshold);
  message.text("changeDelay", base::format_duration(policy.change_delay));
  message.text("life", base::format_duration(policy.life));
  message.add("vetoers", TypedValue::list(std::move(vetoers)));
  message.add("caps", TypedValue::list(std::move(caps)));
}

void write_cancel(IntentId cancelled, const View& view, Message& message) {
  const Intent& intent = at(view.custody.intents, cancelled);
  message.number("cancels", cancelled.value());
  message.number("cancelledNonce", intent.nonce);
  message.add("cancelledDigest", TypedValue::scalar("0x" + intent.digest));
}

[[nodiscard]] std::string primary_type(IntentKind kind) {
  switch (kind) {
    case IntentKind::release:
      return "Release";
    case IntentKind::move:
      return "Move";
    case IntentKind::change_policy:
      return "ChangePolicy";
    case IntentKind::cancel:
      return "Cancel";
  }
  COFFERDAM_CHECK(false, "the list of intents is closed");
}

[[nodiscard]] std::vector<TypedMember> members_of(std::string_view primary) {
  if (primary == "Release")
    return {{"wallet", "string"},
            {"walletPlace", "string"},
            {"beneficiary", "string"},
            {"form", "string"},
            {"destinationChain", "uint256"},
            {"destination", "string"},
            {"asset", "string"},
            {"amount", "string"},
            {"units", "uint256"},
            {"debitAccount", "string"}};
  if (primary == "Move")
    return {{"from", "string"},    {"fromPlace", "string"}, {"to", "string"},
            {"toPlace", "string"}, {"asset", "string"},     {"amount", "string"},
            {"units", "uint256"}};
  if (primary == "ChangePolicy")
    return {{"signers", "Signer[]"},        {"threshold", "uint256"},  {"delay", "string"},
            {"changeThreshold", "uint256"}, {"changeDelay", "string"}, {"life", "string"},
            {"vetoers", "string[]"},        {"caps", "Cap[]"}};
  if (primary == "Cancel")
    return {{"cancels", "uint256"}, {"cancelledNonce", "uint256"}, {"cancelledDigest", "bytes32"}};
  return {};
}

}  // namespace

std::vector<TypedStruct> types_of(std::string_view primary_type) {
  const std::vector<TypedMember> own = members_of(primary_type);
  if (own.empty()) return {};
  std::vector<TypedStruct> types{{"EIP712Domain",
                                  {{"name", "string"},
                                   {"version", "string"},
                                   {"chainId", "uint256"},
                                   {"verifyingContract", "address"}}}};
  if (primary_type == "ChangePolicy") {
    types.push_back({"Signer", {{"name", "string"}, {"kind", "string"}, {"publicKey", "string"}}});
    types.push_back(
        {"Cap",
         {{"asset", "string"}, {"max", "string"}, {"refill", "string"}, {"period", "string"}}});
  }
  TypedStruct primary{std::string(primary_type),
                      {{"pool", "string"},
                       {"vault", "string"},
                       {"nonce", "uint256"},
                       {"policyVersion", "uint256"},
                       {"deadline", "string"}}};
  primary.members.insert(primary.members.end(), own.begin(), own.end());
  types.push_back(std::move(primary));
  return types;
}

crypto::TypedData typed_data(const Intent& intent, const View& view) {
  const Vault& vault = at(view.custody.vaults, intent.vault);
  Message message;
  message.text("pool", at(view.pools.pools, vault.pool).code);
  message.text("vault", vault.code);
  message.number("nonce", intent.nonce);
  message.number("policyVersion", intent.policy_version);
  message.text("deadline", base::format_time(intent.deadline));
  switch (intent.kind) {
    case IntentKind::release:
      write_release(*intent.release, view, message);
      break;
    case IntentKind::move:
      write_move(*intent.move, view, message);
      break;
    case IntentKind::change_policy:
      write_policy(*intent.policy, view, message);
      break;
    case IntentKind::cancel:
      write_cancel(intent.cancels, view, message);
      break;
  }
  const std::string primary = primary_type(intent.kind);
  return {
      .types = types_of(primary),
      .primary_type = primary,
      .domain = TypedValue::object({{"name", TypedValue::scalar("Cofferdam")},
                                    {"version", TypedValue::scalar("1")},
                                    {"chainId", TypedValue::scalar(std::to_string(vault.chain_id))},
                                    {"verifyingContract", TypedValue::scalar(vault.address)}}),
      .message = message.take_values()};
}

crypto::TypedDataHashes hashes_of(const Intent& intent, const View& view) {
  const auto hashes = crypto::hash_typed_data(typed_data(intent, view));
  COFFERDAM_CHECK(hashes.has_value(), "a document of our own making can be hashed");
  return *hashes;
}

SignatureVerdict check_signature(const Signer& signer, const crypto::Hash& digest,
                                 std::string_view signature) {
  using V = SignatureVerdict;
  const std::size_t size = signer.kind == SignerKind::secp256k1 ? 65 : 64;
  if (!ledger::is_hex(signature, size * 2)) return V::malformed;
  if (signer.kind == SignerKind::ed25519) {
    const auto key = crypto::parse_public_key(signer.public_key);
    const auto parsed = crypto::parse_signature(signature);
    const bool good = key && parsed && crypto::verify(*key, crypto::bytes_of(digest), *parsed);
    return good ? V::ok : V::does_not_verify;
  }
  std::string bytes(size, '\0');
  if (!crypto::bytes_from_hex(signature,
                              {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    return V::malformed;
  crypto::EcdsaSignature parsed;
  if (crypto::parse_signature_bytes(bytes, parsed) != crypto::EcdsaStatus::ok)
    return V::not_canonical;
  const auto address = crypto::parse_address(signer.public_key);
  return address && crypto::verify(*address, digest, parsed) ? V::ok : V::does_not_verify;
}

std::string vault_address(std::string_view salt_hex, std::string_view code) {
  const crypto::Hash hash =
      crypto::keccak256("cofferdam vault 1\n" + std::string(salt_hex) + "\n" + std::string(code));
  crypto::Address address;
  std::copy(hash.begin() + 12, hash.end(), address.bytes.begin());
  return crypto::to_text(address);
}

}  // namespace cofferdam::custody
