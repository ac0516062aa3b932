// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/bundle.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/secp256k1.h"

#include <algorithm>

namespace cofferdam::operation {

namespace {

using crypto::TypedData;
using crypto::TypedField;
using crypto::TypedStruct;
using crypto::TypedValue;

[[nodiscard]] std::unexpected<Error> broken(std::string field, std::string value,
                                            std::string rule) {
  return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                               .field = std::move(field),
                               .value = std::move(value),
                               .rule = std::move(rule),
                               .hint = "do not sign; ask for the bundle again"});
}

[[nodiscard]] std::string hash_text(const crypto::Hash& hash) {
  return "0x" + crypto::to_hex(hash);
}

[[nodiscard]] Json value_json(const TypedValue& value) {
  switch (value.form) {
    case TypedValue::Form::scalar:
      return Json::of(value.text);
    case TypedValue::Form::list: {
      Json list = Json::list();
      for (const TypedValue& item : value.items) list.items.push_back(value_json(item));
      return list;
    }
    case TypedValue::Form::object:
      break;
  }
  Json object = Json::object();
  for (const auto& [name, member] : value.members) object.add(name, value_json(member));
  return object;
}

// JSON has a depth that its reader bounds.
[[nodiscard]] TypedValue value_of(const Json& json) {
  switch (json.kind) {
    case Json::Kind::boolean:
      return TypedValue::scalar(json.flag ? "true" : "false");
    case Json::Kind::number:
    case Json::Kind::text:
      return TypedValue::scalar(json.text);
    case Json::Kind::null:
      return TypedValue::list({});  // no type of a scalar takes it
    case Json::Kind::list: {
      std::vector<TypedValue> items;
      for (const Json& item : json.items) items.push_back(value_of(item));
      return TypedValue::list(std::move(items));
    }
    case Json::Kind::object:
      break;
  }
  std::vector<TypedField> members;
  for (std::size_t i = 0; i < json.items.size(); ++i)
    members.push_back({json.names[i], value_of(json.items[i])});
  return TypedValue::object(std::move(members));
}

[[nodiscard]] const TypedStruct* find_type(const TypedData& typed, std::string_view name) {
  for (const TypedStruct& type : typed.types)
    if (type.name == name) return &type;
  return nullptr;
}

// The types are those of an intent of these books, in any order.
[[nodiscard]] bool has_types_of_an_intent(const TypedData& typed) {
  const std::vector<TypedStruct> ours = custody::types_of(typed.primary_type);
  if (ours.empty() || ours.size() != typed.types.size()) return false;
  return std::all_of(ours.begin(), ours.end(), [&](const TypedStruct& type) {
    const TypedStruct* given = find_type(typed, type.name);
    return given != nullptr &&
           std::equal(type.members.begin(), type.members.end(), given->members.begin(),
                      given->members.end(), [](const auto& a, const auto& b) {
                        return a.name == b.name && a.type == b.type;
                      });
  });
}

// A number stands for an integer only: as a text, other programs would write it another way.
[[nodiscard]] bool numbers_are_integers(const TypedData& typed, const std::string& type,
                                        const Json& json) {
  if (json.kind == Json::Kind::number) return type.starts_with("uint");
  if (json.kind == Json::Kind::list) {
    const std::string element = type.substr(0, type.rfind('['));
    return std::all_of(json.items.begin(), json.items.end(), [&](const Json& item) {
      return numbers_are_integers(typed, element, item);
    });
  }
  if (json.kind != Json::Kind::object) return json.kind == Json::Kind::text;
  const TypedStruct* described = find_type(typed, type);
  return described != nullptr &&
         std::all_of(described->members.begin(), described->members.end(),
                     [&](const crypto::TypedMember& member) {
                       const Json* inner = json.find(member.name);
                       return inner != nullptr && numbers_are_integers(typed, member.type, *inner);
                     });
}

void show(const TypedData& typed, const std::string& type, const TypedValue& value,
          const std::string& path, std::vector<ShownField>& out) {
  if (value.form == TypedValue::Form::scalar) {
    out.push_back({path, type, value.text});
    return;
  }
  if (value.form == TypedValue::Form::list) {
    const std::string element = type.substr(0, type.rfind('['));
    for (std::size_t i = 0; i < value.items.size(); ++i)
      show(typed, element, value.items[i], path + "[" + std::to_string(i) + "]", out);
    if (value.items.empty()) out.push_back({path, type, "(none)"});
    return;
  }
  const TypedStruct* described = find_type(typed, type);
  if (described == nullptr) return;
  for (const crypto::TypedMember& member : described->members)
    for (const auto& [name, inner] : value.members)
      if (name == member.name)
        show(typed, member.type, inner, path.empty() ? name : path + "." + name, out);
}

[[nodiscard]] custody::Signer as_signer(const BundleSigner& signer) {
  return {.code = signer.code, .kind = signer.kind, .public_key = signer.public_key};
}

[[nodiscard]] const BundleSigner* find_signer(const Bundle& bundle, std::string_view code) {
  for (const BundleSigner& signer : bundle.signers)
    if (signer.code == code) return &signer;
  return nullptr;
}

[[nodiscard]] Result<void> check_approvals(const Bundle& bundle) {
  for (std::size_t i = 0; i < bundle.approvals.size(); ++i) {
    const BundleApproval& approval = bundle.approvals[i];
    const BundleSigner* signer = find_signer(bundle, approval.signer);
    if (signer == nullptr)
      return broken("approvals", approval.signer, "who signed must be one of the signers");
    for (std::size_t j = 0; j < i; ++j)
      if (bundle.approvals[j].signer == approval.signer)
        return broken("approvals", approval.signer, "a signer stands once");
    if (custody::check_signature(as_signer(*signer), bundle.hashes.digest, approval.signature) !=
        custody::SignatureVerdict::ok)
      return broken("approvals", approval.signer, "the signature must be over this document");
  }
  return {};
}

[[nodiscard]] Result<void> read_people(const Json& json, Bundle& bundle) {
  const Json* signers = json.find("signers");
  const Json* approvals = json.find("approvals");
  if (signers == nullptr || approvals == nullptr || signers->kind != Json::Kind::list ||
      approvals->kind != Json::Kind::list || signers->items.size() > custody::kSignersMax ||
      approvals->items.size() > custody::kSignersMax)
    return base::malformed("signers", "", "signers and approvals are lists of at most 16");
  for (const Json& item : signers->items) {
    const std::string_view kind = item.text_of("kind");
    if (kind != "secp256k1" && kind != "ed25519")
      return base::malformed("signers", std::string(kind), "a kind is secp256k1 or ed25519");
    bundle.signers.push_back(
        {.code = std::string(item.text_of("signer")),
         .kind = kind == "ed25519" ? custody::SignerKind::ed25519 : custody::SignerKind::secp256k1,
         .public_key = std::string(item.text_of("public_key"))});
  }
  for (const Json& item : approvals->items)
    bundle.approvals.push_back(
        {std::string(item.text_of("signer")), std::string(item.text_of("signature"))});
  return {};
}

[[nodiscard]] Result<void> check_hashes(const Json& json, const Bundle& bundle) {
  for (const auto& [name, hash] : {std::pair{"domain_hash", bundle.hashes.domain},
                                   std::pair{"message_hash", bundle.hashes.message},
                                   std::pair{"digest", bundle.hashes.digest}})
    if (json.text_of(name) != hash_text(hash))
      return broken(name, std::string(json.text_of(name)),
                    "must be that of the document, " + hash_text(hash));
  return {};
}

// The amount that people read and the units that wallets read are one number: the digits of the
// amount, without its point, are the units. Where the point stands only the books know, which are
// asked when the bundle comes back.
[[nodiscard]] Result<void> check_amount(const Json& message) {
  const Json* amount = message.find("amount");
  const Json* units = message.find("units");
  if (amount == nullptr || units == nullptr) return {};
  std::string digits = amount->text;
  if (const auto point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
  const auto read = base::parse_u128(digits, "amount");
  const auto said = base::parse_u128(units->text, "units");
  const bool is_decimal = digits.find_first_not_of("0123456789") == std::string::npos;
  if (is_decimal && read && said && *read == *said) return {};
  return broken("amount", amount->text, "must be the units of the document, " + units->text);
}

}  // namespace

Json typed_data_json(const TypedData& typed) {
  Json types = Json::object();
  for (const TypedStruct& type : typed.types) {
    Json members = Json::list();
    for (const crypto::TypedMember& member : type.members) {
      Json entry = Json::object();
      entry.add("name", member.name);
      entry.add("type", member.type);
      members.items.push_back(std::move(entry));
    }
    types.add(type.name, std::move(members));
  }
  Json json = Json::object();
  json.add("types", std::move(types));
  json.add("primaryType", typed.primary_type);
  json.add("domain", value_json(typed.domain));
  json.add("message", value_json(typed.message));
  return json;
}

Result<TypedData> read_typed_data(const Json& json) {
  const Json* types = json.find("types");
  const Json* domain = json.find("domain");
  const Json* message = json.find("message");
  if (types == nullptr || domain == nullptr || message == nullptr || !types->is_object() ||
      json.items.size() != 4)
    return base::malformed("typed_data", "",
                           "a typed document has types, primaryType, domain and message");
  TypedData typed{.primary_type = std::string(json.text_of("primaryType")),
                  .domain = value_of(*domain),
                  .message = value_of(*message)};
  for (std::size_t i = 0; i < types->items.size(); ++i) {
    TypedStruct type{.name = types->names[i]};
    for (const Json& member : types->items[i].items)
      type.members.push_back(
          {std::string(member.text_of("name")), std::string(member.text_of("type"))});
    typed.types.push_back(std::move(type));
  }
  return typed;
}

Bundle bundle_of(const custody::Intent& intent, const custody::View& view) {
  const custody::Vault& vault = *view.custody.vaults.find(intent.vault);
  Bundle bundle{.intent = intent.id.value(),
                .approvals_needed = custody::threshold_of(vault.policy, intent.kind),
                .typed = custody::typed_data(intent, view),
                .hashes = custody::hashes_of(intent, view)};
  for (const base::SignerId id : vault.policy.signers) {
    const custody::Signer& signer = *view.custody.signers.find(id);
    if (!signer.revoked) bundle.signers.push_back({signer.code, signer.kind, signer.public_key});
  }
  for (const custody::Approval& approval : intent.approvals) {
    const custody::Signer& signer = *view.custody.signers.find(approval.signer);
    if (!signer.revoked) bundle.approvals.push_back({signer.code, approval.signature});
  }
  return bundle;
}

Json to_json(const Bundle& bundle) {
  Json json = Json::object();
  json.add("format", kBundleFormat);
  json.add("intent", std::to_string(bundle.intent));
  json.add("domain_hash", hash_text(bundle.hashes.domain));
  json.add("message_hash", hash_text(bundle.hashes.message));
  json.add("digest", hash_text(bundle.hashes.digest));
  json.add("approvals_needed", Json::number(bundle.approvals_needed));
  Json signers = Json::list();
  for (const BundleSigner& signer : bundle.signers) {
    Json entry = Json::object();
    entry.add("signer", signer.code);
    entry.add("kind", base::name_of(signer.kind));
    entry.add("public_key", signer.public_key);
    signers.items.push_back(std::move(entry));
  }
  json.add("signers", std::move(signers));
  Json approvals = Json::list();
  for (const BundleApproval& approval : bundle.approvals) {
    Json entry = Json::object();
    entry.add("signer", approval.signer);
    entry.add("signature", approval.signature);
    approvals.items.push_back(std::move(entry));
  }
  json.add("approvals", std::move(approvals));
  json.add("typed_data", typed_data_json(bundle.typed));
  return json;
}

Result<Bundle> read_bundle(std::string_view text) {
  const Result<Json> json =
      parse_json(text, {.bytes_max = kBundleBytesMax, .values_max = kManyJsonValues});
  if (!json) return std::unexpected(json.error());
  if (json->text_of("format") != kBundleFormat)
    return base::malformed("format", std::string(json->text_of("format")),
                           "must be '" + std::string(kBundleFormat) + "'");
  const Json* document = json->find("typed_data");
  if (document == nullptr) return base::malformed("typed_data", "", "must be given");
  Result<TypedData> typed = read_typed_data(*document);
  if (!typed) return std::unexpected(typed.error());
  const auto hashes = crypto::hash_typed_data(*typed);
  if (!hashes) return std::unexpected(hashes.error());
  const Json domain = value_json(typed->domain);
  if (!has_types_of_an_intent(*typed) || domain.text_of("name") != "Cofferdam" ||
      domain.text_of("version") != "1")
    return broken(
        "typed_data", typed->primary_type,
        "must be a release, a move, a change of policy or a cancellation, with its types");
  if (!numbers_are_integers(*typed, "EIP712Domain", *document->find("domain")) ||
      !numbers_are_integers(*typed, typed->primary_type, *document->find("message")))
    return broken("typed_data", typed->primary_type,
                  "numbers stand for integers only, every other value is a text");
  Bundle bundle{.typed = std::move(*typed), .hashes = *hashes};
  const auto intent = base::parse_id<base::IntentId>(json->text_of("intent"), "intent");
  if (!intent) return std::unexpected(intent.error());
  bundle.intent = intent->value();
  const Json* needed = json->find("approvals_needed");
  const auto count = base::parse_u64(needed == nullptr ? std::string_view() : needed->text,
                                     "approvals_needed", 16);
  if (!count) return std::unexpected(count.error());
  bundle.approvals_needed = static_cast<std::uint32_t>(*count);
  if (auto read = read_people(*json, bundle); !read) return std::unexpected(read.error());
  if (auto same = check_hashes(*json, bundle); !same) return std::unexpected(same.error());
  if (auto same = check_amount(*document->find("message")); !same)
    return std::unexpected(same.error());
  if (auto good = check_approvals(bundle); !good) return std::unexpected(good.error());
  return bundle;
}

std::vector<ShownField> shown_fields(const TypedData& typed) {
  std::vector<ShownField> fields;
  show(typed, "EIP712Domain", typed.domain, "", fields);
  show(typed, typed.primary_type, typed.message, "", fields);
  return fields;
}

Json shown_json(const Bundle& bundle) {
  Json json = Json::object();
  json.add("intent", std::to_string(bundle.intent));
  json.add("kind", bundle.typed.primary_type);
  Json fields = Json::object();
  for (const ShownField& field : shown_fields(bundle.typed)) fields.add(field.name, field.value);
  json.add("fields", std::move(fields));
  json.add("domain_hash", hash_text(bundle.hashes.domain));
  json.add("message_hash", hash_text(bundle.hashes.message));
  json.add("digest", hash_text(bundle.hashes.digest));
  json.add("approvals_needed", Json::number(bundle.approvals_needed));
  Json approvals = Json::list();
  for (const BundleApproval& approval : bundle.approvals)
    approvals.items.push_back(Json::of(approval.signer));
  json.add("signed_by", std::move(approvals));
  return json;
}

Result<std::string> public_key_of(custody::SignerKind kind, const crypto::Secret<32>& seed) {
  if (kind == custody::SignerKind::ed25519)
    return crypto::to_hex(crypto::SigningKey::from_seed(seed).public_key());
  const auto key = crypto::EcdsaKey::from_bytes(seed);
  if (!key) return base::malformed("key", "", "must be a number below the order of the group");
  return crypto::to_text(key->address());
}

Result<void> sign_bundle(Bundle& bundle, const crypto::Secret<32>& seed) {
  for (const BundleSigner& signer : bundle.signers) {
    const Result<std::string> own = public_key_of(signer.kind, seed);
    if (!own || *own != signer.public_key) continue;
    for (const BundleApproval& approval : bundle.approvals)
      if (approval.signer == signer.code)
        return base::malformed("key", signer.code, "has signed this bundle already");
    const crypto::Hash& digest = bundle.hashes.digest;
    std::string signature;
    if (signer.kind == custody::SignerKind::ed25519) {
      signature =
          crypto::to_hex(crypto::SigningKey::from_seed(seed).sign(crypto::bytes_of(digest)));
    } else {
      const std::string bytes = crypto::to_bytes(crypto::EcdsaKey::from_bytes(seed)->sign(digest));
      signature =
          crypto::bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    bundle.approvals.push_back({signer.code, std::move(signature)});
    return {};
  }
  return base::malformed("key", "", "must be the key of one of the bundle's signers",
                         "cofferdam bundle show lists them");
}

}  // namespace cofferdam::operation
