// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/hledger_journal.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <array>
#include <map>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::Result;

[[nodiscard]] bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

[[nodiscard]] bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// A line with its place, so that errors need not be handed both everywhere.
struct Line {
  const std::string& name;
  std::size_t number;
  std::string_view text;

  [[nodiscard]] std::unexpected<base::Error> refuse(std::string_view value,
                                                    std::string rule) const {
    return malformed(name + " line " + std::to_string(number), std::string(value), std::move(rule));
  }
};

// Splits off a comment that begins with ';'.
[[nodiscard]] std::string cut_comment(std::string_view& text) {
  const std::size_t at = text.find(';');
  if (at == std::string_view::npos) return {};
  std::string comment(trim(text.substr(at + 1)));
  text = text.substr(0, at);
  return comment;
}

[[nodiscard]] Result<base::Date> read_date(const Line& line, std::string_view text) {
  std::string plain(text);
  for (char& c : plain)
    if (c == '/' || c == '.') c = '-';
  // hledger lets month and day have one digit.
  std::string padded;
  for (std::size_t at = 0; at <= plain.size();) {
    const std::size_t dash = std::min(plain.find('-', at), plain.size());
    const std::string part = plain.substr(at, dash - at);
    padded += (padded.empty() ? "" : "-") + (part.size() == 1 ? "0" + part : part);
    at = dash + 1;
  }
  Result<base::Date> date = base::parse_date(padded);
  if (!date) return line.refuse(text, "a date is written year-month-day");
  return date;
}

// Digits with at most one point and commas between groups; the sign is read by the caller.
[[nodiscard]] Result<JournalAmount> read_number(const Line& line, std::string_view text) {
  JournalAmount amount;
  bool point = false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && !point && digits > 0 && i + 1 < text.size() && is_digit(text[i + 1])) continue;
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c)) return line.refuse(text, "a number has digits, commas and one point");
    i128 next = 0;
    if (__builtin_mul_overflow(amount.value, static_cast<i128>(10), &next) ||
        __builtin_add_overflow(next, static_cast<i128>(c - '0'), &next))
      return line.refuse(text, "a number fits 127 bits");
    amount.value = next;
    ++digits;
    if (point) ++amount.scale;
  }
  if (digits == 0) return line.refuse(text, "a number has digits");
  if (amount.scale > base::kScaleMax) return line.refuse(text, "a number has at most 38 decimals");
  return amount;
}

struct AmountText {
  std::string commodity;
  std::string number;
  bool negative = false;
};

// Takes "-1 EUR", "$-1", "-$1", "1", "\"two words\" 1" apart.
[[nodiscard]] Result<AmountText> split_amount(const Line& line, std::string_view text) {
  AmountText parts;
  bool signed_once = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (is_blank(c)) {
      ++i;
    } else if ((c == '-' || c == '+') && parts.number.empty()) {
      if (signed_once) return line.refuse(text, "an amount has one sign");
      signed_once = true;
      parts.negative = c == '-';
      ++i;
    } else if (is_digit(c) || c == '.') {
      if (!parts.number.empty()) return line.refuse(text, "an amount has one number");
      while (i < text.size() && (is_digit(text[i]) || text[i] == '.' || text[i] == ','))
        parts.number += text[i++];
    } else if (!parts.commodity.empty()) {
      return line.refuse(text, "an amount has one commodity; prices of postings are not read");
    } else if (c == '"') {
      const std::size_t end = text.find('"', i + 1);
      if (end == std::string_view::npos) return line.refuse(text, "a quoted commodity is closed");
      parts.commodity = std::string(text.substr(i + 1, end - i - 1));
      if (parts.commodity.empty()) return line.refuse(text, "a quoted commodity is not empty");
      i = end + 1;
    } else {
      constexpr std::string_view kEnd = " \t\"0123456789.,+-@{}()[]=*!;#";
      if (kEnd.find(c) != std::string_view::npos)
        return line.refuse(text, "prices, lots and other signs in an amount are not read");
      while (i < text.size() && kEnd.find(text[i]) == std::string_view::npos)
        parts.commodity += text[i++];
    }
  }
  if (parts.number.empty()) return line.refuse(text, "an amount has a number");
  return parts;
}

[[nodiscard]] Result<JournalAmount> read_amount(const Line& line, std::string_view text) {
  Result<AmountText> parts = split_amount(line, trim(text));
  if (!parts) return std::unexpected(std::move(parts).error());
  Result<JournalAmount> amount = read_number(line, parts->number);
  if (!amount) return amount;
  amount->commodity = parts->commodity;
  if (parts->negative) amount->value = -amount->value;
  return amount;
}

// Where an account name ends: before two blanks or a tab.
[[nodiscard]] std::size_t end_of_account(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\t' || (text[i] == ' ' && i + 1 < text.size() && is_blank(text[i + 1])))
      return i;
  return text.size();
}

[[nodiscard]] Result<JournalPosting> read_posting(const Line& line) {
  std::string_view text = line.text;
  JournalPosting posting{
      .line = line.number, .account = {}, .amount = {}, .comment = cut_comment(text)};
  text = trim(text);
  if (text.starts_with("* ") || text.starts_with("! ")) text = trim(text.substr(2));
  if (text.starts_with('(') || text.starts_with('['))
    return line.refuse(text, "virtual postings are not read");
  const std::size_t end = end_of_account(text);
  posting.account = std::string(trim(text.substr(0, end)));
  if (posting.account.empty()) return line.refuse(line.text, "a posting names an account");
  text = trim(text.substr(end));
  const bool quoted_first = text.starts_with('"');
  const std::size_t search_from = quoted_first ? std::min(text.find('"', 1), text.size()) : 0;
  const std::size_t equals = text.find('=', search_from);
  if (equals != std::string_view::npos) {
    std::string_view asserted = text.substr(equals + 1);
    if (asserted.starts_with('=') || asserted.starts_with('*'))
      return line.refuse(text, "of the assertions only the plain '=' is read");
    Result<JournalAmount> assertion = read_amount(line, asserted);
    if (!assertion) return std::unexpected(std::move(assertion).error());
    posting.assertion = std::move(*assertion);
    text = trim(text.substr(0, equals));
    if (text.empty()) return line.refuse(line.text, "a balance assignment is not read");
  }
  if (text.empty()) {
    posting.inferred = true;
    return posting;
  }
  Result<JournalAmount> amount = read_amount(line, text);
  if (!amount) return std::unexpected(std::move(amount).error());
  posting.amount = std::move(*amount);
  return posting;
}

[[nodiscard]] Result<JournalTransaction> read_heading(const Line& line) {
  std::string_view text = line.text;
  JournalTransaction transaction{.line = line.number,
                                 .date = {},
                                 .code = {},
                                 .description = {},
                                 .comment = cut_comment(text),
                                 .postings = {}};
  text = trim(text);
  std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view dates = text.substr(0, end);
  Result<base::Date> date = read_date(line, dates.substr(0, dates.find('=')));
  if (!date) return std::unexpected(std::move(date).error());
  transaction.date = *date;
  text = trim(text.substr(end));
  if (text.starts_with('*') || text.starts_with('!')) text = trim(text.substr(1));
  if (text.starts_with('(')) {
    end = text.find(')');
    if (end == std::string_view::npos) return line.refuse(text, "a code that opens is closed");
    transaction.code = std::string(text.substr(1, end - 1));
    text = trim(text.substr(end + 1));
  }
  transaction.description = std::string(text);
  return transaction;
}

// Fills in the amount that was left out, and checks that every commodity sums to zero.
[[nodiscard]] Result<void> balance(const Line& line, JournalTransaction& transaction) {
  unsigned scale = 0;
  for (const JournalPosting& posting : transaction.postings)
    scale = std::max(scale, posting.amount.scale);
  std::map<std::string, i128> sums;
  JournalPosting* open = nullptr;
  for (JournalPosting& posting : transaction.postings) {
    if (posting.inferred) {
      if (open != nullptr) return line.refuse(posting.account, "one amount may be left out");
      open = &posting;
      continue;
    }
    const std::optional<i128> value = at_scale(posting.amount, scale);
    i128& sum = sums[posting.amount.commodity];
    if (!value || __builtin_add_overflow(sum, *value, &sum))
      return line.refuse(posting.account, "the sum of a transaction fits 127 bits");
  }
  std::erase_if(sums, [](const auto& entry) { return entry.second == 0; });
  if (open != nullptr) {
    if (sums.size() > 1)
      return line.refuse(open->account, "an amount may be left out in one commodity only");
    if (sums.size() == 1) {
      if (sums.begin()->second == base::kI128Min)
        return line.refuse(open->account, "the sum of a transaction fits 127 bits");
      open->amount = {
          .value = -sums.begin()->second, .scale = scale, .commodity = sums.begin()->first};
    }
    return {};
  }
  if (!sums.empty())
    return line.refuse(transaction.description, "postings sum to zero in every commodity");
  return {};
}

[[nodiscard]] bool only_describes(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWords{"account ",       "commodity ", "payee ", "tag ",
                                                   "decimal-mark .", "P ",         "D "};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

class Reader {
 public:
  Reader(const std::string& name, std::string_view text, HledgerLimits limits)
      : name_(name), text_(text), limits_(limits) {}

  Result<std::vector<JournalTransaction>> read() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const Line line{name_, ++number_, text_.substr(at_, end - at_)};
      at_ = end + 1;
      if (line.text.size() > limits_.line_bytes)
        return line.refuse("",
                           "a line has at most " + std::to_string(limits_.line_bytes) + " bytes");
      Result<void> taken = take(line);
      if (!taken) return std::unexpected(std::move(taken).error());
    }
    if (Result<void> closed = close({name_, number_, {}}); !closed)
      return std::unexpected(std::move(closed).error());
    return std::move(transactions_);
  }

 private:
  Result<void> take(const Line& line) {
    const std::string_view text = trim(line.text);
    if (in_comment_) {
      in_comment_ = text != "end comment";
      return {};
    }
    if (text.empty()) return close(line);
    const bool indented = is_blank(line.text.front());
    if (indented && open_) return take_indented(line);
    if (Result<void> closed = close(line); !closed) return closed;
    if (text.front() == ';' || (!indented && (text.front() == '#' || text.front() == '*')))
      return {};
    if (indented) {
      if (in_directive_) return {};
      return line.refuse(text, "an indented line follows a transaction");
    }
    in_directive_ = false;
    if (text == "comment") {
      in_comment_ = true;
      return {};
    }
    if (only_describes(text)) {
      in_directive_ = true;
      return {};
    }
    if (!is_digit(text.front())) return line.refuse(text, "this directive is not read");
    if (transactions_.size() >= limits_.transactions)
      return line.refuse(
          "", "a journal has at most " + std::to_string(limits_.transactions) + " transactions");
    Result<JournalTransaction> heading = read_heading({line.name, line.number, text});
    if (!heading) return std::unexpected(std::move(heading).error());
    transactions_.push_back(std::move(*heading));
    open_ = true;
    return {};
  }

  Result<void> take_indented(const Line& line) {
    JournalTransaction& transaction = transactions_.back();
    const std::string_view text = trim(line.text);
    if (text.front() == ';') {
      std::string& comment =
          transaction.postings.empty() ? transaction.comment : transaction.postings.back().comment;
      comment += (comment.empty() ? "" : " ") + std::string(trim(text.substr(1)));
      return {};
    }
    if (transaction.postings.size() >= limits_.postings)
      return line.refuse(
          "", "a transaction has at most " + std::to_string(limits_.postings) + " postings");
    Result<JournalPosting> posting = read_posting(line);
    if (!posting) return std::unexpected(std::move(posting).error());
    transaction.postings.push_back(std::move(*posting));
    return {};
  }

  Result<void> close(const Line& line) {
    if (!open_) return {};
    open_ = false;
    JournalTransaction& transaction = transactions_.back();
    return balance({line.name, transaction.line, {}}, transaction);
  }

  const std::string& name_;
  std::string_view text_;
  HledgerLimits limits_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
  bool open_ = false;
  bool in_comment_ = false;
  bool in_directive_ = false;
  std::vector<JournalTransaction> transactions_;
};

}  // namespace

std::optional<i128> at_scale(const JournalAmount& amount, unsigned scale) {
  if (scale < amount.scale || scale - amount.scale > base::kScaleMax) return std::nullopt;
  const base::u128 factor = base::power_of_ten(scale - amount.scale);
  i128 value = 0;
  if (factor > static_cast<base::u128>(base::kI128Max) ||
      __builtin_mul_overflow(amount.value, static_cast<i128>(factor), &value))
    return std::nullopt;
  return value;
}

Result<std::vector<JournalTransaction>> read_hledger_journal(const std::string& name,
                                                             std::string_view text,
                                                             HledgerLimits limits) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (const std::size_t bad = find_bad_text(text); bad != std::string_view::npos) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    return malformed(name + " line " + std::to_string(line), "",
                     "must be UTF-8 text without NUL bytes");
  }
  return Reader(name, text, limits).read();
}

}  // namespace cofferdam::report
