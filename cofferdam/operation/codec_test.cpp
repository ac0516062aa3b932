// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <gmock/gmock.h>

namespace cofferdam::operation {

enum class Colour : std::uint8_t { red, green };

struct Line {
  base::AccountId account;
  base::Amount amount;
  std::uint16_t flags = 0;
  std::int32_t value_date = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("amount", self.amount, "stands before what gives its scale");
    visit("account", self.account, "");
    visit("flags", self.flags, "");
    visit("value_date", self.value_date, "");
  }
};

struct Everything {
  bool yes = false;
  std::string text;
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  base::u128 u128 = 0;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  Colour colour = Colour::red;
  base::AssetId asset;
  base::PoolId pool;
  base::ContractId contract;
  base::Amount amount;
  base::SignedAmount change;
  base::Price price;
  base::Quantity quantity;
  base::Rate rate;
  base::Time time;
  base::Duration duration;
  base::Date date;
  std::optional<base::SignedAmount> floor;
  std::optional<bool> maybe;
  std::vector<Line> lines;
  std::vector<std::string> words;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("yes", self.yes, "");
    visit("text", self.text, "");
    visit("u8", self.u8, "");
    visit("u16", self.u16, "");
    visit("u32", self.u32, "");
    visit("u64", self.u64, "");
    visit("u128", self.u128, "");
    visit("i32", self.i32, "");
    visit("i64", self.i64, "");
    visit("colour", self.colour, "");
    visit("asset", self.asset, "");
    visit("pool", self.pool, "");
    visit("contract", self.contract, "");
    visit("amount", self.amount, "");
    visit("change", self.change, "");
    visit("price", self.price, "");
    visit("quantity", self.quantity, "");
    visit("rate", self.rate, "");
    visit("time", self.time, "");
    visit("duration", self.duration, "");
    visit("date", self.date, "");
    visit("floor", self.floor, "");
    visit("maybe", self.maybe, "");
    visit("lines", self.lines, "");
    visit("words", self.words, "");
  }
};

template <>
struct FieldForms<Line> {
  static constexpr std::array<std::string_view, 1> kRequired{"account"};
  static constexpr std::string_view kFlagsField = "flags";
  static constexpr std::array<std::string_view, 3> kFlags{"linked", "", "pending"};
  static constexpr std::string_view kDayField = "value_date";
};

}  // namespace cofferdam::operation

template <>
struct cofferdam::base::EnumText<cofferdam::operation::Colour> {
  static constexpr std::array<std::string_view, 2> kNames{"red", "green"};
};

namespace cofferdam::operation {
namespace {

using testing::HasSubstr;

// USD (1) has scale 2, BTC (2) scale 8; account 7 counts BTC; contract 3 settles in USD.
class TwoAssets final : public Names {
 public:
  std::optional<std::uint32_t> number_of(Numbered kind, std::string_view code) const override {
    if (kind == Numbered::asset && code == "USD") return 1;
    if (kind == Numbered::asset && code == "BTC") return 2;
    if (kind == Numbered::pool && code == "main") return 5;
    if (kind == Numbered::contract && code == "PERP") return 3;
    return std::nullopt;
  }

  std::string code_of(Numbered kind, std::uint32_t number) const override {
    if (kind == Numbered::asset && number == 1) return "USD";
    if (kind == Numbered::asset && number == 2) return "BTC";
    if (kind == Numbered::pool && number == 5) return "main";
    if (kind == Numbered::contract && number == 3) return "PERP";
    return {};
  }

  std::optional<unsigned> scale_of(base::AssetId asset) const override {
    if (asset.value() == 1) return 2;
    if (asset.value() == 2) return 8;
    return std::nullopt;
  }

  std::optional<unsigned> scale_of(base::AccountId account) const override {
    return account.value() == 7 ? std::optional<unsigned>(8) : std::nullopt;
  }

  std::optional<unsigned> scale_of(base::TransferId) const override { return std::nullopt; }

  std::optional<unsigned> scale_of(base::ConduitId) const override { return std::nullopt; }

  std::optional<unsigned> scale_of(base::SourceId) const override { return std::nullopt; }

  std::optional<ContractScales> scales_of(base::ContractId contract) const override {
    if (contract.value() != 3) return std::nullopt;
    return ContractScales{.price = 1, .quantity = 3, .settlement = 2};
  }
};

const TwoAssets kNames;
const Codec kCodec{kNames};

Result<Everything> read(std::string_view text) {
  const Result<Json> json = parse_json(text);
  if (!json) return std::unexpected(json.error());
  return read_json<Everything>(*json, kCodec);
}

Error error_of(std::string_view text) {
  const Result<Everything> value = read(text);
  EXPECT_FALSE(value.has_value()) << text;
  return value ? Error{} : value.error();
}

TEST(Codec, ReadsEveryKindOfField) {
  const Result<Everything> v = read(R"({
    "yes": true, "text": "é\"", "u8": 255, "u16": "65535", "u32": 4294967295,
    "u64": "18446744073709551615", "u128": "340282366920938463463374607431768211455",
    "i32": -2147483648, "i64": "-9223372036854775808", "colour": "green", "asset": "USD",
    "pool": "5", "contract": "PERP", "amount": "12.5", "change": "-0.01", "price": "100.5",
    "quantity": "1.125", "rate": 0.0005, "time": "2026-02-28T12:00:00Z", "duration": "90m",
    "date": "2026-02-28", "floor": "-1", "maybe": null,
    "lines": [{"amount": "1", "account": "7", "flags": ["pending", "linked"],
               "value_date": "1970-01-03"},
              {"amount": "max", "account": 8, "flags": 4, "value_date": null}],
    "words": ["a", "b"]})");
  ASSERT_TRUE(v.has_value()) << v.error().text();
  EXPECT_EQ(v->u128, base::kU128Max);
  EXPECT_EQ(v->i32, std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(v->i64, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(v->colour, Colour::green);
  EXPECT_EQ(v->asset, base::AssetId(1));
  EXPECT_EQ(v->pool, base::PoolId(5));
  EXPECT_EQ(v->amount, base::Amount(1250));
  EXPECT_EQ(v->change, base::SignedAmount(-1));
  EXPECT_EQ(v->price, base::Price(1005));
  EXPECT_EQ(v->quantity, base::Quantity(1125));
  EXPECT_EQ(v->rate, base::Rate(500'000'000'000'000));
  EXPECT_EQ(v->time, base::Time(std::int64_t{1'772'280'000} * 1'000'000'000));
  EXPECT_EQ(v->duration, base::kMinute * 90);
  EXPECT_EQ(v->floor, base::SignedAmount(-100));
  EXPECT_EQ(v->maybe, std::nullopt);
  ASSERT_EQ(v->lines.size(), 2U);
  // Account 7 counts BTC, whatever the struct around it counts.
  EXPECT_EQ(v->lines[0].amount, base::Amount(100'000'000));
  EXPECT_EQ(v->lines[0].flags, 5);
  EXPECT_EQ(v->lines[0].value_date, 2);
  EXPECT_EQ(v->lines[1].amount, base::Amount::max());
  EXPECT_EQ(v->lines[1].flags, 4);
}

TEST(Codec, TakesTheScaleFromTheStructAroundWhenTheAccountIsUnknown) {
  const Result<Everything> v =
      read(R"({"asset": "USD", "lines": [{"account": "9", "amount": "1.25"}]})");
  ASSERT_TRUE(v.has_value()) << v.error().text();
  EXPECT_EQ(v->lines[0].amount, base::Amount(125));
}

TEST(Codec, WritesWhatItReads) {
  rc::check([](std::uint64_t a, std::uint64_t b, std::int64_t c, bool flag) {
    Everything before;
    before.yes = flag;
    before.text = "x\n\"\\\x01";
    before.u8 = static_cast<std::uint8_t>(a);
    before.u64 = a;
    before.u128 = base::make_u128(a, b);
    before.i32 = static_cast<std::int32_t>(c);
    before.i64 = c;
    before.asset = base::AssetId(flag ? 1 : 2);
    before.contract = base::ContractId(3);
    before.amount = base::Amount(base::make_u128(b, a));
    before.change = base::SignedAmount(static_cast<base::i128>(base::make_u128(a, b)));
    before.price = base::Price(c);
    before.quantity = base::Quantity(-1 - c);
    before.rate = base::Rate(static_cast<base::i128>(base::make_u128(b, a)));
    before.time = base::Time(c);
    before.duration = base::Duration(c);
    before.date = base::Date(static_cast<std::int32_t>(a % 1'000'000));
    if (flag) before.floor = base::SignedAmount(c);
    before.lines.push_back({base::AccountId(7), base::Amount(b), std::uint16_t(a % 8), 0});
    const Result<Json> json = parse_json(write_json(to_json(before, kCodec)));
    RC_ASSERT(json.has_value());
    const Result<Everything> after = read_json<Everything>(*json, kCodec);
    RC_ASSERT(after.has_value());
    RC_ASSERT(base::encode(*after) == base::encode(before));
  });
}

struct Estimates {
  double volatility = 0.25;
  std::vector<double> values;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("volatility", self.volatility, "");
    visit("values", self.values, "");
  }
};

TEST(Codec, ReadsAndWritesTheDoublesOfTheModels) {
  const auto read_estimates = [](std::string_view text) {
    const Result<Json> json = parse_json(text);
    EXPECT_TRUE(json.has_value());
    return read_json<Estimates>(*json, kCodec);
  };
  const Result<Estimates> v =
      read_estimates(R"({"volatility": "0.1", "values": [1, -2.5e-3, 1e300]})");
  ASSERT_TRUE(v.has_value()) << v.error().text();
  EXPECT_EQ(v->volatility, 0.1);
  EXPECT_EQ(v->values, (std::vector<double>{1, -2.5e-3, 1e300}));
  EXPECT_EQ(read_estimates("{}")->volatility, 0.25);
  for (const std::string_view bad :
       {R"({"volatility": "nan"})", R"({"volatility": "inf"})", R"({"volatility": "1e999"})",
        R"({"volatility": "0.1x"})", R"({"volatility": ""})", R"({"volatility": true})",
        R"({"volatility": null})", R"({"volatility": "0x1p3"})", R"({"volatility": "+1"})"}) {
    const Result<Estimates> refused = read_estimates(bad);
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().field, "volatility");
  }
  Estimates out{.volatility = 0.1 + 0.2, .values = {INFINITY, -INFINITY, NAN, 1e-5, -0.0}};
  EXPECT_EQ(
      write_json(to_json(out, kCodec)),
      R"({"volatility":0.30000000000000004,"values":["infinity","-infinity","nan",1e-05,0]})");
}

struct Bad {
  std::string_view text;
  std::string_view field;
  std::string_view rule;
};

TEST(Codec, NamesFieldAndRuleOfEveryKindOfBadInput) {
  const Bad cases[] = {
      {R"({"nope": 1})", "nope", "no such field"},
      {R"({"u8": 1, "u8": 2})", "u8", "once"},
      {R"({"lines": [{"account": 1, "account": 1}]})", "lines[0].account", "once"},
      {R"({"u8": 256})", "u8", "from 0 to 255"},
      {R"({"u8": -1})", "u8", "from 0 to 255"},
      {R"({"u8": 1.0})", "u8", "whole number"},
      {R"({"u8": 1e2})", "u8", "whole number"},
      {R"({"u8": "x"})", "u8", "whole number"},
      {R"({"u8": null})", "u8", "whole number"},
      {R"({"u8": [1]})", "u8", "whole number"},
      {R"({"i32": 2147483648})", "i32", "from -2147483648 to 2147483647"},
      {R"({"u64": 9007199254740993})", "u64", "2^53"},
      {R"({"u128": "340282366920938463463374607431768211456"})", "u128", "whole number"},
      {R"({"yes": 1})", "yes", "true or false"},
      {R"({"text": 5})", "text", "must be text"},
      {R"({"colour": "blue"})", "colour", "red, green"},
      {R"({"colour": 1})", "colour", "red, green"},
      {R"({"asset": "EUR"})", "asset", "that exists"},
      {R"({"asset": "4294967296"})", "asset", "its number"},
      {R"({"asset": true})", "asset", "its number"},
      {R"({"asset": "USD", "amount": 12})", "amount", "as text"},
      {R"({"asset": "USD", "amount": "1.234"})", "amount", ""},
      {R"({"asset": "USD", "amount": "-1"})", "amount", ""},
      {R"({"asset": "USD", "amount": "1,000"})", "amount", "group"},
      {R"({"asset": "USD", "amount": "NaN"})", "amount", ""},
      {R"({"amount": "1"})", "amount", "needs a scale"},
      {R"({"price": "1"})", "price", "needs a scale"},
      {R"({"time": "yesterday"})", "time", ""},
      {R"({"time": 5})", "time", "2026-02-28T12:00:00Z"},
      {R"({"duration": 5})", "duration", "8h"},
      {R"({"duration": "1h30m"})", "duration", ""},
      {R"({"date": "2026-02-30"})", "date", ""},
      {R"({"lines": {}})", "lines", "must be a list"},
      {R"({"lines": [5]})", "lines[0]", "must be an object"},
      {R"({"lines": [{"account": "7"}, {"account": "7", "amount": "x"}]})", "lines[1].amount", ""},
      {R"({"lines": [{"amount": "0"}]})", "lines[0].account", "must be given"},
      {R"({"lines": [{"account": "seven"}]})", "lines[0].account", "128-bit"},
      {R"({"lines": [{"account": 7, "flags": ["nope"]}]})", "lines[0].flags[0]", "linked, pending"},
      {R"({"lines": [{"account": 7, "flags": [""]}]})", "lines[0].flags[0]", "linked, pending"},
      {R"({"lines": [{"account": 7, "flags": ["linked", "linked"]}]})", "lines[0].flags[1]",
       "once"},
      {R"({"lines": [{"account": 7, "flags": true}]})", "lines[0].flags", "list of names"},
      {R"({"lines": [{"account": 7, "value_date": 3}]})", "lines[0].value_date", "date"},
      {R"({"words": ["a", 1]})", "words[1]", "must be text"},
      {R"([])", "JSON", "must be an object"},
      {R"("x")", "JSON", "must be an object"},
      {"", "JSON byte", "one JSON value"},
      {"{", "JSON byte", "one JSON value"},
      {"{} {}", "JSON byte", "one JSON value"},
      {"{'a': 1}", "JSON byte", "one JSON value"},
      {R"({"u8": 01})", "JSON byte", "one JSON value"},
      {R"({"u8": NaN})", "JSON byte", "one JSON value"},
      {"{\"text\": \"\xff\"}", "JSON byte", "UTF-8"},
      {"{\"text\": \"\xed\xa0\x80\"}", "JSON byte", "UTF-8"},
      {"{\"text\": \"\xc0\xaf\"}", "JSON byte", "UTF-8"},
  };
  for (const Bad& bad : cases) {
    const Error error = error_of(bad.text);
    EXPECT_EQ(error.kind, base::ErrorKind::malformed) << bad.text;
    EXPECT_THAT(error.field, HasSubstr(bad.field)) << bad.text;
    EXPECT_THAT(error.rule, HasSubstr(bad.rule)) << bad.text;
    EXPECT_FALSE(error.rule.empty()) << bad.text;
  }
}

TEST(Codec, BoundsWhatItReads) {
  const std::string deep = std::string(33, '[') + std::string(33, ']');
  EXPECT_THAT(parse_json(deep).error().rule, HasSubstr("32 deep"));
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')).has_value());
  EXPECT_THAT(parse_json("[1,2,3]", {.items_max = 2}).error().rule, HasSubstr("2 members"));
  EXPECT_TRUE(parse_json("[[1],[2]]", {.values_max = 5}).has_value());
  EXPECT_THAT(parse_json("[[1],[2]]", {.values_max = 4}).error().rule, HasSubstr("4 values"));
  EXPECT_THAT(parse_json("\"abcd\"", {.text_bytes_max = 3}).error().rule, HasSubstr("3 bytes"));
  EXPECT_THAT(parse_json("   1", {.bytes_max = 3}).error().rule, HasSubstr("3 bytes"));
  EXPECT_THAT(parse_json("{\"" + std::string(257, 'a') + "\":1}").error().rule,
              HasSubstr("256 bytes"));
}

TEST(Codec, WritesBytesThatAreNoTextAsReplacement) {
  EXPECT_EQ(write_json(Json::of("a\xff\xe2\x82")), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(write_json(Json::of("\xe2\x82\xac")), "\"\xe2\x82\xac\"");
}

TEST(Codec, SaysUnitsWhereNoScaleIsKnown) {
  Line line{base::AccountId(9), base::Amount(5), 0, 0};
  EXPECT_EQ(to_json(line, kCodec).text_of("amount"), "5 units");
}

TEST(Codec, FlagsWithoutANameKeepTheirNumber) {
  Line line{base::AccountId(7), base::Amount(), 3, 0};
  EXPECT_EQ(write_json(*to_json(line, kCodec).find("flags")), "3");
}

}  // namespace
}  // namespace cofferdam::operation
