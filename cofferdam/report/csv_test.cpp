// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/csv.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/report/input.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <gmock/gmock.h>
#include <zlib.h>

namespace cofferdam::report {
namespace {

using base::Result;
using testing::HasSubstr;

// Every record as fields, or the text of the error.
[[nodiscard]] std::string read_all(std::string text, CsvLimits limits = {}) {
  Result<Csv> csv = Csv::open("t.csv", std::move(text), limits);
  if (!csv) return csv.error().text();
  std::string out;
  while (true) {
    const Result<bool> more = csv->next();
    if (!more) return more.error().text();
    if (!*more) return out;
    for (const std::string& column : csv->columns()) out += "[" + csv->text(column) + "]";
    out += ";";
  }
}

TEST(Csv, ReadsQuotedFieldsLineEndsAndMark) {
  EXPECT_EQ(read_all("a,b\n1,2\n3,4\n"), "[1][2];[3][4];");
  EXPECT_EQ(read_all("\xef\xbb\xbf"
                     "a,b\r\n1,2\r\n"),
            "[1][2];");
  EXPECT_EQ(read_all("a,b\n\"x, y\",\"he said \"\"no\"\"\"\n"), "[x, y][he said \"no\"];");
  EXPECT_EQ(read_all("a,b\n\"two\nlines\",\n"), "[two\nlines][];");
  EXPECT_EQ(read_all("a,b\n1,2"), "[1][2];");
  EXPECT_EQ(read_all("a\n\n"), "[];");
}

TEST(Csv, RefusesWithFileLineAndColumn) {
  EXPECT_THAT(read_all(""), HasSubstr("t.csv line 1"));
  EXPECT_THAT(read_all("a,a\n"), HasSubstr("named once"));
  EXPECT_THAT(read_all("a,b\n1,2\n1\n"), HasSubstr("t.csv line 3"));
  EXPECT_THAT(read_all("a,b\n1,2,3\n"), HasSubstr("as many fields as the header"));
  EXPECT_THAT(read_all("a,b\n1,x\"y\n"), HasSubstr("line 2 column 2"));
  EXPECT_THAT(read_all("a,b\n\"1\"2,3\n"), HasSubstr("closing quote"));
  EXPECT_THAT(read_all("a,b\n1,\"2\n3\n"), HasSubstr("closed"));
  EXPECT_THAT(read_all("a,b\n1,2\r3\n"), HasSubstr("carriage return"));
  EXPECT_THAT(read_all(std::string("a,b\n1,\0\n", 8)), HasSubstr("line 2"));
  EXPECT_THAT(read_all("a,b\n1,\xff\n"), HasSubstr("UTF-8"));
}

TEST(Csv, IsBounded) {
  EXPECT_THAT(read_all("a\n12345\n", {.field_bytes = 4}), HasSubstr("at most 4 bytes"));
  EXPECT_THAT(read_all("a\n\"12345\"\n", {.field_bytes = 4}), HasSubstr("at most 4 bytes"));
  EXPECT_THAT(read_all("a,b\n1,2\n", {.columns = 1}), HasSubstr("at most 1 fields"));
  EXPECT_THAT(read_all("a,b\n1234,5678\n", {.record_bytes = 6}), HasSubstr("at most 6 bytes"));
  EXPECT_THAT(read_all("a\n1\n2\n", {.records = 1}), HasSubstr("at most 1 records"));
}

TEST(Csv, NumbersNameTheirPlace) {
  Result<Csv> csv = Csv::open("t.csv", "px,when\n1.255,2023-02-30T00:00:00Z\n");
  ASSERT_TRUE(csv);
  ASSERT_TRUE(*csv->next());
  EXPECT_TRUE(csv->decimal("px", 3).value() == 1255);
  EXPECT_THAT(csv->decimal("px", 2).error().text(), HasSubstr("t.csv line 2 column px"));
  EXPECT_THAT(csv->time("when").error().text(), HasSubstr("t.csv line 2 column when"));
  const std::array<std::string_view, 1> wanted{"sz"};
  EXPECT_THAT(csv->require(wanted).error().text(), HasSubstr("sz"));
}

TEST(Csv, WhatIsWrittenIsRead) {
  rc::check("csv_field round trip", [] {
    const auto raw =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"\n 7\xc3\xa9")));
    RC_PRE(find_bad_text(raw) == std::string::npos);
    RC_ASSERT(read_all("a,b\n" + csv_field(raw) + ",1\n") == "[" + raw + "][1];");
  });
}

[[nodiscard]] std::string pack(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in = text;
  std::string out(in.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

TEST(Gzip, UnpacksMembersAndFindsDamage) {
  const std::string text(200'000, 'x');
  const std::string packed = pack(text);
  EXPECT_EQ(unpack_gzip(packed, "f").value(), text);
  EXPECT_EQ(unpack_gzip(packed + pack("y"), "f").value(), text + "y");
  for (const std::size_t cut : {std::size_t{5}, packed.size() / 2, packed.size() - 1})
    EXPECT_THAT(unpack_gzip(packed.substr(0, cut), "f").error().text(), HasSubstr("cut short"));
  std::string damaged = packed;
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  EXPECT_THAT(unpack_gzip(damaged, "f").error().text(), HasSubstr("undamaged"));
  EXPECT_THAT(unpack_gzip(packed + "zz", "f").error().text(), HasSubstr("f"));
  EXPECT_THAT(unpack_gzip(packed, "f", 1000).error().text(), HasSubstr("at most 1000"));
}

TEST(Utf8, KnowsItsBounds) {
  EXPECT_EQ(find_bad_text("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa7"), std::string::npos);
  EXPECT_EQ(find_bad_text("\xc0\xaf"), 0U);          // overlong
  EXPECT_EQ(find_bad_text("a\xe0\x80\x80"), 1U);     // overlong
  EXPECT_EQ(find_bad_text("ab\xed\xa0\x80"), 2U);    // surrogate
  EXPECT_EQ(find_bad_text("\xf4\x90\x80\x80"), 0U);  // beyond the last code point
  EXPECT_EQ(find_bad_text("abc\xe2\x82"), 3U);       // cut
}

TEST(Input, NamesAFileThatIsNotThere) {
  EXPECT_THAT(read_input("/nonexistent/x.csv").error().text(), HasSubstr("/nonexistent/x.csv"));
  EXPECT_THAT(find_input("/nonexistent/x.csv").error().text(), HasSubstr(".gz"));
}

}  // namespace
}  // namespace cofferdam::report
