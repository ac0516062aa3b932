// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/governed.h"

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/engine/record.h"

#include <algorithm>
#include <array>

namespace cofferdam::engine {

namespace {

using base::i128;
using base::SignedAmount;
using base::u128;

constexpr std::array<std::uint16_t, 27> kNotGovernable{
    Operation<venue::Genesis>::kNumber,
    Operation<Tick>::kNumber,
    Operation<RevertBatch>::kNumber,
    Operation<RotateCheckpointKey>::kNumber,
    Operation<ledger::CreateAccounts>::kNumber,
    Operation<ledger::CreateTransfers>::kNumber,
    Operation<decision::Propose>::kNumber,
    Operation<decision::Approve>::kNumber,
    Operation<decision::Reject>::kNumber,
    Operation<decision::Withdraw>::kNumber,
    Operation<pool::ConduitTransfer>::kNumber,
    Operation<market::RecordTrades>::kNumber,
    Operation<market::RecordMarks>::kNumber,
    Operation<market::ClearTrades>::kNumber,
    Operation<market::BustTrade>::kNumber,
    Operation<market::AmendTrade>::kNumber,
    Operation<access::RegisterSigningKey>::kNumber,
    Operation<access::RotateSigningKey>::kNumber,
    Operation<access::EnrolSigningKey>::kNumber,
    Operation<access::ProveSigningKey>::kNumber,
    Operation<custody::EnrolSigner>::kNumber,
    Operation<decision::ProposeChange>::kNumber,
    Operation<decision::CastVote>::kNumber,
    Operation<decision::QueueChange>::kNumber,
    Operation<decision::ExecuteChange>::kNumber,
    Operation<decision::CancelChange>::kNumber,
    Operation<decision::DeclareVoteConflict>::kNumber,
};

template <class T>
concept Number128 = requires(const T& v) {
  { v.value() } -> std::same_as<i128>;
};

[[nodiscard]] std::optional<i128> signed_of(u128 units) {
  if (units > static_cast<u128>(base::kI128Max)) return std::nullopt;
  return static_cast<i128>(units);
}

// What a field is as a whole number; nullopt where it has no value or none that fits.
template <class T>
[[nodiscard]] std::optional<i128> number_of(const T& field) {
  if constexpr (base::kIsOptional<T>) {
    return field ? number_of(*field) : std::nullopt;
  } else if constexpr (std::is_same_v<T, base::Amount>) {
    return signed_of(field.units());
  } else if constexpr (std::is_same_v<T, SignedAmount>) {
    return field.units();
  } else if constexpr (std::is_same_v<T, base::Duration> || Number128<T>) {
    return field.value();
  } else if constexpr (std::is_same_v<T, u128>) {
    return signed_of(field);
  } else if constexpr (std::is_same_v<T, bool> || base::kIsRawInteger<T>) {
    return static_cast<i128>(field);
  } else {
    return std::nullopt;
  }
}

template <class T>
[[nodiscard]] constexpr bool is_number() {
  if constexpr (base::kIsOptional<T>)
    return is_number<typename T::value_type>();
  else
    return std::is_same_v<T, base::Amount> || std::is_same_v<T, SignedAmount> ||
           std::is_same_v<T, base::Duration> || Number128<T> || std::is_same_v<T, bool> ||
           base::kIsRawInteger<T>;
}

// Walks a described struct to one field, and calls f with it when it is a number.
template <class F>
struct Finder {
  std::string_view path;
  F& f;
  bool found = false;

  template <class T>
  void operator()(std::string_view name, T& field, std::string_view /*doc*/) {
    using Plain = std::remove_const_t<T>;
    if (path == name) {
      if constexpr (is_number<Plain>()) {
        f(field);
        found = true;
      }
    } else if (path.size() > name.size() && path.starts_with(name) && path[name.size()] == '.') {
      if constexpr (base::Described<Plain>) {
        Finder inner{path.substr(name.size() + 1), f};
        Plain::fields(field, inner);
        found = found || inner.found;
      }
    }
  }
};

template <class C, class F>
bool at_field(C& command, std::string_view path, F&& f) {
  Finder<std::remove_reference_t<F>> finder{path, f};
  std::remove_const_t<C>::fields(command, finder);
  return finder.found;
}

template <std::size_t I = 0>
[[nodiscard]] bool has_number_from(std::uint16_t operation, std::string_view field) {
  if constexpr (I < std::variant_size_v<CommandVariant>) {
    using C = std::variant_alternative_t<I, CommandVariant>;
    if (Operation<C>::kNumber != operation) return has_number_from<I + 1>(operation, field);
    const C command{};
    return at_field(command, field, [](const auto& /*field*/) {});
  } else {
    return false;
  }
}

[[nodiscard]] std::uint16_t number_of_operation(const Command& command) {
  return std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
}

}  // namespace

bool is_governable(std::uint16_t operation) {
  return std::ranges::find(kNotGovernable, operation) == kNotGovernable.end();
}

bool has_number(std::uint16_t operation, std::string_view field) {
  return has_number_from(operation, field);
}

std::optional<decision::ParameterReading> read_parameters(
    const Command& command, const decision::Constitution& constitution) {
  decision::ParameterReading reading{
      .operation = number_of_operation(command), .subject = {}, .values = {}};
  const auto bounds = decision::bounds_of(constitution, reading.operation);
  bool whole = true;
  const std::string rest = std::visit(
      [&]<class C>(const C& content) {
        C left = content;
        for (const decision::ParameterBound* bound : bounds) {
          whole = at_field(left, bound->field,
                           [&](auto& field) {
                             const std::optional<i128> value = number_of(field);
                             whole = whole && value.has_value();
                             reading.values.emplace_back(value.value_or(0));
                             field = std::remove_cvref_t<decltype(field)>{};
                           }) &&
                  whole;
        }
        return base::encode(left);
      },
      command);
  if (!whole) return std::nullopt;
  reading.subject = crypto::to_hex(crypto::sha256(rest));
  return reading;
}

bool needs_governance(const Command& command, base::PrincipalId principal, base::Time now,
                      const State& state) {
  const decision::Constitution* constitution = decision::constitution_in_force(state.governance);
  if (constitution == nullptr || !decision::bootstrap_over(*constitution, now)) return false;
  const std::uint16_t operation = number_of_operation(command);
  if (operation == Operation<decision::Constitute>::kNumber) return true;
  const decision::GovernedOperation* governed = decision::find_governed(*constitution, operation);
  if (governed == nullptr) return false;
  if (!governed->tighten_at_once || !decision::is_guardian(*constitution, principal)) return true;
  const auto reading = read_parameters(command, *constitution);
  return !reading || !decision::within_bounds(*constitution, *reading) ||
         !decision::only_tightens(state.governance, *constitution, *reading);
}

std::optional<Command> proposed_command(const decision::ProposedCommand& proposed) {
  if (!is_governable(proposed.operation)) return std::nullopt;
  return decode_command(proposed.operation, proposed.version, proposed.content);
}

}  // namespace cofferdam::engine
