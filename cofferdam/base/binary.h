// SPDX-License-Identifier: Apache-2.0
//
// The one binary encoding: little-endian fixed-width integers, strings and lists with a 32-bit
// count before them, optional values with a byte before them, structs as their fields in order, no
// padding, no names. Every value has exactly one encoding, so equal bytes mean equal values and a
// hash of the bytes is a hash of the value. docs/internals/encoding.md has a worked example.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/int128.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cofferdam::base {

// Longest string or list in one value; a longer count in the bytes is an error, not an allocation.
inline constexpr std::uint32_t kBinaryCountMax = 1U << 21;

template <class T>
concept WrappedInteger = requires(const T& v) {
  typename T::rep;
  { v.value() } -> std::same_as<typename T::rep>;
};

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;

template <class T>
inline constexpr bool kIsRawInteger = (std::is_integral_v<T> && !std::is_same_v<T, bool>) ||
                                      std::is_same_v<T, u128> || std::is_same_v<T, i128>;

// True for a struct whose bytes in memory are its encoding (fields in order, no padding), so that a
// list of them is copied as a whole. The specialisation stands beside the struct, with its proof.
template <class T>
inline constexpr bool kRawLayout = std::is_same_v<T, std::uint8_t>;

class Encoder {
 public:
  Encoder() = default;

  // Hands every 64 KiB to `drain`; finish() hands over the rest.
  explicit Encoder(std::function<void(std::string_view)> drain) : drain_(std::move(drain)) {}

  void operator()(std::string_view /*name*/, const auto& field, std::string_view /*doc*/ = {}) {
    value(field);
  }

  template <class T>
  void value(const T& v) {
    if constexpr (kIsRawInteger<T>) {
      raw(v);
    } else if constexpr (std::is_same_v<T, bool>) {
      raw(static_cast<std::uint8_t>(v ? 1 : 0));
    } else if constexpr (std::is_enum_v<T>) {
      raw(static_cast<std::underlying_type_t<T>>(v));
    } else if constexpr (std::is_same_v<T, Amount> || std::is_same_v<T, SignedAmount>) {
      raw(v.units());
    } else if constexpr (WrappedInteger<T>) {
      raw(v.value());
    } else if constexpr (std::is_same_v<T, std::string>) {
      count(v.size());
      bytes(v);
    } else if constexpr (kIsVector<T>) {
      count(v.size());
      if constexpr (kRawLayout<typename T::value_type>) {
        bytes({reinterpret_cast<const char*>(v.data()), v.size() * sizeof(v[0])});
      } else {
        for (const auto& item : v) value(item);
      }
    } else if constexpr (kIsArray<T>) {
      for (const auto& item : v) value(item);
    } else if constexpr (kIsOptional<T>) {
      raw(static_cast<std::uint8_t>(v.has_value() ? 1 : 0));
      if (v) value(*v);
    } else {
      static_assert(Described<T>, "a type in a journalled struct needs fields()");
      T::fields(v, *this);
    }
  }

  void bytes(std::string_view text) {
    buffer_.append(text);
    if (drain_ && buffer_.size() >= kDrainBytes) finish();
  }

  void finish() {
    if (!drain_) return;
    drain_(buffer_);
    buffer_.clear();
  }

  [[nodiscard]] const std::string& buffer() const { return buffer_; }

  [[nodiscard]] std::string take() { return std::move(buffer_); }

 private:
  static constexpr std::size_t kDrainBytes = std::size_t{64} << 10;

  void count(std::size_t size) {
    COFFERDAM_CHECK(size <= kBinaryCountMax, "a string or list too long to be read back");
    raw(static_cast<std::uint32_t>(size));
  }

  template <class I>
  void raw(I v) {
    std::array<char, sizeof(I)> little{};
    std::memcpy(little.data(), &v, sizeof(I));  // the supported machines are little-endian
    bytes(std::string_view(little.data(), sizeof(I)));
  }

  std::string buffer_;
  std::function<void(std::string_view)> drain_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  void operator()(std::string_view name, auto& field, std::string_view /*doc*/ = {}) {
    if (failed_) return;
    value(field);
    if (failed_ && failed_field_.empty()) failed_field_ = name;
  }

  template <class T>
  void value(T& v) {
    if (failed_) return;
    if constexpr (kIsRawInteger<T>) {
      raw(v);
    } else if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t b = 0;
      raw(b);
      if (b > 1) failed_ = true;
      v = b == 1;
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      raw(number);
      if constexpr (NamedEnum<T>) {
        if (static_cast<std::size_t>(number) >= EnumText<T>::kNames.size()) failed_ = true;
      }
      v = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, Amount>) {
      u128 units = 0;
      raw(units);
      v = Amount(units);
    } else if constexpr (std::is_same_v<T, SignedAmount>) {
      i128 units = 0;
      raw(units);
      v = SignedAmount(units);
    } else if constexpr (WrappedInteger<T>) {
      typename T::rep number{};
      raw(number);
      v = T(number);
    } else if constexpr (std::is_same_v<T, std::string>) {
      const std::uint32_t size = count();
      if (!failed_) v = std::string(take(size));
    } else if constexpr (kIsVector<T>) {
      const std::uint32_t size = count();
      v.clear();
      if constexpr (kRawLayout<typename T::value_type>) {
        const std::string_view part = take(std::size_t{size} * sizeof(typename T::value_type));
        if (failed_ || size == 0) return;
        v.resize(size);
        std::memcpy(v.data(), part.data(), part.size());
      } else {
        for (std::uint32_t i = 0; i < size && !failed_; ++i) value(v.emplace_back());
      }
    } else if constexpr (kIsArray<T>) {
      for (auto& item : v) value(item);
    } else if constexpr (kIsOptional<T>) {
      bool present = false;
      value(present);
      v.reset();
      if (present && !failed_) value(v.emplace());
    } else {
      static_assert(Described<T>, "a type in a journalled struct needs fields()");
      T::fields(v, *this);
    }
  }

  [[nodiscard]] std::string_view take(std::size_t size) {
    if (size > bytes_.size() - position_) {
      failed_ = true;
      return {};
    }
    const std::string_view part = bytes_.substr(position_, size);
    position_ += size;
    return part;
  }

  void fail() { failed_ = true; }

  [[nodiscard]] bool failed() const { return failed_; }

  // All bytes consumed and every value well formed.
  [[nodiscard]] bool complete() const { return !failed_ && position_ == bytes_.size(); }

  [[nodiscard]] std::size_t position() const { return position_; }

  [[nodiscard]] std::string_view failed_field() const { return failed_field_; }

 private:
  template <class I>
  void raw(I& v) {
    const std::string_view part = take(sizeof(I));
    if (!failed_) std::memcpy(&v, part.data(), sizeof(I));
  }

  std::uint32_t count() {
    std::uint32_t size = 0;
    raw(size);
    if (size > kBinaryCountMax) failed_ = true;
    return failed_ ? 0 : size;
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
  std::string_view failed_field_;
};

template <class T>
[[nodiscard]] std::string encode(const T& v) {
  Encoder out;
  out.value(v);
  return out.take();
}

// nullopt unless the bytes are exactly one well-formed value.
template <class T>
[[nodiscard]] std::optional<T> decode(std::string_view bytes) {
  Decoder in(bytes);
  T v{};
  in.value(v);
  if (!in.complete()) return std::nullopt;
  return v;
}

}  // namespace cofferdam::base
