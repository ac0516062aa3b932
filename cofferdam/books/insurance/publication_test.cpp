// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/publication.h"

#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/crypto/sha256.h"

#include <gtest/gtest.h>

namespace cofferdam::insurance {
namespace {

using S = PublicationStatus;

struct PublicationTest : testing::Test {
  RecordPublication command{.code = "tariff-2026-q2.need",
                            .calculator = "contribution",
                            .model_version = "1.4 (2026-03)",
                            .parameters = R"({"members": []})",
                            .books_sequence = 9,
                            .field = "need",
                            .value = "14636.49"};
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes,
                  .now = Time(5),
                  .sequence = 10,
                  .principal = base::PrincipalId(2),
                  .postings = postings};
  PublicationState state;

  S give() {
    S status = check_shape(command);
    if (status == S::ok) status = check_state(command, state, context);
    if (status == S::ok) status = apply(command, state, context);
    EXPECT_EQ(check_publications_stand(state), std::nullopt);
    changes.commit();
    return status;
  }
};

TEST_F(PublicationTest, KeepsAllThatItTakesToFindItAgain) {
  ASSERT_EQ(give(), S::ok);
  ASSERT_EQ(give(), S::ok);
  const Publication& row = *state.publications.find(2);
  EXPECT_EQ(context.created, 2U);
  EXPECT_EQ(row.value, "14636.49");
  EXPECT_EQ(row.tolerance, "0");
  EXPECT_EQ(row.parameters_hash, crypto::to_hex(crypto::sha256(row.parameters)));
  EXPECT_EQ(row.books_sequence, 9U);
  EXPECT_EQ(row.sequence, 10U);
  EXPECT_EQ(row.by, base::PrincipalId(2));
}

TEST_F(PublicationTest, RefusesWhatNobodyCouldFindAgain) {
  const auto answer = [&](auto&& change) {
    const RecordPublication before = command;
    change(command);
    const S status = give();
    command = before;
    return status;
  };
  EXPECT_EQ(answer([](auto& c) { c.code = ""; }), S::code_malformed);
  EXPECT_EQ(answer([](auto& c) { c.code = "two words"; }), S::code_malformed);
  EXPECT_EQ(answer([](auto& c) { c.code = std::string(65, 'x'); }), S::code_malformed);
  EXPECT_EQ(answer([](auto& c) { c.calculator = ""; }), S::calculator_malformed);
  EXPECT_EQ(answer([](auto& c) { c.model_version = "1\n"; }), S::model_version_malformed);
  EXPECT_EQ(answer([](auto& c) { c.parameters = "[1]"; }), S::parameters_malformed);
  EXPECT_EQ(answer([](auto& c) { c.parameters = std::string(kPublicationParametersMax + 1, '}'); }),
            S::parameters_malformed);
  EXPECT_EQ(answer([](auto& c) { c.field = ""; }), S::field_malformed);
  EXPECT_EQ(answer([](auto& c) { c.value = "infinity"; }), S::value_malformed);
  EXPECT_EQ(answer([](auto& c) { c.tolerance = "-0.1"; }), S::tolerance_malformed);
  EXPECT_EQ(answer([](auto& c) { c.document = "ABC"; }), S::document_malformed);
  EXPECT_EQ(answer([](auto& c) { c.books_sequence = 10; }), S::books_sequence_to_come);
  EXPECT_EQ(state.publications.size(), 0U);
}

TEST(PublishedNumbers, AreDecimal) {
  for (const char* good : {"0", "-1", "12.50", "1e9", "1.5E-300", "0.1e+2", "-0.0"})
    EXPECT_TRUE(is_number(good)) << good;
  for (const char* bad :
       {"", "-", ".", "1.", ".5", "+1", "1e", "1e1000", "nan", "1,5", " 1", "0x1", "1.2.3", "--1"})
    EXPECT_FALSE(is_number(bad)) << bad;
  EXPECT_FALSE(is_number(std::string(129, '1')));
}

TEST_F(PublicationTest, ALawKeepsWhatWasPublished) {
  ASSERT_EQ(give(), S::ok);
  state.publications.edit(changes, 1).value = "1";
  EXPECT_TRUE(check_publications_stand(state));
  changes.rollback();
  state.publications.erase(changes, 1);
  EXPECT_TRUE(check_publications_stand(state));
  changes.rollback();
  EXPECT_EQ(state.publications.find(1)->value, "14636.49");
}

}  // namespace
}  // namespace cofferdam::insurance
