// SPDX-License-Identifier: Apache-2.0
//
// What a command came to, as JSON.
#include "cofferdam/operation/culprit.h"
#include "cofferdam/operation/session.h"

#include <algorithm>
#include <array>

namespace cofferdam::operation {
namespace {

struct BalanceForm {
  base::AccountId account;
  base::Amount debits_pending;
  base::Amount debits_posted;
  base::Amount credits_pending;
  base::Amount credits_posted;
  base::SignedAmount balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "");
    visit("debits_pending", self.debits_pending, "");
    visit("debits_posted", self.debits_posted, "");
    visit("credits_pending", self.credits_pending, "");
    visit("credits_posted", self.credits_posted, "");
    visit("balance", self.balance, "");
  }
};

struct MovedForm {
  base::AssetId asset;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "");
    visit("amount", self.amount, "");
  }
};

Json balance(const ledger::Account& account, const Codec& codec) {
  const auto net = base::try_difference(account.credits_posted, account.debits_posted);
  COFFERDAM_CHECK(net.has_value(), "a balance fits 127 bits");
  return to_json(BalanceForm{account.id, account.debits_pending, account.debits_posted,
                             account.credits_pending, account.credits_posted, *net},
                 codec);
}

base::Amount amount_of(const engine::Request& request, const engine::Reply& reply,
                       std::size_t position) {
  for (const engine::MovedAmount& moved : reply.outcome.moved)
    if (moved.position == position) return moved.amount;
  const auto* batch = std::get_if<ledger::CreateTransfers>(&request.command);
  return batch == nullptr ? base::Amount() : batch->transfers[position].amount;
}

// An id that was used before by the very same event is no failure: what was asked has happened.
bool stands(std::string_view status) {
  return status == "ok" || status == "exists";
}

Json event_json(const CommandEntry& entry, const engine::Request& request,
                const engine::Reply& reply, std::size_t position, const Codec& codec) {
  const std::uint8_t status = reply.outcome.event_statuses[position];
  Json json = Json::object();
  json.add("position", Json::number(position));
  const Rule rule =
      status < entry.event_statuses.size() ? entry.event_statuses[status] : Rule{.name = "?"};
  json.add("status", rule.name);
  if (!stands(rule.name)) {
    json.add("rule", rule.rule);
    add_culprit(json, event_culprit(request.command, position, rule.name, codec));
  }
  if (status != 0 || position >= reply.balances.size()) return json;
  const ledger::BalancesAfter& after = reply.balances[position];
  if (after.debit.id.is_none()) return json;
  const MovedForm moved{after.debit.asset, amount_of(request, reply, position)};
  json.add("amount", std::string(to_json(moved, codec).text_of("amount")));
  json.add("debit", balance(after.debit, codec));
  json.add("credit", balance(after.credit, codec));
  return json;
}

// A thing that the system has numbered is written by its code, where its kind has codes: of what a
// dry run would make, the command alone knows it.
Json created(const CommandEntry& entry, const engine::Request& request, base::u128 number,
             const Codec& codec) {
  const std::string_view noun = entry.name.substr(0, entry.name.find('.'));
  const std::string_view verb = entry.name.substr(noun.size() + 1);
  constexpr std::array<std::string_view, 6> kMaking{"create",   "declare", "open",
                                                    "register", "allow",   "set"};
  if (std::find(kMaking.begin(), kMaking.end(), verb) == kMaking.end())
    return Json::of(base::to_text(number));
  for (std::size_t kind = 1; kind < kNumberedNames.size(); ++kind) {
    if (kNumberedNames[kind] != noun) continue;
    const std::string code =
        codec.names.code_of(static_cast<Numbered>(kind), static_cast<std::uint32_t>(number));
    if (!code.empty()) return Json::of(code);
    const Json command = command_json(request.command, codec);
    if (const std::string_view given = command.text_of("code"); !given.empty())
      return Json::of(given);
  }
  return Json::of(base::to_text(number));
}

}  // namespace

Json answer_json(const CommandEntry& entry, const engine::Request& request,
                 const engine::Reply& reply, const Codec& codec) {
  Json json = Json::object();
  json.add("id", base::to_text(request.id.value()));
  json.add("operation", entry.name);
  const std::size_t verdict_at = json.items.size();
  json.add("verdict", "ok");
  const engine::Refusal refusal = reply.shape != 0
                                      ? engine::refusal_of_shape(request.command, reply.shape)
                                      : engine::refusal_of(request.command, reply.outcome);
  const std::size_t status_at = json.items.size();
  json.add("status", reply.ok() ? "ok" : refusal.status);
  if (!reply.ok()) {
    json.add("rule", refusal.rule);
    if (reply.outcome.law.empty())
      add_culprit(json,
                  culprit_of(*entry.type, command_json(request.command, codec), refusal.status));
  }
  if (reply.shape == 0) {
    json.add("sequence", reply.sequence == 0 ? Json{} : Json::of(std::to_string(reply.sequence)));
    json.add("time", base::format_time(reply.time));
    json.add("replayed", Json::truth(reply.replayed));
  }
  if (!reply.outcome.law.empty()) json.add("law", reply.outcome.law);
  if (reply.outcome.created != 0)
    json.add("created", created(entry, request, reply.outcome.created, codec));
  bool all_stand = true;
  if (!reply.outcome.event_statuses.empty()) {
    Json& events = json.add("events", Json::list());
    for (std::size_t i = 0; i < reply.outcome.event_statuses.size(); ++i) {
      events.items.push_back(event_json(entry, request, reply, i, codec));
      all_stand = all_stand && stands(events.items.back().text_of("status"));
    }
  }
  if (!reply.outcome.postings.empty()) {
    Json& postings = json.add("postings", Json::list());
    for (const ledger::Transfer& posting : reply.outcome.postings)
      postings.items.push_back(to_json(posting, codec));
  }
  if (!reply.outcome.alerts.empty()) {
    Json& alerts = json.add("alerts", Json::list());
    for (const alert::AlertChange& change : reply.outcome.alerts)
      alerts.items.push_back(to_json(change, codec));
  }
  const std::string_view word = reply.shape != 0          ? "malformed"
                                : reply.ok() && all_stand ? "ok"
                                                          : "refused";
  if (reply.ok() && !all_stand) json.items[status_at] = Json::of("events_refused");
  json.items[verdict_at] = Json::of(word);
  return json;
}

std::string_view kind_name(base::ErrorKind kind) {
  constexpr std::array<std::string_view, 5> kNames{"malformed", "refused", "integrity", "exhausted",
                                                   "unavailable"};
  return kNames[static_cast<std::size_t>(kind)];
}

Json problem_json(const Error& error) {
  constexpr std::array<std::string_view, 5> kTitles{
      "The input cannot be accepted", "A rule says no", "Stored bytes are not what was written",
      "No space is left", "The books cannot be reached"};
  constexpr std::array<std::uint16_t, 5> kStatuses{422, 409, 500, 507, 503};
  const auto kind = static_cast<std::size_t>(error.kind);
  Json json = Json::object();
  json.add("type", "/problems/" + std::string(kind_name(error.kind)));
  json.add("title", kTitles[kind]);
  json.add("status", Json::number(kStatuses[kind]));
  json.add("detail", error.text());
  json.add("code", kind_name(error.kind));
  json.add("field", error.field);
  json.add("value", error.value);
  json.add("rule", error.rule);
  if (!error.hint.empty()) json.add("hint", error.hint);
  return json;
}

}  // namespace cofferdam::operation
