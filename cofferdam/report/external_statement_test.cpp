// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/external_statement.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace cofferdam::report {
namespace {

using testing::HasSubstr;

constexpr const char* kOpen =
    "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\n"
    "<BkToCstmrStmt>\n<GrpHdr><MsgId>m</MsgId></GrpHdr>\n";
constexpr const char* kClose = "</BkToCstmrStmt>\n</Document>\n";

std::string balance(const std::string& code, const std::string& amount,
                    const std::string& sign = "CRDT", const std::string& currency = "EUR") {
  return "<Bal><Tp><CdOrPrtry><Cd>" + code + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"" + currency +
         "\">" + amount + "</Amt><CdtDbtInd>" + sign +
         "</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>\n";
}

std::string entry(const std::string& amount, const std::string& sign, const std::string& status,
                  const std::string& more = "", const std::string& currency = "EUR") {
  return "<Ntry><Amt Ccy=\"" + currency + "\">" + amount + "</Amt><CdtDbtInd>" + sign +
         "</CdtDbtInd><Sts>" + status + "</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt>" + more +
         "</Ntry>\n";
}

std::string statement(const std::string& content) {
  return std::string(kOpen) +
         "<Stmt><Id>S1</Id><CreDtTm>2026-01-06T02:00:00+01:00</CreDtTm><Acct><Id><IBAN>"
         "DE89370400440532013000</IBAN></Id></Acct>\n" +
         content + "</Stmt>" + kClose;
}

std::string error_of(const std::string& text) {
  const auto read = read_camt053("bank.xml", text);
  return read ? "" : read.error().text();
}

TEST(Camt053, ReadsBalancesEntriesAndReferences) {
  const auto read = read_camt053(
      "bank.xml",
      statement(
          balance("OPBD", "10.00") + balance("CLBD", "3.50", "DBIT") + balance("CLAV", "1.00") +
          entry("12.00", "DBIT", "BOOK",
                "<AcctSvcrRef> B&amp;1 </AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>intent/7"
                "</EndToEndId></Refs></TxDtls><TxDtls><Refs><EndToEndId>other</EndToEndId>"
                "</Refs></TxDtls></NtryDtls>") +
          entry("1.50", "DBIT", "<Cd>BOOK</Cd>",
                "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly>"
                "</Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId>"
                "</Refs></TxDtls></NtryDtls>") +
          entry("99.00", "CRDT", "PDNG")));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  ASSERT_EQ(read->size(), 1U);
  const ExternalStatement& s = read->front();
  EXPECT_EQ(s.id, "S1");
  EXPECT_EQ(s.account, "DE89370400440532013000");
  EXPECT_EQ(base::format_time(s.as_of), "2026-01-05T23:59:59Z");
  ASSERT_EQ(s.balances.size(), 1U);
  EXPECT_EQ(s.balances[0].opening, "10.00");
  EXPECT_EQ(s.balances[0].closing, "-3.50");
  EXPECT_EQ(s.balances[0].available, "1.00");
  ASSERT_EQ(s.entries.size(), 2U);
  EXPECT_EQ(s.entries[0].amount, "-12.00");
  EXPECT_EQ(s.entries[0].reference, "B&1");
  EXPECT_EQ(s.entries[0].our_reference, "intent/7");
  EXPECT_EQ(s.entries[0].kind, reconciliation::EntryKind::payment);
  EXPECT_EQ(s.entries[1].kind, reconciliation::EntryKind::network_fee);
  EXPECT_EQ(s.entries[1].our_reference, "");
  EXPECT_EQ(s.not_booked, 1U);
}

TEST(Camt053, WhatIsWrongIsNamedWithItsLine) {
  const std::string good = balance("CLBD", "1");
  EXPECT_THAT(error_of(statement(good + entry("NaN", "CRDT", "BOOK"))),
              HasSubstr("bank.xml line 7 Ntry/Amt"));
  EXPECT_THAT(error_of(statement(good + entry("-1", "CRDT", "BOOK"))), HasSubstr("Ntry/Amt"));
  EXPECT_THAT(error_of(statement(good + entry("1", "CREDIT", "BOOK"))),
              HasSubstr("must be CRDT or DBIT"));
  EXPECT_THAT(error_of(statement(good + entry("1", "CRDT", "BOOK", "", "usd"))),
              HasSubstr("three capital letters"));
  EXPECT_THAT(error_of(statement(good + entry("1", "CRDT", "BOOK", "", "USD"))),
              HasSubstr("in the currency of the balances"));
  EXPECT_THAT(error_of(statement(good + balance("CLBD", "2"))), HasSubstr("one closing balance"));
  EXPECT_THAT(error_of(statement(good + balance("OPBD", "2", "CRDT", "USD"))),
              HasSubstr("in one currency"));
  EXPECT_THAT(error_of(statement(balance("OPBD", "1"))), HasSubstr("closing balance, CLBD"));
  EXPECT_THAT(error_of(statement(good + entry("1", "CRDT", "LATER"))), HasSubstr("Ntry/Sts"));
  EXPECT_THAT(error_of(std::string(kOpen) + kClose), HasSubstr("has a statement"));
  EXPECT_THAT(error_of("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02\"/>"),
              HasSubstr("camt.053.001.02 to camt.053.001.13"));
}

TEST(Camt053, MaliciousXmlIsRefused) {
  const std::string document =
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">&a;</Document>";
  const std::string laughs =
      "<!DOCTYPE Document [<!ENTITY l \"ha\"><!ENTITY k \"&l;&l;&l;&l;\"><!ENTITY a "
      "\"&k;&k;&k;\">]>" +
      document;
  EXPECT_THAT(error_of(laughs), HasSubstr("no document type"));
  const std::string foreign =
      "<!DOCTYPE Document [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + document;
  EXPECT_THAT(error_of(foreign), HasSubstr("no document type"));
  EXPECT_THAT(error_of(document), HasSubstr("well-formed"));
  std::string deep = kOpen;
  for (int i = 0; i < 100'000; ++i) deep += "<x>";
  EXPECT_THAT(error_of(deep), HasSubstr("at most 32 deep"));
  const std::string whole = statement(balance("CLBD", "1"));
  EXPECT_THAT(error_of(whole.substr(0, whole.size() - 12)), HasSubstr("well-formed"));
  EXPECT_THAT(error_of(""), HasSubstr("well-formed"));
  EXPECT_THAT(error_of(statement("<Acct><Nm>" + std::string(5'000, 'x') + "</Nm></Acct>")),
              HasSubstr("4096"));
}

TEST(Camt053, WhatIsWrittenReadsTheSame) {
  const std::vector<ExternalStatement> written{
      {.id = "S7-1",
       .account = "a<b>&\"c",
       .as_of = base::parse_time("2026-01-05T18:00:00Z").value(),
       .balances = {{.asset = "EUR", .opening = "-1.00", .closing = "4.00"}},
       .entries = {{.asset = "EUR",
                    .amount = "6.00",
                    .reference = "17/0",
                    .our_reference = "0xff",
                    .booked = base::parse_time("2026-01-05T10:00:00Z").value()},
                   {.asset = "EUR",
                    .amount = "-1.00",
                    .kind = reconciliation::EntryKind::network_fee,
                    .booked = base::parse_time("2026-01-05T11:00:00Z").value()}}}};
  const auto read = read_camt053(
      "out.xml", write_camt053(written, "m", base::parse_time("2026-01-05T18:00:00Z").value()));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(write_statement_csv(*read), write_statement_csv(written));
}

TEST(StatementCsv, ReadsAndWritesTheSame) {
  const std::string text =
      "record,statement,account,as_of,asset,opening,closing,available,amount,kind,reference,"
      "our_reference,booked,balance\n"
      "balance,1,hot,2026-01-05T18:00:00Z,USDC,0.00,5.00,,,,,,,\n"
      "balance,1,hot,2026-01-05T18:00:00Z,ETH,,1.5,,,,,,,\n"
      "entry,1,hot,2026-01-05T18:00:00Z,USDC,,,,5.00,payment,\"a,b\",intent/1,2026-01-05T17:00:00Z,"
      "5.00\n";
  const auto read = read_statement_csv("s.csv", text);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().balances.size(), 2U);
  EXPECT_EQ(write_statement_csv(*read), text);
}

TEST(StatementCsv, WhatIsWrongIsNamedWithItsLine) {
  const auto error = [](const std::string& lines) {
    const auto read =
        read_statement_csv("s.csv", "record,statement,as_of,asset,closing,amount,kind\n" + lines);
    return read ? "" : read.error().text();
  };
  EXPECT_THAT(error("total,1,2026-01-05T18:00:00Z,USD,1,,\n"), HasSubstr("s.csv line 2"));
  EXPECT_THAT(error("entry,1,2026-01-05T18:00:00Z,USD,,1,\n"),
              HasSubstr("behind the balances of their statement"));
  EXPECT_THAT(error("balance,1,yesterday,USD,1,,\n"), HasSubstr("as_of"));
  EXPECT_THAT(error("balance,1,2026-01-05T18:00:00Z,USD,,,\n"), HasSubstr("closing"));
  EXPECT_THAT(error("balance,1,2026-01-05T18:00:00Z,USD,1,,\nentry,1,,USD,,,\n"),
              HasSubstr("has an amount"));
  EXPECT_THAT(error("balance,1,2026-01-05T18:00:00Z,USD,1,,\nentry,1,,USD,,1,bonus\n"),
              HasSubstr("payment, network_fee or empty"));
  EXPECT_THAT(error(""), HasSubstr("has a statement"));
}

}  // namespace
}  // namespace cofferdam::report
