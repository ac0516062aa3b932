// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/hledger_journal.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace cofferdam::report {
namespace {

using testing::HasSubstr;

[[nodiscard]] std::string error_of(std::string_view text, HledgerLimits limits = {}) {
  const auto read = read_hledger_journal("j", text, limits);
  return read ? "no error" : read.error().text();
}

TEST(HledgerJournal, ReadsTransactions) {
  const auto read = read_hledger_journal("j", R"(; books
account assets:bank  ; type:A
  note
commodity 1,000.00 EUR

comment
2000-01-01 not this one
end comment
2023-01-02=2023-01-03 * (77) Opening | bank  ; tag:x
    ; second line
    ! assets:bank two   1,000.50 EUR = 1000.50 EUR  ; first
    equity:opening
2023/1/5 fee
    expenses:fees     $1.25
    assets:cash      $-1.25
2023.01.06 share
    a  -3 "ACME 5"
    b   3.000 "ACME 5"
)");
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->size(), 3U);
  const JournalTransaction& first = read->at(0);
  EXPECT_EQ(base::format_date(first.date), "2023-01-02");
  EXPECT_EQ(first.code, "77");
  EXPECT_EQ(first.description, "Opening | bank");
  EXPECT_EQ(first.comment, "tag:x second line");
  ASSERT_EQ(first.postings.size(), 2U);
  EXPECT_EQ(first.postings[0].account, "assets:bank two");
  EXPECT_EQ(first.postings[0].amount, (JournalAmount{100050, 2, "EUR"}));
  EXPECT_EQ(first.postings[0].assertion, (JournalAmount{100050, 2, "EUR"}));
  EXPECT_EQ(first.postings[0].comment, "first");
  EXPECT_TRUE(first.postings[1].inferred);
  EXPECT_EQ(first.postings[1].amount, (JournalAmount{-100050, 2, "EUR"}));
  EXPECT_EQ(read->at(1).postings[1].amount, (JournalAmount{-125, 2, "$"}));
  EXPECT_EQ(read->at(2).postings[0].amount, (JournalAmount{-3, 0, "ACME 5"}));
}

TEST(HledgerJournal, RefusesWhatItWouldHaveToGuess) {
  EXPECT_THAT(error_of("2023-01-02 x\n a  1 EUR\n b  -2 EUR\n"), HasSubstr("sum to zero"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1 EUR\n b  -1 USD\n"), HasSubstr("sum to zero"));
  EXPECT_THAT(error_of("2023-01-02 x\n a\n b\n"), HasSubstr("one amount"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1 EUR\n b  1 USD\n c\n"), HasSubstr("one commodity"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1 EUR @ 2 USD\n b\n"), HasSubstr("j line 2"));
  EXPECT_THAT(error_of("2023-01-02 x\n (a)  1 EUR\n"), HasSubstr("virtual"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1 EUR == 2 EUR\n"), HasSubstr("assertion"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  = 2 EUR\n"), HasSubstr("assignment"));
  EXPECT_THAT(error_of("2023-02-30 x\n"), HasSubstr("j line 1"));
  EXPECT_THAT(error_of("include other.journal\n"), HasSubstr("directive"));
  EXPECT_THAT(error_of("~ monthly\n"), HasSubstr("directive"));
  EXPECT_THAT(error_of("= expenses\n"), HasSubstr("directive"));
  EXPECT_THAT(error_of(" a  1\n"), HasSubstr("indented"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1e5\n b\n"), HasSubstr("j line 2"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1.2.3\n b\n"), HasSubstr("one point"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  --1\n b\n"), HasSubstr("one sign"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  999999999999999999999999999999999999999\n b\n"),
              HasSubstr("127 bits"));
  EXPECT_THAT(error_of("2023-01-02 \xff\n"), HasSubstr("UTF-8"));
}

TEST(HledgerJournal, IsBounded) {
  EXPECT_THAT(error_of("; 12345678\n", {.line_bytes = 8}), HasSubstr("at most 8"));
  EXPECT_THAT(error_of("2023-01-02 x\n2023-01-03 y\n", {.transactions = 1}), HasSubstr("most 1"));
  EXPECT_THAT(error_of("2023-01-02 x\n a  1\n b\n", {.postings = 1}), HasSubstr("most 1"));
}

}  // namespace
}  // namespace cofferdam::report
