// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/binary.h"

#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cofferdam::base {

enum class Colour : std::uint8_t { red, green };

template <>
struct EnumText<Colour> {
  static constexpr std::array<std::string_view, 2> kNames{"red", "green"};
};

namespace {

struct Inner {
  std::uint16_t a = 0;
  std::string b;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("a", self.a, "");
    visit("b", self.b, "");
  }

  friend bool operator==(const Inner&, const Inner&) = default;
};

struct Everything {
  bool flag = false;
  std::int8_t small = 0;
  i128 wide = 0;
  Amount amount;
  SignedAmount open_value;
  Price price;
  Time time;
  PoolId pool;
  AccountId account;
  Colour colour = Colour::red;
  std::vector<Inner> list;
  std::optional<std::uint32_t> maybe;
  std::array<std::uint8_t, 3> three{};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("flag", self.flag, "");
    visit("small", self.small, "");
    visit("wide", self.wide, "");
    visit("amount", self.amount, "");
    visit("open_value", self.open_value, "");
    visit("price", self.price, "");
    visit("time", self.time, "");
    visit("pool", self.pool, "");
    visit("account", self.account, "");
    visit("colour", self.colour, "");
    visit("list", self.list, "");
    visit("maybe", self.maybe, "");
    visit("three", self.three, "");
  }

  friend bool operator==(const Everything&, const Everything&) = default;
};

Everything any_everything() {
  const auto full = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
  Everything v;
  v.flag = *rc::gen::arbitrary<bool>();
  v.small = *rc::gen::arbitrary<std::int8_t>();
  v.wide = static_cast<i128>(make_u128(*full, *full));
  v.amount = Amount(make_u128(*full, *full));
  v.open_value = SignedAmount(static_cast<i128>(make_u128(*full, *full)));
  v.price = Price(-static_cast<i128>(*full));
  v.time = Time(static_cast<std::int64_t>(*full));
  v.pool = PoolId(*rc::gen::arbitrary<std::uint32_t>());
  v.account = AccountId(make_u128(*full, *full));
  v.colour = *rc::gen::element(Colour::red, Colour::green);
  v.list.resize(*rc::gen::inRange<std::size_t>(0, 4));
  for (Inner& inner : v.list) {
    inner.a = *rc::gen::arbitrary<std::uint16_t>();
    inner.b = *rc::gen::arbitrary<std::string>();
  }
  if (*rc::gen::arbitrary<bool>()) v.maybe = *rc::gen::arbitrary<std::uint32_t>();
  v.three = {1, 2, *rc::gen::arbitrary<std::uint8_t>()};
  return v;
}

RC_GTEST_PROP(Binary, RoundTripsAndRefusesEveryOtherLength, ()) {
  const Everything v = any_everything();
  const std::string bytes = encode(v);
  RC_ASSERT(decode<Everything>(bytes) == v);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    RC_ASSERT(!decode<Everything>(std::string_view(bytes).substr(0, size)));
  RC_ASSERT(!decode<Everything>(bytes + '\0'));
}

// Equal bytes mean equal values, and the other way: what decodes encodes to the same bytes.
RC_GTEST_PROP(Binary, EveryValueHasOneEncoding, ()) {
  std::string bytes = encode(any_everything());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(*rc::gen::arbitrary<std::uint8_t>());
  const std::optional<Everything> v = decode<Everything>(bytes);
  if (v) RC_ASSERT(encode(*v) == bytes);
}

TEST(Binary, TheBytesAreAsDocumented) {
  const Inner inner{.a = 0x0102, .b = "hi"};
  EXPECT_EQ(encode(inner), std::string("\x02\x01\x02\0\0\0hi", 8));
  EXPECT_EQ(encode(Amount(1)).size(), 16U);
  EXPECT_EQ(encode(std::optional<std::uint8_t>()), std::string(1, '\0'));
  EXPECT_EQ(encode(std::optional<std::uint8_t>(7)), "\x01\x07");
  EXPECT_EQ(encode(Price(-1)), std::string(16, '\xff'));
}

TEST(Binary, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(decode<bool>("\x02").has_value());
  EXPECT_FALSE(decode<Colour>("\x02").has_value());
  EXPECT_FALSE(decode<std::optional<bool>>(std::string("\x02\0", 2)).has_value());
  // A count beyond the limit is refused before anything is allocated.
  EXPECT_FALSE(decode<std::string>("\xff\xff\xff\xff").has_value());
  EXPECT_FALSE(decode<std::vector<Inner>>("\xff\xff\xff\x7f").has_value());
}

TEST(Binary, NamesTheFieldThatFailed) {
  const std::string bytes = encode(Inner{.a = 1, .b = "hello"});
  Decoder in(std::string_view(bytes).substr(0, 8));
  Inner v;
  in.value(v);
  EXPECT_TRUE(in.failed());
  EXPECT_EQ(in.failed_field(), "b");
}

TEST(Binary, DrainsInPartsThatMakeTheSameBytes) {
  const std::vector<std::string> many(100, std::string(3'000, 'x'));
  std::string drained;
  int calls = 0;
  Encoder out([&](std::string_view part) {
    drained += part;
    ++calls;
  });
  out.value(many);
  out.finish();
  EXPECT_EQ(drained, encode(many));
  EXPECT_GT(calls, 3);
}

TEST(BinaryDeathTest, WillNotWriteWhatCannotBeReadBack) {
  EXPECT_DEATH((void)encode(std::string(kBinaryCountMax + 1, 'x')), "too long");
}

}  // namespace
}  // namespace cofferdam::base
