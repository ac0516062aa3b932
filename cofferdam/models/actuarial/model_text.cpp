// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/model_text.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/model_families.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <span>

namespace cofferdam::actuarial {
namespace {

template <class T>
using Result = base::Result<T>;

enum class TokenKind : std::uint8_t { word, number, mark, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  double number = 0;
};

bool is_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view field) : text_(text), field_(field) { advance(); }

  [[nodiscard]] Result<Portfolio> model();
  [[nodiscard]] Result<Severity> severity();
  [[nodiscard]] Result<Frequency> frequency();

  [[nodiscard]] Result<void> at_end() const {
    if (token_.kind == TokenKind::end) return {};
    return fail("nothing more is expected here");
  }

 private:
  [[nodiscard]] std::unexpected<base::Error> fail(std::string rule, std::string hint = {}) const {
    const std::string found = token_.kind == TokenKind::end ? "the end of the text" : token_.text;
    return base::malformed(std::string(field_), found, std::move(rule), std::move(hint));
  }

  void advance();

  // What was written from there up to the present token, for an error that names it.
  [[nodiscard]] std::string written_since(std::size_t from) const {
    std::string_view text = text_.substr(from, begin_ - from);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
      text.remove_suffix(1);
    return std::string(text);
  }

  [[nodiscard]] bool is(std::string_view text) const { return token_.text == text; }

  [[nodiscard]] bool accept(std::string_view text) {
    if (token_.kind == TokenKind::end || !is(text)) return false;
    advance();
    return true;
  }

  [[nodiscard]] Result<double> number() {
    if (token_.kind != TokenKind::number) return fail("a number is expected");
    const double value = token_.number;
    advance();
    return value;
  }

  [[nodiscard]] std::string name();
  [[nodiscard]] Result<std::vector<Argument>> arguments();
  [[nodiscard]] Result<Severity> empirical();
  [[nodiscard]] Result<Severity> spliced();
  [[nodiscard]] Result<Frequency> mixture();
  [[nodiscard]] Result<Line> line();
  [[nodiscard]] Result<bool> term(Payment& payment);
  [[nodiscard]] Result<bool> annual(AnnualTerms& terms);

  std::string_view text_;
  std::string_view field_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;           // of the present token
  std::vector<std::string> terms_;  // that the present line has
  Token token_;
};

void Parser::advance() {
  while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 ||
                                text_[at_] == '_' || text_[at_] == '='))
    ++at_;
  token_ = Token{};
  begin_ = at_;
  if (at_ >= text_.size()) return;
  const char c = text_[at_];
  if (is_word(c)) {
    std::size_t end = at_;
    while (end < text_.size() && std::isalnum(static_cast<unsigned char>(text_[end])) != 0) ++end;
    token_.kind = TokenKind::word;
    for (; at_ < end; ++at_)
      token_.text += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_])));
    if (at_ < text_.size() && text_[at_] == '-' && at_ + 1 < text_.size() &&
        is_word(text_[at_ + 1]))
      ++at_;  // single-parameter
    return;
  }
  const char* from = text_.data() + at_;
  const char* to = text_.data() + text_.size();
  const auto [end, error] = std::from_chars(from, to, token_.number);
  if (error == std::errc() && end != from && c != '+') {
    token_.kind = TokenKind::number;
    token_.text.assign(from, end);
    at_ += static_cast<std::size_t>(end - from);
    if (at_ < text_.size() && text_[at_] == '%') {
      token_.number /= 100;
      ++at_;
    }
    return;
  }
  token_.kind = TokenKind::mark;
  token_.text = c;
  ++at_;
}

// Words that follow each other are one name; those that begin a term or join two parts end it.
std::string Parser::name() {
  static constexpr std::array<std::string_view, 9> kStops{
      "of", "xs", "limit", "deductible", "franchise", "coinsurance", "per", "annual", "and"};
  std::string out;
  while (token_.kind == TokenKind::word && std::ranges::find(kStops, token_.text) == kStops.end()) {
    out += (out.empty() ? "" : " ") + token_.text;
    advance();
  }
  return out;
}

Result<std::vector<Argument>> Parser::arguments() {
  std::vector<Argument> out;
  if (token_.kind == TokenKind::number) {
    out.push_back({"", token_.number});
    advance();
    return out;
  }
  if (!accept("(")) return fail("a number or an opening parenthesis is expected");
  while (!accept(")")) {
    if (!out.empty() && !accept(",")) return fail("a comma or a closing parenthesis is expected");
    Argument argument{.name = name()};
    const Result<double> value = number();
    if (!value) return std::unexpected(value.error());
    argument.value = *value;
    out.push_back(std::move(argument));
    if (out.size() > 16) return fail("a family takes at most 16 parameters");
  }
  return out;
}

Result<Severity> Parser::empirical() {
  Empirical f;
  if (!accept("(")) return fail("an opening parenthesis is expected");
  std::map<double, double> atoms;
  bool weighted = false;
  while (!accept(")")) {
    if (!atoms.empty() && !accept(",")) return fail("a comma or a closing parenthesis is expected");
    const Result<double> value = number();
    if (!value) return std::unexpected(value.error());
    double weight = 1;
    if (accept(":")) {
      const Result<double> given = number();
      if (!given) return std::unexpected(given.error());
      weight = *given;
      weighted = true;
    }
    if (!(weight >= 0)) return fail("probabilities must not be negative");
    atoms[*value] += weight;
  }
  double sum = 0;
  for (const auto& [value, weight] : atoms) sum += weight;
  if (weighted && std::abs(sum - 1) > 1e-9)
    return base::malformed(std::string(field_), base::number_text(sum),
                           "probabilities of the values must sum to 1");
  for (const auto& [value, weight] : atoms) {
    f.values.push_back(value);
    f.probabilities.push_back(weight / sum);
  }
  return Severity{std::move(f)};
}

Result<Severity> Parser::spliced() {
  if (!accept("(")) return fail("an opening parenthesis is expected");
  Result<Severity> body = severity();
  if (!body) return body;
  if (!accept(",")) return fail("a comma and the tail are expected");
  const Result<Severity> tail = severity();
  if (!tail) return tail;
  const auto* gpd = std::get_if<GeneralizedPareto>(&tail->family);
  if (gpd == nullptr) return fail("the tail must be a generalized pareto");
  if (!accept(",")) return fail("a comma and the tail's probability are expected");
  const std::string word = name();
  if (!word.empty() && word != "tail" && word != "tail probability")
    return fail("the tail's probability is expected");
  const Result<double> probability = number();
  if (!probability) return std::unexpected(probability.error());
  if (!accept(")")) return fail("a closing parenthesis is expected");
  return Severity{Spliced{.body = std::make_shared<const Severity>(*std::move(body)),
                          .tail = *gpd,
                          .tail_probability = *probability}};
}

Result<Severity> Parser::severity() {
  const std::size_t from = begin_;
  const std::string family = name();
  Result<Severity> made;
  if (family == "empirical") {
    made = empirical();
  } else if (family == "spliced") {
    made = spliced();
  } else {
    if (!is_severity_name(family))
      return base::malformed(std::string(field_), family, "no such severity",
                             "exponential, gamma, weibull, lognormal, pareto, single parameter "
                             "pareto, burr, inverse gaussian, loggamma, generalized pareto, "
                             "uniform, constant, empirical, spliced");
    Result<std::vector<Argument>> given = arguments();
    if (!given) return std::unexpected(given.error());
    Arguments taken(field_, family, *std::move(given));
    made = make_severity(family, taken);
  }
  if (!made) return made;
  if (std::string fault = fault_of(*made); !fault.empty())
    return base::malformed(std::string(field_), written_since(from), std::move(fault));
  return made;
}

Result<Frequency> Parser::mixture() {
  if (!accept("(")) return fail("an opening parenthesis is expected");
  Frequency out;
  while (!accept(")")) {
    if (!out.states.empty() && !accept(","))
      return fail("a comma or a closing parenthesis is expected");
    const Result<double> probability = number();
    if (!probability) return std::unexpected(probability.error());
    if (!accept(":")) return fail("a colon between probability and frequency is expected");
    const Result<Frequency> state = frequency();
    if (!state) return state;
    for (const State& inner : state->states)
      out.states.push_back({*probability * inner.probability, inner.count});
    if (out.states.size() > 64) return fail("at most 64 states");
  }
  double sum = 0;
  for (const State& state : out.states) sum += state.probability;
  if (std::string fault = fault_of(out); !fault.empty())
    return base::malformed(std::string(field_), base::number_text(sum), std::move(fault));
  return out;
}

Result<Frequency> Parser::frequency() {
  const std::size_t from = begin_;
  const std::string family = name();
  if (family == "mixture") return mixture();
  static constexpr std::array<std::string_view, 6> kFamilies{
      "poisson", "binomial", "bernoulli", "negative binomial", "geometric", "fixed"};
  if (std::ranges::find(kFamilies, family) == kFamilies.end())
    return base::malformed(
        std::string(field_), family, "no such frequency",
        "poisson, binomial, bernoulli, negative binomial, geometric, fixed, mixture");
  Result<std::vector<Argument>> given = arguments();
  if (!given) return std::unexpected(given.error());
  Arguments taken(field_, family, *std::move(given));
  const Result<Count> count = make_count(family, taken);
  if (!count) return std::unexpected(count.error());
  Frequency out{{State{1, *count}}};
  if (std::string fault = fault_of(out); !fault.empty())
    return base::malformed(std::string(field_), written_since(from), std::move(fault));
  return out;
}

Result<bool> Parser::term(Payment& payment) {
  const std::string word = is("xs") || is("franchise") ? "deductible" : token_.text;
  const auto read = [&](double& into) -> Result<bool> {
    if (std::ranges::find(terms_, word) != terms_.end())
      return base::malformed(std::string(field_), word, "must be given once for a loss");
    terms_.push_back(word);
    const Result<double> value = number();
    if (!value) return std::unexpected(value.error());
    into = *value;
    return true;
  };
  if (accept("xs") || accept("deductible")) return read(payment.terms.deductible);
  if (accept("franchise")) {
    payment.terms.kind = DeductibleKind::franchise;
    static_cast<void>(accept("deductible"));
    return read(payment.terms.deductible);
  }
  if (accept("limit")) return read(payment.terms.limit);
  if (accept("coinsurance")) return read(payment.terms.coinsurance);
  if (accept("per")) {
    if (!accept("payment")) return fail("\"per payment\" is expected");
    payment.basis = PaymentBasis::per_payment;
    return true;
  }
  return false;
}

Result<Line> Parser::line() {
  Result<Frequency> count = frequency();
  if (!count) return std::unexpected(count.error());
  if (!accept("of")) return fail("\"of\" and a severity are expected");
  Result<Severity> loss = severity();
  if (!loss) return std::unexpected(loss.error());
  Line out{.frequency = *std::move(count), .payment = {.severity = *std::move(loss), .terms = {}}};
  const std::size_t from = begin_;
  terms_.clear();
  for (;;) {
    const Result<bool> more = term(out.payment);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
  }
  if (std::string fault = fault_of(out.payment); !fault.empty())
    return base::malformed(std::string(field_), written_since(from), std::move(fault));
  return out;
}

Result<bool> Parser::annual(AnnualTerms& terms) {
  if (!accept("annual")) return false;
  const bool is_limit = is("limit");
  if (!accept("limit") && !accept("deductible"))
    return fail("\"annual limit\" or \"annual deductible\" is expected");
  const Result<double> value = number();
  if (!value) return std::unexpected(value.error());
  (is_limit ? terms.limit : terms.deductible) = *value;
  return true;
}

Result<Portfolio> Parser::model() {
  Portfolio out;
  do {
    Result<Line> next = line();
    if (!next) return std::unexpected(next.error());
    out.lines.push_back(*std::move(next));
    if (out.lines.size() > kLinesMax) return fail("at most 200 lines");
  } while (accept("+"));
  const std::size_t from = begin_;
  for (;;) {
    const Result<bool> more = annual(out.annual);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
  }
  if (std::string fault = fault_of(out.annual); !fault.empty())
    return base::malformed(std::string(field_), written_since(from), std::move(fault));
  return out;
}

template <class T, class Read>
Result<T> parse(std::string_view text, std::string_view field, const Read& read) {
  if (text.size() > kModelTextMax)
    return base::malformed(std::string(field), std::to_string(text.size()) + " bytes",
                           "at most 20,000 bytes");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return base::malformed(std::string(field), "", "must be given",
                           "for instance: poisson 0.8 of lognormal(mean 5e6, cv 2) limit 10e6");
  Parser parser(text, field);
  Result<T> out = read(parser);
  if (!out) return out;
  if (Result<void> end = parser.at_end(); !end) return std::unexpected(end.error());
  return out;
}

}  // namespace

Result<Portfolio> parse_model(std::string_view text, std::string_view field) {
  return parse<Portfolio>(text, field, [](Parser& parser) { return parser.model(); });
}

Result<Severity> parse_severity(std::string_view text, std::string_view field) {
  return parse<Severity>(text, field, [](Parser& parser) { return parser.severity(); });
}

Result<Frequency> parse_frequency(std::string_view text, std::string_view field) {
  return parse<Frequency>(text, field, [](Parser& parser) { return parser.frequency(); });
}

}  // namespace cofferdam::actuarial
