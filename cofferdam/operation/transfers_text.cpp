// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/transfers_text.h"

#include "cofferdam/operation/field_forms_claims.h"
#include "cofferdam/operation/field_forms_clearing.h"
#include "cofferdam/operation/field_forms_governance.h"
#include "cofferdam/operation/field_forms_insurance.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace cofferdam::operation {
namespace {

using base::u128;

// Digits that a number without quotes may have: below 2^53 whatever they are.
constexpr std::size_t kBareDigitsMax = 15;
constexpr unsigned kAmountDigitsMax = 30;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Walks over JSON of which every text is plain ASCII without escapes.
class Scan {
 public:
  explicit Scan(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  void space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // Takes the sign, and the space before it.
  [[nodiscard]] bool take(char sign) {
    space();
    if (at_ == end_ || *at_ != sign) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] bool is_end() {
    space();
    return at_ == end_;
  }

  [[nodiscard]] std::optional<std::string_view> text() {
    if (!take('"')) return std::nullopt;
    const char* start = at_;
    while (at_ < end_ && *at_ != '"') {
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte < 0x20 || byte >= 0x7F || byte == '\\') return std::nullopt;
      ++at_;
    }
    if (at_ == end_) return std::nullopt;
    const std::string_view found(start, static_cast<std::size_t>(at_ - start));
    ++at_;
    return found;
  }

  // Text, or a whole number without quotes.
  [[nodiscard]] std::optional<std::string_view> scalar() {
    space();
    if (at_ < end_ && *at_ == '"') return text();
    const char* start = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    const std::string_view found(start, static_cast<std::size_t>(at_ - start));
    if (found.empty() || found.size() > kBareDigitsMax) return std::nullopt;
    if (found.size() > 1 && found.front() == '0') return std::nullopt;
    if (at_ < end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return std::nullopt;
    return found;
  }

  // An object or a list whole, without a look at what is inside but for where it ends.
  [[nodiscard]] std::optional<std::string_view> object() {
    space();
    const char* start = at_;
    if (at_ == end_ || *at_ != '{') return std::nullopt;
    std::size_t depth = 0;
    do {
      if (*at_ == '"') {
        if (!text()) return std::nullopt;
        continue;
      }
      if (*at_ == '{') ++depth;
      if (*at_ == '}') --depth;
      ++at_;
    } while (depth > 0 && at_ < end_);
    if (depth > 0) return std::nullopt;
    return std::string_view(start, static_cast<std::size_t>(at_ - start));
  }

 private:
  const char* at_;
  const char* end_;
};

std::optional<u128> number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 39 || (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  u128 number = 0;
  // As many as surely fit 64 bits at once.
  while (!digits.empty()) {
    const std::string_view part = digits.substr(0, 18);
    std::uint64_t value = 0;
    std::uint64_t power = 1;
    for (const char c : part) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      power *= 10;
    }
    if (__builtin_mul_overflow(number, u128{power}, &number) ||
        __builtin_add_overflow(number, u128{value}, &number))
      return std::nullopt;
    digits.remove_prefix(part.size());
  }
  return number;
}

template <class Number>
bool put_number(std::string_view digits, Number& out) {
  const std::optional<u128> number = number_of(digits);
  constexpr u128 kMax =
      sizeof(Number) == 16 ? base::kU128Max : (u128{1} << (8 * sizeof(Number) % 128)) - 1;
  if (!number || *number > kMax) return false;
  out = static_cast<Number>(*number);
  return true;
}

template <class Id>
bool put_id(std::string_view digits, Id& out) {
  const std::optional<u128> number = number_of(digits);
  if (number) out = Id(*number);
  return number.has_value();
}

// "12.50" at scale 2.
std::optional<u128> units_of(std::string_view text, unsigned scale) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (point != std::string_view::npos && part.empty()) return std::nullopt;
  if (part.size() > scale || whole.size() + scale > kAmountDigitsMax) return std::nullopt;
  const std::optional<u128> number = number_of(whole);
  if (!number) return std::nullopt;
  u128 units = *number;
  for (unsigned i = 0; i < scale; ++i) {
    const char c = i < part.size() ? part[i] : '0';
    if (!is_digit(c)) return std::nullopt;
    units = units * 10 + static_cast<u128>(c - '0');
  }
  return units;
}

class TransferReader {
 public:
  explicit TransferReader(const Names& names) : names_(names) {}

  [[nodiscard]] bool read(Scan& scan, ledger::Transfer& out) {
    seen_ = 0;
    amount_ = asset_ = {};
    if (!scan.take('{')) return false;
    do {
      const auto name = scan.text();
      if (!name || !scan.take(':') || !member(scan, *name, out)) return false;
    } while (scan.take(','));
    return scan.take('}') && finish(out);
  }

 private:
  enum Member : unsigned {
    kId,
    kDebit,
    kCredit,
    kAmount,
    kPendingId,
    kData128,
    kData64,
    kData32,
    kTimeout,
    kPool,
    kAsset,
    kDate,
    kCode,
    kFlags,
    kMembers
  };

  static constexpr std::array<std::string_view, kMembers> kNames{
      "id",           "debit_account", "credit_account", "amount", "pending_id", "user_data_128",
      "user_data_64", "user_data_32",  "timeout_s",      "pool",   "asset",      "value_date",
      "code",         "flags"};

  [[nodiscard]] unsigned member_of(std::string_view name) {
    // Most who write many of them write them in one order.
    for (unsigned i = 0; i < kMembers; ++i) {
      const unsigned at = (next_ + i) % kMembers;
      if (kNames[at] != name) continue;
      next_ = (at + 1) % kMembers;
      return at;
    }
    return kMembers;
  }

  [[nodiscard]] bool member(Scan& scan, std::string_view name, ledger::Transfer& out) {
    const unsigned which = member_of(name);
    if (which == kMembers || (seen_ >> which & 1U) != 0) return false;
    seen_ |= 1U << which;
    if (which == kFlags) return flags(scan, out);
    if (which == kAmount || which == kAsset || which == kPool || which == kDate) {
      const auto text = scan.text();
      if (!text || text->empty()) return false;
      return text_member(which, *text, out);
    }
    const auto digits = scan.scalar();
    if (!digits) return false;
    switch (which) {
      case kId:
        return put_id(*digits, out.id);
      case kDebit:
        return put_id(*digits, out.debit_account);
      case kCredit:
        return put_id(*digits, out.credit_account);
      case kPendingId:
        return put_id(*digits, out.pending_id);
      case kData128:
        return put_number(*digits, out.user_data_128);
      case kData64:
        return put_number(*digits, out.user_data_64);
      case kData32:
        return put_number(*digits, out.user_data_32);
      case kTimeout:
        return put_number(*digits, out.timeout_s);
      default:
        return put_number(*digits, out.code);
    }
  }

  [[nodiscard]] bool text_member(unsigned which, std::string_view text, ledger::Transfer& out) {
    if (which == kAmount) {
      amount_ = text;
      return true;
    }
    if (which == kDate) {
      const base::Result<base::Date> date = base::parse_date(text, "");
      if (date) out.value_date = date->value();
      return date.has_value();
    }
    if (is_digit(text.front())) return false;
    if (which == kPool) {
      if (text != pool_code_) {
        const auto number = names_.number_of(Numbered::pool, text);
        if (!number) return false;
        pool_code_ = text;
        pool_ = base::PoolId(*number);
      }
      out.pool = pool_;
      return true;
    }
    asset_ = text;
    return true;
  }

  [[nodiscard]] static bool flags(Scan& scan, ledger::Transfer& out) {
    if (!scan.take('[')) return false;
    if (scan.take(']')) return true;
    do {
      const auto name = scan.text();
      if (!name || name->empty()) return false;
      const auto found = std::find(kTransferFlagNames.begin(), kTransferFlagNames.end(), *name);
      if (found == kTransferFlagNames.end()) return false;
      const auto bit = static_cast<std::uint16_t>(
          1U << static_cast<unsigned>(found - kTransferFlagNames.begin()));
      if ((out.flags & bit) != 0) return false;
      out.flags = static_cast<std::uint16_t>(out.flags | bit);
    } while (scan.take(','));
    return scan.take(']');
  }

  [[nodiscard]] bool finish(ledger::Transfer& out) {
    constexpr unsigned kNeeded = 1U << kId | 1U << kAmount | 1U << kAsset;
    if ((seen_ & kNeeded) != kNeeded) return false;
    if (asset_ != asset_code_) {
      const auto number = names_.number_of(Numbered::asset, asset_);
      if (!number) return false;
      const auto scale = names_.scale_of(base::AssetId(*number));
      if (!scale) return false;
      asset_code_ = asset_;
      asset_number_ = base::AssetId(*number);
      scale_ = *scale;
    }
    out.asset = asset_number_;
    if (amount_ == "max") {
      out.amount = base::Amount::max();
      return true;
    }
    const auto units = units_of(amount_, scale_);
    if (units) out.amount = base::Amount(*units);
    return units.has_value();
  }

  const Names& names_;
  unsigned seen_ = 0;
  unsigned next_ = 0;
  std::string_view amount_;
  std::string_view asset_;
  std::string_view pool_code_;
  base::PoolId pool_;
  std::string_view asset_code_;
  base::AssetId asset_number_;
  unsigned scale_ = 0;
};

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_id(std::string& out, u128 number) {
  if (number >> 64 == 0) return append_number(out, static_cast<std::uint64_t>(number));
  out += base::to_text(number);
}

void append_decimal(std::string& out, u128 units, unsigned scale) {
  const std::size_t start = out.size();
  append_id(out, units);
  if (scale == 0) return;
  const std::size_t digits = out.size() - start;
  if (digits <= scale) out.insert(start, scale + 1 - digits, '0');
  out.insert(out.size() - scale, 1, '.');
}

void append_balance(std::string& out, const ledger::Account& account, unsigned scale) {
  const auto field = [&](std::string_view name, base::Amount amount) {
    out += name;
    append_decimal(out, amount.units(), scale);
  };
  out += R"({"account":")";
  append_id(out, account.id.value());
  field(R"(","debits_pending":")", account.debits_pending);
  field(R"(","debits_posted":")", account.debits_posted);
  field(R"(","credits_pending":")", account.credits_pending);
  field(R"(","credits_posted":")", account.credits_posted);
  out += R"(","balance":")";
  const bool is_negative = account.credits_posted < account.debits_posted;
  if (is_negative) out += '-';
  append_decimal(out,
                 is_negative ? (account.debits_posted - account.credits_posted).units()
                             : (account.credits_posted - account.debits_posted).units(),
                 scale);
  out += "\"}";
}

// Counters that are "max" as text, or no sum of 127 bits, are not plain.
bool is_plain(const ledger::Account& account) {
  constexpr base::Amount kMost(u128{1} << 126);
  return account.debits_pending < kMost && account.debits_posted < kMost &&
         account.credits_pending < kMost && account.credits_posted < kMost;
}

class Scales {
 public:
  explicit Scales(const Names& names) : names_(names) {}

  [[nodiscard]] std::optional<unsigned> of(base::AssetId asset) {
    if (asset != asset_ || !scale_) {
      asset_ = asset;
      scale_ = names_.scale_of(asset);
    }
    return scale_;
  }

 private:
  const Names& names_;
  base::AssetId asset_;
  std::optional<unsigned> scale_;
};

bool is_accepted(std::uint8_t status) {
  return status == static_cast<std::uint8_t>(ledger::TransferStatus::ok) ||
         status == static_cast<std::uint8_t>(ledger::TransferStatus::exists);
}

// The event's number, its status and the two accounts after it.
bool append_event(std::string& out, const ledger::CreateTransfers& batch,
                  const engine::Reply& reply, std::size_t position, Scales& scales) {
  const std::uint8_t status = reply.outcome.event_statuses[position];
  out += R"({"position":)";
  append_number(out, position);
  out += status == 0 ? R"(,"status":"ok")" : R"(,"status":"exists")";
  const bool has_balances = status == 0 && position < reply.balances.size() &&
                            !reply.balances[position].debit.id.is_none();
  if (has_balances) {
    const ledger::BalancesAfter& after = reply.balances[position];
    const base::Amount amount = batch.transfers[position].amount;
    const auto scale = scales.of(after.debit.asset);
    if (!scale || amount == base::Amount::max() || after.credit.asset != after.debit.asset ||
        !is_plain(after.debit) || !is_plain(after.credit))
      return false;
    out += R"(,"amount":")";
    append_decimal(out, amount.units(), *scale);
    out += R"(","debit":)";
    append_balance(out, after.debit, *scale);
    out += R"(,"credit":)";
    append_balance(out, after.credit, *scale);
  }
  out += '}';
  return true;
}

}  // namespace

std::optional<ledger::CreateTransfers> read_plain_transfers(std::string_view json,
                                                            const Names& names) {
  Scan scan(json);
  if (!scan.take('{') || scan.text() != "transfers" || !scan.take(':') || !scan.take('['))
    return std::nullopt;
  ledger::CreateTransfers out;
  TransferReader reader(names);
  do {
    // The books take no more than this, and say so.
    if (out.transfers.size() == ledger::kBatchEventsMax) return std::nullopt;
    if (!reader.read(scan, out.transfers.emplace_back())) return std::nullopt;
  } while (scan.take(','));
  if (!scan.take(']') || !scan.take('}') || !scan.is_end()) return std::nullopt;
  return out;
}

std::optional<PlainLine> read_plain_line(std::string_view line) {
  Scan scan(line);
  PlainLine out;
  bool has_operation = false;
  if (!scan.take('{')) return std::nullopt;
  do {
    const auto name = scan.text();
    if (!name || !scan.take(':')) return std::nullopt;
    if (*name == "id" && out.id.is_none()) {
      const auto digits = scan.scalar();
      if (!digits || !put_id(*digits, out.id) || out.id.is_none()) return std::nullopt;
    } else if (*name == "operation" && !has_operation) {
      has_operation = true;
      if (scan.text() != "transfer.create") return std::nullopt;
    } else if (*name == "principal" && out.principal.empty()) {
      const auto text = scan.text();
      if (!text || text->empty()) return std::nullopt;
      out.principal = *text;
    } else if (*name == "content" && out.content.empty()) {
      const auto content = scan.object();
      if (!content) return std::nullopt;
      out.content = *content;
    } else {
      return std::nullopt;
    }
  } while (scan.take(','));
  if (!scan.take('}') || !scan.is_end() || !has_operation || out.id.is_none() ||
      out.content.empty())
    return std::nullopt;
  return out;
}

bool write_plain_answer(std::string& out, const engine::Request& request,
                        const engine::Reply& reply, const Names& names) {
  const auto* batch = std::get_if<ledger::CreateTransfers>(&request.command);
  if (batch == nullptr || reply.shape != 0 || !reply.outcome.ok() || reply.sequence == 0 ||
      !reply.outcome.law.empty() || reply.outcome.created != 0 || !reply.outcome.postings.empty() ||
      !reply.outcome.moved.empty() || !reply.outcome.alerts.empty() ||
      reply.outcome.event_statuses.empty() ||
      reply.outcome.event_statuses.size() != batch->transfers.size() ||
      !std::all_of(reply.outcome.event_statuses.begin(), reply.outcome.event_statuses.end(),
                   is_accepted))
    return false;
  const std::size_t start = out.size();
  out += R"({"id":")";
  append_id(out, request.id.value());
  out += R"(","operation":"transfer.create","verdict":"ok","status":"ok","sequence":")";
  append_number(out, reply.sequence);
  out += R"(","time":")" + base::format_time(reply.time) + R"(","replayed":)";
  out += reply.replayed ? "true" : "false";
  out += R"(,"events":[)";
  Scales scales(names);
  for (std::size_t i = 0; i < reply.outcome.event_statuses.size(); ++i) {
    if (i > 0) out += ',';
    if (append_event(out, *batch, reply, i, scales)) continue;
    out.resize(start);
    return false;
  }
  out += "]}";
  return true;
}

Result<Posted> post_transfers(Session& session, ledger::CreateTransfers transfers,
                              base::CommandId id, std::string_view principal) {
  const Codec codec = session.codec();
  const CommandEntry* entry = session.registry().find_command("transfer.create");
  COFFERDAM_CHECK(entry != nullptr, "the command is registered");
  // The root has the number 1.
  const std::optional<std::uint32_t> who =
      principal.empty() ? 1 : codec.names.number_of(Numbered::principal, principal);
  if (!who)
    return base::malformed("principal", std::string(principal),
                           "must be the code of a principal that exists");
  engine::Request request{.id = id, .principal = base::PrincipalId(*who)};
  request.command = std::move(transfers);
  request.want_balances = true;
  Result<engine::Reply> reply = session.engine().submit(request);
  if (!reply) return std::unexpected(std::move(reply).error());
  Posted posted{.sequence = reply->sequence, .is_replayed = reply->replayed, .text = {}};
  if (write_plain_answer(posted.text, request, *reply, codec.names)) return posted;
  posted.answer = {.sequence = reply->sequence,
                   .json = answer_json(*entry, request, *reply, codec)};
  const std::string_view verdict = posted.answer.json.text_of("verdict");
  posted.verdict = posted.answer.verdict = verdict == "ok"        ? Verdict::ok
                                           : verdict == "refused" ? Verdict::refused
                                                                  : Verdict::malformed;
  return posted;
}

}  // namespace cofferdam::operation
