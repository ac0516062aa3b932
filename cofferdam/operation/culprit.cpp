// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/culprit.h"

#include "cofferdam/operation/field_forms_claims.h"
#include "cofferdam/operation/field_forms_clearing.h"
#include "cofferdam/operation/field_forms_governance.h"
#include "cofferdam/operation/field_forms_insurance.h"

namespace cofferdam::operation {
namespace {

constexpr std::size_t kValueBytesMax = 128;  // a longer one is known to who wrote it

bool speaks_of(std::string_view status, std::string_view field) {
  if (status.size() <= field.size() + 1) return false;
  const bool begins = status.starts_with(field) && status[field.size()] == '_';
  return begins || (status.starts_with("exists_with_different_") && status.ends_with(field) &&
                    status[status.size() - field.size() - 1] == '_');
}

std::string value_text(const Json& json) {
  if (json.kind == Json::Kind::null) return {};
  const bool is_plain = json.kind == Json::Kind::text || json.kind == Json::Kind::number;
  std::string text = is_plain ? json.text : write_json(json);
  return text.size() <= kValueBytesMax ? text : std::string{};
}

}  // namespace

std::optional<Culprit> culprit_of(const Type& type, const Json& content, std::string_view status) {
  const Field* longest = nullptr;
  for (const Field& field : type.fields)
    if (speaks_of(status, field.name) &&
        (longest == nullptr || field.name.size() > longest->name.size()))
      longest = &field;
  if (longest == nullptr) return std::nullopt;
  const Json* value = content.find(longest->name);
  return Culprit{std::string(longest->name), value == nullptr ? "" : value_text(*value)};
}

std::optional<Culprit> event_culprit(const engine::Command& command, std::size_t position,
                                     std::string_view status, const Codec& codec) {
  const auto named = [&](std::string_view list, const auto& event) -> std::optional<Culprit> {
    using Event = std::remove_cvref_t<decltype(event)>;
    std::optional<Culprit> found = culprit_of(type_of<Event>(), to_json(event, codec), status);
    if (found)
      found->field =
          std::string(list) + "[" + std::to_string(position) + "]." + std::move(found->field);
    return found;
  };
  if (const auto* transfers = std::get_if<ledger::CreateTransfers>(&command))
    return named("transfers", transfers->transfers[position]);
  if (const auto* accounts = std::get_if<ledger::CreateAccounts>(&command))
    return named("accounts", accounts->accounts[position]);
  if (const auto* trades = std::get_if<market::RecordTrades>(&command))
    return named("trades", trades->trades[position]);
  if (const auto* trades = std::get_if<market::ClearTrades>(&command))
    return named("trades", trades->trades[position]);
  if (const auto* marks = std::get_if<market::RecordMarks>(&command))
    return named("marks", marks->marks[position]);
  return std::nullopt;
}

void add_culprit(Json& json, const std::optional<Culprit>& culprit) {
  if (!culprit) return;
  json.add("field", culprit->field);
  json.add("value", culprit->value);
}

}  // namespace cofferdam::operation
