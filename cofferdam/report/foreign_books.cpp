// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/foreign_books.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/driver.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <set>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::Result;

constexpr std::size_t kNameBytesMax = 1'000;  // a label has at most 1024
constexpr std::size_t kKeyBytesMax = 1'000;

struct InputText {
  std::string name;
  std::string text;
};

// A file, or the same with .gz; standard input for "-".
[[nodiscard]] Result<InputText> read_file(const std::string& path) {
  if (path == "-") {
    Result<std::string> text = read_standard_input();
    if (!text) return std::unexpected(std::move(text).error());
    return InputText{"standard input", std::move(*text)};
  }
  Result<std::string> found = find_input(path);
  if (!found) return std::unexpected(std::move(found).error());
  Result<std::string> text = read_input(*found);
  if (!text) return std::unexpected(std::move(text).error());
  const std::size_t slash = found->rfind('/');
  return InputText{slash == std::string::npos ? *found : found->substr(slash + 1),
                   std::move(*text)};
}

// By time; those of one time in the order of the file.
void sort_by_time(std::vector<ForeignTransaction>& transactions) {
  std::stable_sort(transactions.begin(), transactions.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
}

// The value of hledger's tag `id:`, which ends at a comma.
[[nodiscard]] std::string id_tag(const std::string& comment) {
  for (std::size_t at = 0; (at = comment.find("id:", at)) != std::string::npos; ++at) {
    const bool begins =
        at == 0 || comment[at - 1] == ' ' || comment[at - 1] == ',' || comment[at - 1] == '\t';
    if (!begins) continue;
    std::string_view value = std::string_view(comment).substr(at + 3);
    value = value.substr(0, value.find(','));
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    return std::string(value);
  }
  return {};
}

// Ids of one file. A transaction without one is known by its place, which no id can be taken for.
class Keys {
 public:
  explicit Keys(const ForeignBooks& books) : books_(books) {}

  [[nodiscard]] Result<std::string> key(const std::string& id, std::size_t line) {
    ++place_;
    if (id.empty()) return "place/" + std::to_string(place_);
    if (id.size() > kKeyBytesMax)
      return malformed(books_.where(line, "id"), id.substr(0, 40), "an id has at most 1000 bytes");
    const auto [first, fresh] = lines_.emplace(id, line);
    if (!fresh)
      return malformed(books_.where(line, "id"), id,
                       "an id is used once; line " + std::to_string(first->second) + " has it");
    return "id/" + id;
  }

 private:
  const ForeignBooks& books_;
  std::size_t place_ = 0;
  std::map<std::string, std::size_t> lines_;
};

[[nodiscard]] Result<void> check_name(const ForeignBooks& books, const ForeignPosting& posting) {
  if (posting.account.empty() || posting.account.size() > kNameBytesMax)
    return malformed(books.where(posting.line, posting.account_column),
                     posting.account.substr(0, 40), "an account's name has 1 to 1000 bytes");
  return {};
}

// Sets date and time of booking from the day.
[[nodiscard]] Result<void> set_day(const ForeignBooks& books, ForeignTransaction& transaction,
                                   base::Date date) {
  const auto midnight = base::start_of_day(date);
  if (!midnight || date == base::Date())
    return malformed(books.where(transaction.line, "date"), base::format_date(date),
                     midnight ? "1970-01-01 stands for the day of booking and is no value date"
                              : "a date lies in the years that a time in nanoseconds has");
  transaction.date = date;
  transaction.time = *midnight;
  return {};
}

// What the file says that a balance is, over the transactions in their order.
[[nodiscard]] Result<void> check_assertions(const ForeignBooks& books,
                                            const std::vector<JournalTransaction>& journal,
                                            const std::vector<std::size_t>& order) {
  struct Balance {
    i128 value = 0;
    unsigned scale = 0;
  };

  std::map<std::pair<std::string, std::string>, Balance> balances;
  // Brings both to the greater scale.
  const auto together = [](Balance& balance, const JournalAmount& amount) -> std::optional<i128> {
    const unsigned scale = std::max(balance.scale, amount.scale);
    const auto mine = at_scale({balance.value, balance.scale, {}}, scale);
    if (!mine) return std::nullopt;
    balance = {*mine, scale};
    return at_scale(amount, scale);
  };
  for (const std::size_t i : order)
    for (const JournalPosting& posting : journal[i].postings) {
      Balance& balance = balances[{posting.account, posting.amount.commodity}];
      const auto value = together(balance, posting.amount);
      if (!value || __builtin_add_overflow(balance.value, *value, &balance.value))
        return malformed(books.where(posting.line, ""), posting.account, "a balance fits 127 bits");
      if (!posting.assertion) continue;
      Balance& asserted = balances[{posting.account, posting.assertion->commodity}];
      const auto stated = together(asserted, *posting.assertion);
      if (!stated || *stated != asserted.value)
        return malformed(books.where(posting.line, ""),
                         base::format_decimal(posting.assertion->value, posting.assertion->scale),
                         "the balance of " + posting.account + " is " +
                             base::format_decimal(asserted.value, asserted.scale) + " here");
    }
  return {};
}

class CsvReader {
 public:
  CsvReader(ForeignBooks& books, Csv& csv) : books_(books), csv_(csv), keys_(books) {}

  [[nodiscard]] Result<void> read() {
    std::vector<std::string_view> needed;
    for (const ImportColumn& column : kImportColumns)
      if (column.required) needed.push_back(heading(column.name));
    if (Result<void> complete = csv_.require(needed); !complete) return complete;
    if (!has("date") && !has("time"))
      return malformed(books_.file + " line 1", std::string(heading("date")),
                       "this column, or one of the time, must be in the header");
    while (true) {
      Result<bool> more = csv_.next();
      if (!more) return std::unexpected(std::move(more).error());
      if (!*more) break;
      if (Result<void> done = take(); !done) return done;
    }
    sort_by_time(books_.transactions);
    return {};
  }

 private:
  [[nodiscard]] std::string_view heading(std::string_view column) const {
    const auto named = books_.headings.find(column);
    return named == books_.headings.end() ? column : named->second;
  }

  [[nodiscard]] bool has(std::string_view column) const { return csv_.has(heading(column)); }

  // Empty where the file has no such column.
  [[nodiscard]] const std::string& text(std::string_view column) const {
    static const std::string kNone;
    return has(column) ? csv_.text(heading(column)) : kNone;
  }

  [[nodiscard]] Result<void> take() {
    ForeignTransaction transaction{.key = {},
                                   .line = csv_.line(),
                                   .time = {},
                                   .date = {},
                                   .reference = reference_of(text("reference")),
                                   .description = text("description"),
                                   .postings = {}};
    Result<std::string> key = keys_.key(text("id"), transaction.line);
    if (!key) return std::unexpected(std::move(key).error());
    transaction.key = std::move(*key);
    if (Result<void> done = take_time(transaction); !done) return done;
    if (!text("code").empty()) {
      const auto code = base::parse_u64(text("code"), csv_.where(heading("code")), 65'535);
      if (!code) return std::unexpected(code.error());
      if (*code == 0)
        return malformed(csv_.where(heading("code")), "0", "a reason code is 1 to 65535");
      transaction.code = static_cast<std::uint16_t>(*code);
    }
    Result<JournalAmount> amount = take_amount();
    if (!amount) return std::unexpected(std::move(amount).error());
    for (const std::string_view side : {"debit_account", "credit_account"}) {
      transaction.postings.push_back({.line = transaction.line,
                                      .account = text(side),
                                      .amount = *amount,
                                      .account_column = side});
      if (Result<void> named = check_name(books_, transaction.postings.back()); !named)
        return named;
      amount->value = -amount->value;
    }
    if (transaction.postings[0].account == transaction.postings[1].account)
      return malformed(csv_.where(heading("credit_account")), text("credit_account"),
                       "a transfer has two accounts");
    books_.transactions.push_back(std::move(transaction));
    return {};
  }

  [[nodiscard]] Result<void> take_time(ForeignTransaction& transaction) {
    std::optional<base::Time> time;
    if (!text("time").empty()) {
      const Result<base::Time> read = csv_.time(heading("time"));
      if (!read) return std::unexpected(read.error());
      time = *read;
    }
    base::Date date = time ? base::day_of(*time) : base::Date();
    if (!text("date").empty() || !time) {
      if (!has("date"))
        return malformed(csv_.where(heading("time")), "", "a transfer has a time or a date");
      const Result<base::Date> read = csv_.date(heading("date"));
      if (!read) return std::unexpected(read.error());
      date = *read;
    }
    if (Result<void> done = set_day(books_, transaction, date); !done) return done;
    if (time) transaction.time = *time;
    return {};
  }

  // With as many decimals as are written; whether the asset has them is for the import.
  [[nodiscard]] Result<JournalAmount> take_amount() const {
    const std::string& written = text("amount");
    const std::string place = csv_.where(heading("amount"));
    const std::size_t point = written.find('.');
    const std::size_t decimals = point == std::string::npos ? 0 : written.size() - point - 1;
    const auto scale = static_cast<unsigned>(std::min<std::size_t>(decimals, base::kScaleMax));
    const Result<i128> value = base::parse_decimal(written, scale, place);
    if (!value) return std::unexpected(value.error());
    if (*value <= 0)
      return malformed(place, written, "an amount is above zero",
                       "to move it the other way, exchange the accounts");
    if (text("asset").empty())
      return malformed(csv_.where(heading("asset")), "", "a transfer names its asset");
    return JournalAmount{.value = *value, .scale = scale, .commodity = text("asset")};
  }

  ForeignBooks& books_;
  Csv& csv_;
  Keys keys_;
};

}  // namespace

std::string ForeignBooks::where(std::size_t line, std::string_view column) const {
  std::string text = file + " line " + std::to_string(line);
  if (!has_columns || column.empty()) return text;
  const auto named = headings.find(column);
  return text + " column " + (named == headings.end() ? std::string(column) : named->second);
}

Result<ForeignBooks> read_foreign_hledger(const std::string& path) {
  Result<InputText> input = read_file(path);
  if (!input) return std::unexpected(std::move(input).error());
  ForeignBooks books{.file = std::move(input->name), .headings = {}, .transactions = {}};
  Result<std::vector<JournalTransaction>> journal = read_hledger_journal(books.file, input->text);
  if (!journal) return std::unexpected(std::move(journal).error());
  std::vector<std::size_t> order(journal->size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return (*journal)[a].date < (*journal)[b].date;
  });
  if (Result<void> agreed = check_assertions(books, *journal, order); !agreed)
    return std::unexpected(std::move(agreed).error());
  Keys keys(books);
  for (const JournalTransaction& entry : *journal) {
    ForeignTransaction transaction{.key = {},
                                   .line = entry.line,
                                   .time = {},
                                   .date = {},
                                   .reference = reference_of(entry.code),
                                   .description = entry.description,
                                   .postings = {}};
    Result<std::string> key = keys.key(id_tag(entry.comment), entry.line);
    if (!key) return std::unexpected(std::move(key).error());
    transaction.key = std::move(*key);
    if (Result<void> done = set_day(books, transaction, entry.date); !done)
      return std::unexpected(std::move(done).error());
    for (const JournalPosting& posting : entry.postings) {
      if (posting.amount.value == 0 && posting.amount.commodity.empty()) continue;  // moves nothing
      transaction.postings.push_back(
          {.line = posting.line, .account = posting.account, .amount = posting.amount});
      if (Result<void> named = check_name(books, transaction.postings.back()); !named)
        return std::unexpected(std::move(named).error());
    }
    books.transactions.push_back(std::move(transaction));
  }
  sort_by_time(books.transactions);
  return books;
}

Result<ForeignBooks> read_foreign_csv(
    const std::string& path, const std::map<std::string, std::string, std::less<>>& headings) {
  Result<InputText> input = read_file(path);
  if (!input) return std::unexpected(std::move(input).error());
  Result<Csv> csv = Csv::open(std::move(input->name), std::move(input->text));
  if (!csv) return std::unexpected(std::move(csv).error());
  ForeignBooks books{
      .file = csv->name(), .has_columns = true, .headings = headings, .transactions = {}};
  if (Result<void> read = CsvReader(books, *csv).read(); !read)
    return std::unexpected(std::move(read).error());
  return books;
}

bool matches(std::string_view pattern, std::string_view name) {
  // Greedy with one place to go back to, which is enough for '*'.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

base::u128 reference_of(std::string_view text) {
  if (text.empty()) return 0;
  if (const Result<base::u128> number = base::parse_u128(text, ""); number) return *number;
  return id_of(text);
}

}  // namespace cofferdam::report
