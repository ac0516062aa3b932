// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/report/external_statement.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <expat.h>
#include <memory>

namespace cofferdam::report {

namespace {

using base::Error;
using base::malformed;
using base::Result;
using base::Time;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kTextBytesMax = 4'096;
constexpr std::string_view kNamespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

// What belongs to a balance while it is read.
struct Balance {
  std::string code;
  std::string amount;
  std::string currency;
  std::string sign;
  std::string date;
};

struct Movement {
  std::string amount;
  std::string currency;
  std::string sign;
  std::string status;
  std::string booked;
  std::string value;
  std::string servicer;
  std::string transaction;  // of the first detail
  std::string end_to_end;
  std::string kind;
  std::size_t line = 0;
};

// Days and times as ISO 20022 writes them; a time may have an offset or none, which is UTC here.
[[nodiscard]] Result<Time> time_in(const std::string& text, const std::string& where) {
  if (text.size() == 10) {
    const Result<base::Date> date = base::parse_date(text, where);
    if (!date) return std::unexpected(date.error());
    return *base::start_of_day(*date);
  }
  if (text.size() >= 19 && text.find_first_of("Zz+", 19) == std::string::npos &&
      text.find('-', 19) == std::string::npos)
    return base::parse_time(text + "Z", where);
  return base::parse_time(text, where);
}

class Reader {
 public:
  explicit Reader(const std::string& name)
      : name_(name), parser_(XML_ParserCreateNS(nullptr, '|')) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const XML_Char* element, const XML_Char** attributes) {
          static_cast<Reader*>(self)->begin(element, attributes);
        },
        [](void* self, const XML_Char* /*element*/) { static_cast<Reader*>(self)->end(); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const XML_Char* text, int size) {
      static_cast<Reader*>(self)->take({text, static_cast<std::size_t>(size)});
    });
    // A document type is where entities are declared: without one none can be expanded or fetched.
    XML_SetStartDoctypeDeclHandler(
        parser_.get(), [](void* self, const XML_Char* /*name*/, const XML_Char* /*system*/,
                          const XML_Char* /*public_id*/, int /*has_subset*/) {
          static_cast<Reader*>(self)->fail("DOCTYPE", "", "a statement has no document type");
        });
  }

  [[nodiscard]] Result<std::vector<ExternalStatement>> read(std::string_view text) {
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    for (std::size_t at = 0;; at += kChunk) {
      const std::string_view part = text.substr(std::min(at, text.size()), kChunk);
      const bool last = at + kChunk >= text.size();
      const XML_Status status =
          XML_Parse(parser_.get(), part.data(), static_cast<int>(part.size()), last ? 1 : 0);
      if (error_) return std::unexpected(std::move(*error_));
      if (status != XML_STATUS_OK)
        return malformed(where("XML"), XML_ErrorString(XML_GetErrorCode(parser_.get())),
                         "must be well-formed XML to its end");
      if (last) break;
    }
    if (statements_.empty())
      return malformed(where("BkToCstmrStmt"), "", "a camt.053 message has a statement");
    return std::move(statements_);
  }

 private:
  struct Free {
    void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
  };

  [[nodiscard]] std::size_t line() const {
    return static_cast<std::size_t>(XML_GetCurrentLineNumber(parser_.get()));
  }

  [[nodiscard]] std::string where(std::string_view field) const {
    return name_ + " line " + std::to_string(line()) + " " + std::string(field);
  }

  void fail(std::string_view field, std::string value, std::string rule) {
    if (error_) return;
    error_ = malformed(where(field), std::move(value), std::move(rule)).error();
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void fail(Error error) {
    if (error_) return;
    error_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void begin(std::string_view element, const XML_Char** attributes) {
    if (error_) return;
    const std::size_t bar = element.rfind('|');
    const std::string_view space = bar == std::string_view::npos ? "" : element.substr(0, bar);
    const std::string_view local =
        bar == std::string_view::npos ? element : element.substr(bar + 1);
    if (ends_.size() == kDepthMax) return fail(local, "", "elements are nested at most 32 deep");
    if (ends_.empty() && !(local == "Document" && is_known(space)))
      return fail(local, std::string(space), "a Document of camt.053.001.02 to camt.053.001.13");
    ends_.push_back(path_.size());
    path_ += "/";
    path_ += local;
    text_.clear();
    if (path_ == kStatement) {
      statement_ = ExternalStatement{.line = line()};
      created_.clear();
      until_.clear();
      balances_.clear();
    } else if (path_ == kBalance) {
      balance_ = {};
    } else if (path_ == kMovement) {
      movement_ = Movement{.line = line()};
      details_ = 0;
    } else if (path_ == kDetail) {
      ++details_;
    }
    for (; *attributes != nullptr; attributes += 2) {
      if (std::string_view(attributes[0]) != "Ccy") continue;
      if (path_ == kBalanceAmount) balance_.currency = attributes[1];
      if (path_ == kMovementAmount) movement_.currency = attributes[1];
    }
  }

  [[nodiscard]] static bool is_known(std::string_view space) {
    if (!space.starts_with(kNamespace)) return false;
    const std::string_view version = space.substr(kNamespace.size());
    return version.size() == 2 && version >= "02" && version <= "13" &&
           std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  void take(std::string_view more) {
    if (error_) return;
    if (text_.size() + more.size() > kTextBytesMax)
      return fail(path_, "", "the text of an element has at most 4096 bytes");
    text_ += more;
  }

  void end() {
    if (error_) return;
    trim(text_);
    if (path_.starts_with(kStatement)) field(std::string_view(path_).substr(kStatement.size()));
    if (error_) return;
    path_.resize(ends_.back());
    ends_.pop_back();
    text_.clear();
  }

  static void trim(std::string& text) {
    constexpr std::string_view kBlank = " \t\r\n";
    text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
    text.erase(text.find_last_not_of(kBlank) + 1);
  }

  // The path of an element inside its statement, at its end.
  void field(std::string_view path) {
    if (path.empty()) return end_statement();
    if (path == "/Id") statement_.id = text_;
    if (path == "/CreDtTm") created_ = text_;
    if (path == "/FrToDt/ToDtTm") until_ = text_;
    if (path == "/Acct/Id/IBAN" || path == "/Acct/Id/Othr/Id") statement_.account = text_;
    if (path.starts_with("/Bal")) return field_of_balance(path.substr(4));
    if (path.starts_with("/Ntry")) return field_of_movement(path.substr(5));
  }

  void field_of_balance(std::string_view path) {
    if (path.empty()) return end_balance();
    if (path == "/Tp/CdOrPrtry/Cd") balance_.code = text_;
    if (path == "/Amt") balance_.amount = text_;
    if (path == "/CdtDbtInd") balance_.sign = text_;
    if (path == "/Dt/Dt" || path == "/Dt/DtTm") balance_.date = text_;
  }

  void field_of_movement(std::string_view path) {
    if (path.empty()) return end_movement();
    if (path == "/Amt") movement_.amount = text_;
    if (path == "/CdtDbtInd") movement_.sign = text_;
    if (path == "/Sts" || path == "/Sts/Cd") {
      if (!text_.empty()) movement_.status = text_;
    }
    if (path == "/BookgDt/Dt" || path == "/BookgDt/DtTm") movement_.booked = text_;
    if (path == "/ValDt/Dt" || path == "/ValDt/DtTm") movement_.value = text_;
    if (path == "/AcctSvcrRef") movement_.servicer = text_;
    if (path == "/BkTxCd/Domn/Fmly/SubFmlyCd" || path == "/BkTxCd/Prtry/Cd") movement_.kind = text_;
    if (details_ != 1) return;
    if (path == "/NtryDtls/TxDtls/Refs/AcctSvcrRef" && movement_.servicer.empty())
      movement_.servicer = text_;
    if (path == "/NtryDtls/TxDtls/Refs/TxId") movement_.transaction = text_;
    if (path == "/NtryDtls/TxDtls/Refs/EndToEndId" && text_ != "NOTPROVIDED")
      movement_.end_to_end = text_;
  }

  // An amount as ISO 20022 has it, without a sign, and the sign that stands beside it.
  [[nodiscard]] std::string signed_amount(std::string_view field, const std::string& amount,
                                          const std::string& currency, const std::string& sign) {
    const Result<base::u128> units = base::parse_unsigned_decimal(amount, base::kScaleMax / 2);
    if (!units) {
      fail(std::string(field) + "/Amt", amount, "must be decimal digits: " + units.error().rule);
    } else if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(),
                                                    [](char c) { return c >= 'A' && c <= 'Z'; })) {
      fail(std::string(field) + "/Amt Ccy", currency, "a currency is three capital letters");
    } else if (sign != "CRDT" && sign != "DBIT") {
      fail(std::string(field) + "/CdtDbtInd", sign, "must be CRDT or DBIT");
    }
    return (sign == "DBIT" ? "-" : "") + amount;
  }

  void end_balance() {
    if (balance_.code != "OPBD" && balance_.code != "CLBD" && balance_.code != "CLAV" &&
        balance_.code != "PRCD")
      return;
    const std::string amount =
        signed_amount("Bal", balance_.amount, balance_.currency, balance_.sign);
    if (error_) return;
    const auto found = std::find_if(
        statement_.balances.begin(), statement_.balances.end(),
        [&](const ExternalBalance& other) { return other.asset == balance_.currency; });
    if (found == statement_.balances.end() && !statement_.balances.empty())
      return fail("Bal/Amt Ccy", balance_.currency, "a statement is in one currency");
    if (found == statement_.balances.end())
      statement_.balances.push_back({.asset = balance_.currency, .line = line()});
    ExternalBalance& row = statement_.balances.back();
    // The closing of the day before is an opening where none is given.
    if (balance_.code == "OPBD" || (balance_.code == "PRCD" && row.opening.empty()))
      row.opening = amount;
    if (balance_.code == "CLAV") row.available = amount;
    if (balance_.code != "CLBD") return;
    if (!row.closing.empty()) return fail("Bal", "CLBD", "a statement has one closing balance");
    row.closing = amount;
    balances_ = balance_.date;
  }

  void end_movement() {
    if (movement_.status != "BOOK") {
      if (movement_.status != "PDNG" && movement_.status != "INFO" && movement_.status != "FUTR")
        return fail("Ntry/Sts", movement_.status, "must be BOOK, PDNG, INFO or FUTR");
      ++statement_.not_booked;
      return;
    }
    if (statement_.entries.size() == reconciliation::kStatementEntriesMax)
      return fail("Ntry", "", "a statement has at most 8190 entries");
    ExternalEntry entry{
        .asset = movement_.currency,
        .amount = signed_amount("Ntry", movement_.amount, movement_.currency, movement_.sign),
        .line = movement_.line};
    if (error_) return;
    const std::string& day = movement_.booked.empty() ? movement_.value : movement_.booked;
    if (!day.empty()) {
      const Result<Time> booked = time_in(day, where("Ntry/BookgDt"));
      if (!booked) return fail(booked.error());
      entry.booked = *booked;
    }
    entry.reference = movement_.servicer.empty() ? movement_.transaction : movement_.servicer;
    entry.our_reference = movement_.end_to_end;
    if (movement_.kind == "CHRG" || movement_.kind == "FEES" || movement_.kind == "network_fee")
      entry.kind = reconciliation::EntryKind::network_fee;
    statement_.entries.push_back(std::move(entry));
  }

  void end_statement() {
    if (statement_.id.empty()) return fail("Stmt/Id", "", "a statement has an id");
    if (statement_.balances.empty() || statement_.balances.front().closing.empty())
      return fail("Stmt/Bal", "", "a statement has a closing balance, CLBD");
    for (const ExternalEntry& entry : statement_.entries)
      if (entry.asset != statement_.balances.front().asset)
        return fail(
            "Ntry/Amt Ccy", entry.asset,
            "entries are in the currency of the balances, " + statement_.balances.front().asset);
    if (const Result<Time> as_of = moment())
      statement_.as_of = *as_of;
    else
      return fail(as_of.error());
    if (statements_.size() == kStatementsOfFileMax)
      return fail("Stmt", "", "a file has at most 1000 statements");
    statements_.push_back(std::move(statement_));
  }

  // The end of the period, or of the closing balance's day; not after the statement was made.
  [[nodiscard]] Result<Time> moment() const {
    if (!until_.empty()) return time_in(until_, where("Stmt/FrToDt/ToDtTm"));
    if (balances_.empty())
      return malformed(where("Stmt/Bal/Dt"), "", "the closing balance has a date");
    Result<Time> as_of = time_in(balances_, where("Stmt/Bal/Dt"));
    if (!as_of) return as_of;
    if (balances_.size() == 10)
      as_of =
          base::try_add(*as_of, base::Duration(base::kDay.value() - base::kNanosecondsPerSecond))
              .value_or(*as_of);
    if (created_.empty()) return as_of;
    const Result<Time> created = time_in(created_, where("Stmt/CreDtTm"));
    if (!created) return created;
    return std::min(*as_of, *created);
  }

  static constexpr std::string_view kStatement = "/Document/BkToCstmrStmt/Stmt";
  static constexpr std::string_view kBalance = "/Document/BkToCstmrStmt/Stmt/Bal";
  static constexpr std::string_view kBalanceAmount = "/Document/BkToCstmrStmt/Stmt/Bal/Amt";
  static constexpr std::string_view kMovement = "/Document/BkToCstmrStmt/Stmt/Ntry";
  static constexpr std::string_view kMovementAmount = "/Document/BkToCstmrStmt/Stmt/Ntry/Amt";
  static constexpr std::string_view kDetail = "/Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls";

  std::string name_;
  std::unique_ptr<XML_ParserStruct, Free> parser_;
  std::optional<Error> error_;
  std::string path_;
  std::vector<std::size_t> ends_;  // where the path of each open element's parent ends
  std::string text_;
  std::string created_;
  std::string until_;
  std::string balances_;  // date of the closing balance
  ExternalStatement statement_;
  Balance balance_;
  Movement movement_;
  std::size_t details_ = 0;
  std::vector<ExternalStatement> statements_;
};

// Without a sign, with the sign beside it.
struct Written {
  std::string amount;
  std::string_view sign;
};

[[nodiscard]] Written written(const std::string& amount) {
  if (amount.starts_with('-')) return {amount.substr(1), "DBIT"};
  return {amount, "CRDT"};
}

void write_balance(std::string& out, std::string_view code, const std::string& amount,
                   const std::string& currency, Time as_of) {
  const Written text = written(amount);
  out += "   <Bal><Tp><CdOrPrtry><Cd>" + std::string(code) + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"" +
         xml_text(currency) + "\">" + text.amount + "</Amt><CdtDbtInd>" + std::string(text.sign) +
         "</CdtDbtInd><Dt><DtTm>" + base::format_time(as_of) + "</DtTm></Dt></Bal>\n";
}

void write_entry(std::string& out, const ExternalEntry& entry) {
  const Written text = written(entry.amount);
  const std::string time = base::format_time(entry.booked);
  out += "   <Ntry><Amt Ccy=\"" + xml_text(entry.asset) + "\">" + text.amount +
         "</Amt><CdtDbtInd>" + std::string(text.sign) +
         "</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>" + time +
         "</DtTm></BookgDt><ValDt><DtTm>" + time + "</DtTm></ValDt>";
  if (!entry.reference.empty())
    out += "<AcctSvcrRef>" + xml_text(entry.reference) + "</AcctSvcrRef>";
  out += "<BkTxCd><Prtry><Cd>" + std::string(base::name_of(entry.kind)) + "</Cd></Prtry></BkTxCd>";
  if (!entry.our_reference.empty())
    out += "<NtryDtls><TxDtls><Refs><EndToEndId>" + xml_text(entry.our_reference) +
           "</EndToEndId></Refs></TxDtls></NtryDtls>";
  out += "</Ntry>\n";
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += byte < 0x20 && c != '\t' && c != '\n' ? '?' : c;
    }
  }
  return out;
}

Result<std::vector<ExternalStatement>> read_camt053(const std::string& name,
                                                    std::string_view text) {
  if (text.size() > kStatementFileBytesMax)
    return malformed(name, std::to_string(text.size()), "a statement file has at most 64 MiB");
  return Reader(name).read(text);
}

std::string write_camt053(const std::vector<ExternalStatement>& statements,
                          const std::string& message, Time created) {
  const std::string made = base::format_time(created);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"" +
                    std::string(kNamespace) + "08\">\n <BkToCstmrStmt>\n  <GrpHdr><MsgId>" +
                    xml_text(message) + "</MsgId><CreDtTm>" + made + "</CreDtTm></GrpHdr>\n";
  for (const ExternalStatement& statement : statements) {
    const ExternalBalance& balance = statement.balances.front();
    out += "  <Stmt>\n   <Id>" + xml_text(statement.id) + "</Id><CreDtTm>" + made +
           "</CreDtTm>\n   <Acct><Id><Othr><Id>" + xml_text(statement.account) +
           "</Id></Othr></Id></Acct>\n";
    write_balance(out, "OPBD", balance.opening, balance.asset, statement.as_of);
    write_balance(out, "CLBD", balance.closing, balance.asset, statement.as_of);
    if (!balance.available.empty())
      write_balance(out, "CLAV", balance.available, balance.asset, statement.as_of);
    for (const ExternalEntry& entry : statement.entries) write_entry(out, entry);
    out += "  </Stmt>\n";
  }
  return out + " </BkToCstmrStmt>\n</Document>\n";
}

}  // namespace cofferdam::report
