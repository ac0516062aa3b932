// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/eip712.h"

#include "cofferdam/crypto/ethereum_address.h"
#include "cofferdam/crypto/keccak.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace cofferdam::crypto {

namespace {

using Types = std::vector<TypedStruct>;

[[nodiscard]] const TypedStruct* find(const Types& types, std::string_view name) {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const TypedStruct& type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

// "Person[2][]" is made of Person.
[[nodiscard]] std::string_view element_of(std::string_view type) {
  return type.substr(0, type.find('['));
}

[[nodiscard]] bool is_name(std::string_view text) {
  return !text.empty() && (text[0] < '0' || text[0] > '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '$';
         });
}

[[nodiscard]] std::optional<unsigned> number_after(std::string_view type, std::string_view prefix) {
  if (!type.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = type.substr(prefix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty() ||
      digits[0] == '0')
    return std::nullopt;
  return number;
}

// A struct and those that it refers to.
void collect(const Types& types, const TypedStruct& type, std::set<std::string>& names) {
  if (!names.insert(type.name).second) return;
  for (const TypedMember& member : type.members)
    if (const TypedStruct* inner = find(types, element_of(member.type)))
      collect(types, *inner, names);
}

[[nodiscard]] bool is_scalar_type(std::string_view type) {
  if (type == "string" || type == "bool" || type == "address" || type == "bytes") return true;
  if (const auto size = number_after(type, "bytes")) return *size <= 32;
  const auto bits = number_after(type, type.starts_with("u") ? "uint" : "int");
  return bits && *bits <= 256 && *bits % 8 == 0;
}

// Of a list that is empty nothing is encoded, and its type must be one all the same.
[[nodiscard]] bool is_type(const Types& types, std::string_view type) {
  const std::string_view element = element_of(type);
  if (find(types, element) == nullptr && !is_scalar_type(element)) return false;
  std::string_view rest = type.substr(element.size());
  while (!rest.empty()) {
    const std::size_t close = rest.find(']');
    if (rest[0] != '[' || close == std::string_view::npos) return false;
    const std::string_view size = rest.substr(1, close - 1);
    if (!size.empty() && !number_after(size, "")) return false;
    rest = rest.substr(close + 1);
  }
  return true;
}

[[nodiscard]] base::Result<void> check_types(const Types& types) {
  if (types.size() > kTypedStructsMax)
    return base::malformed("types", std::to_string(types.size()), "there are at most 64");
  std::set<std::string> names;
  for (const TypedStruct& type : types) {
    if (!is_name(type.name) || !names.insert(type.name).second)
      return base::malformed("types", type.name, "a type has a name of its own");
    if (type.members.size() > kTypedMembersMax)
      return base::malformed("types." + type.name, std::to_string(type.members.size()),
                             "a type has at most 64 members");
    std::set<std::string> members;
    for (const TypedMember& member : type.members)
      if (!is_name(member.name) || !members.insert(member.name).second)
        return base::malformed("types." + type.name, member.name, "a member has a name of its own");
    for (const TypedMember& member : type.members)
      if (!is_type(types, member.type))
        return base::malformed("types." + type.name + "." + member.name, member.type,
                               "is no type of EIP-712, nor described");
  }
  return {};
}

class TypedEncoder {
 public:
  explicit TypedEncoder(const Types& types) : types_(types) {}

  [[nodiscard]] base::Result<Hash> structure(std::string_view name, const TypedValue& value,
                                             const std::string& path, unsigned depth) const {
    const TypedStruct* type = find(types_, name);
    if (type == nullptr)
      return base::malformed(path, std::string(name), "the type must be described");
    if (depth > kTypedDepthMax)
      return base::malformed(path, std::string(name), "values are nested at most 16 deep");
    if (value.form != TypedValue::Form::object)
      return base::malformed(path, value.text, "must be an object of " + type->name);
    const auto written = encode_type(types_, name);
    if (!written) return std::unexpected(written.error());
    std::string bytes(bytes_of(keccak256(*written)));
    for (const TypedMember& member : type->members) {
      const auto given = [&](const TypedField& field) { return field.name == member.name; };
      const auto found = std::find_if(value.members.begin(), value.members.end(), given);
      if (found == value.members.end())
        return base::malformed(path + "." + member.name, "", "the member is missing");
      if (std::count_if(value.members.begin(), value.members.end(), given) != 1)
        return base::malformed(path + "." + member.name, "", "the member is given twice");
      const auto word = this->word(member.type, found->value, path + "." + member.name, depth);
      if (!word) return std::unexpected(word.error());
      bytes += bytes_view(*word);
    }
    if (value.members.size() != type->members.size())
      return base::malformed(path, type->name, "an unknown member is given");
    return keccak256(bytes);
  }

 private:
  [[nodiscard]] base::Result<Word> word(std::string_view type, const TypedValue& value,
                                        const std::string& path, unsigned depth) const {
    if (type.ends_with("]")) return array(type, value, path, depth);
    if (find(types_, type) != nullptr) return structure(type, value, path, depth + 1);
    if (value.form != TypedValue::Form::scalar)
      return base::malformed(path, std::string(type), "must be one value");
    return scalar(type, value.text, path);
  }

  [[nodiscard]] base::Result<Word> array(std::string_view type, const TypedValue& value,
                                         const std::string& path, unsigned depth) const {
    const std::size_t open = type.rfind('[');
    if (open == std::string_view::npos || value.form != TypedValue::Form::list)
      return base::malformed(path, std::string(type), "must be a list");
    if (depth > kTypedDepthMax)
      return base::malformed(path, std::string(type), "values are nested at most 16 deep");
    const std::string_view size = type.substr(open + 1, type.size() - open - 2);
    if (!size.empty() && number_after(size, "") != value.items.size())
      return base::malformed(path, std::to_string(value.items.size()),
                             "must have as many items as " + std::string(type));
    std::string bytes;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const auto item = word(type.substr(0, open), value.items[i],
                             path + "[" + std::to_string(i) + "]", depth + 1);
      if (!item) return item;
      bytes += bytes_view(*item);
    }
    return keccak256(bytes);
  }

  [[nodiscard]] static base::Result<Word> scalar(std::string_view type, const std::string& text,
                                                 const std::string& path) {
    if (type == "string") return keccak256(text);
    if (type == "bool") {
      if (text != "true" && text != "false")
        return base::malformed(path, text, "must be true or false");
      return word_of(base::u128{text == "true" ? 1U : 0U});
    }
    if (type == "address") {
      const auto address = parse_address(text, path);
      if (!address) return std::unexpected(address.error());
      return word_of(*address);
    }
    if (type.starts_with("bytes")) return bytes(type, text, path);
    if (const auto bits = number_after(type, "uint")) return integer(*bits, false, text, path);
    if (const auto bits = number_after(type, "int")) return integer(*bits, true, text, path);
    return base::malformed(path, std::string(type), "is no type of EIP-712, nor described");
  }

  [[nodiscard]] static base::Result<Word> bytes(std::string_view type, const std::string& text,
                                                const std::string& path) {
    const auto given = bytes_from_prefixed_hex(text);
    if (!given) return base::malformed(path, text, "must be 0x and hexadecimal digits");
    if (type == "bytes") return keccak256(*given);
    const auto size = number_after(type, "bytes");
    if (!size || *size > 32 || given->size() != *size)
      return base::malformed(path, text, "must have the size of " + std::string(type));
    Word word{};
    std::copy(given->begin(), given->end(), word.begin());
    return word;
  }

  [[nodiscard]] static base::Result<Word> integer(unsigned bits, bool is_signed,
                                                  const std::string& text,
                                                  const std::string& path) {
    const bool negative = is_signed && text.starts_with("-");
    const auto size = parse_word(std::string_view(text).substr(negative ? 1 : 0));
    if (bits == 0 || bits > 256 || bits % 8 != 0)
      return base::malformed(path, std::to_string(bits), "an integer has 8, 16 ... 256 bits");
    const auto fits = [&] {
      if (!size || (negative && is_zero(*size))) return false;
      if (!is_signed) return bit_width(*size) <= bits;
      if (!negative) return bit_width(*size) <= bits - 1;
      // -2^(bits-1) is in range, though its size needs all the bits.
      Word less = negated(*size);
      for (std::uint8_t& byte : less) byte = static_cast<std::uint8_t>(byte ^ 0xFFU);
      return bit_width(less) <= bits - 1;
    };
    if (!fits())
      return base::malformed(path, text, "must be an integer of " + std::to_string(bits) + " bits");
    return negative ? negated(*size) : *size;
  }

  const Types& types_;
};

}  // namespace

base::Result<std::string> encode_type(const Types& types, std::string_view name) {
  const TypedStruct* type = find(types, name);
  if (type == nullptr)
    return base::malformed("primaryType", std::string(name), "the type must be described");
  std::set<std::string> names;
  collect(types, *type, names);
  names.erase(type->name);
  std::string text;
  const auto append = [&](const TypedStruct& part) {
    text += part.name + "(";
    for (std::size_t i = 0; i < part.members.size(); ++i) {
      if (i > 0) text += ",";
      text += part.members[i].type + " " + part.members[i].name;
    }
    text += ")";
  };
  append(*type);
  for (const std::string& inner : names) append(*find(types, inner));
  return text;
}

base::Result<Hash> hash_struct(const Types& types, std::string_view name, const TypedValue& value) {
  if (auto done = check_types(types); !done) return std::unexpected(done.error());
  return TypedEncoder(types).structure(name, value, std::string(name), 0);
}

base::Result<TypedDataHashes> hash_typed_data(const TypedData& typed) {
  std::set<std::string> used{"EIP712Domain"};
  if (const TypedStruct* primary = find(typed.types, typed.primary_type))
    collect(typed.types, *primary, used);
  for (const TypedStruct& type : typed.types)
    if (!used.contains(type.name))
      return base::malformed("types", type.name, "a type that nothing refers to is refused");
  const auto domain = hash_struct(typed.types, "EIP712Domain", typed.domain);
  if (!domain) return std::unexpected(domain.error());
  const auto message = hash_struct(typed.types, typed.primary_type, typed.message);
  if (!message) return std::unexpected(message.error());
  return TypedDataHashes{*domain, *message, typed_digest(*domain, *message)};
}

Hash typed_digest(const Hash& domain, const Hash& message) {
  std::string bytes("\x19\x01");
  bytes += bytes_of(domain);
  bytes += bytes_of(message);
  return keccak256(bytes);
}

}  // namespace cofferdam::crypto
