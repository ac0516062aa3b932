// SPDX-License-Identifier: Apache-2.0
//
// What a command came to, for people: the verdict first, then why not, then what was moved.
#include "output.h"

#include <algorithm>
#include <array>

namespace cofferdam::cli {
namespace {

using operation::Json;

std::string text_at(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found == nullptr ? std::string{} : cell_text(*found);
}

std::string first_line(const Json& answer) {
  std::string line = text_at(answer, "verdict") + "  " + text_at(answer, "operation");
  const std::string created = text_at(answer, "created");
  if (!created.empty()) line += " " + created;
  const bool dry = text_at(answer, "dry_run") == "true";
  const std::string sequence = text_at(answer, "sequence");
  if (dry)
    line += "  dry run: nothing is recorded";
  else if (!sequence.empty())
    line += "  record " + sequence + "  " + text_at(answer, "time");
  if (text_at(answer, "replayed") == "true") line += "  (recorded before under this id)";
  if (!dry) line += "  command " + text_at(answer, "id");
  return line + "\n";
}

// Of one balance after an event, what a person asks: how much, and how much of it is held.
Json brief(const Json& balance) {
  Json out = Json::object();
  out.add("account", text_at(balance, "account"));
  out.add("balance", text_at(balance, "balance"));
  for (const std::string_view held : {"debits_pending", "credits_pending"}) {
    const std::string text = text_at(balance, held);
    if (text.find_first_not_of("0.") != std::string::npos) out.add(std::string(held), text);
  }
  return out;
}

Json brief_events(const Json& events) {
  Json out = Json::list();
  for (const Json& event : events.items) {
    Json row = Json::object();
    for (std::size_t i = 0; i < event.names.size(); ++i) {
      const bool is_balance = event.items[i].is_object();
      if (event.names[i] == "position") continue;  // the rows stand in their order
      row.add(event.names[i], is_balance ? brief(event.items[i]) : event.items[i]);
    }
    out.items.push_back(std::move(row));
  }
  return out;
}

Json brief_postings(const Json& postings) {
  Json out = Json::list();
  for (const Json& posting : postings.items) {
    Json row = Json::object();
    for (const std::string_view name :
         {"pool", "debit_account", "credit_account", "amount", "asset", "code", "flags"})
      row.add(std::string(name), text_at(posting, name));
    out.items.push_back(std::move(row));
  }
  return out;
}

}  // namespace

void write_outcome(Output& output, const Json& answer) {
  if (output.format() != Format::table) return write_object(output, answer);
  output.write(first_line(answer));
  Json rest = Json::object();
  const std::string status = text_at(answer, "status");
  if (status != "ok" && status != "events_refused") rest.add("status", status);
  for (std::size_t i = 0; i < answer.names.size(); ++i) {
    const std::string& name = answer.names[i];
    const Json& item = answer.items[i];
    constexpr std::array<std::string_view, 9> kSaid{"id",       "operation", "verdict",
                                                    "status",   "sequence",  "time",
                                                    "replayed", "created",   "dry_run"};
    if (std::find(kSaid.begin(), kSaid.end(), name) != kSaid.end()) continue;
    // A broken law is part of the rule's words.
    if (name == "law" && text_at(answer, "rule").find(item.text) != std::string::npos) continue;
    if (name == "events") {
      const Json events = brief_events(item);
      const bool only_ok = std::all_of(events.items.begin(), events.items.end(), [](const Json& e) {
        return e.names.size() == 1 && text_at(e, "status") == "ok";
      });
      if (!only_ok) rest.add(name, events);
    } else if (name == "postings") {
      rest.add(name, brief_postings(item));
    } else {
      rest.add(name, item);
    }
  }
  write_object(output, rest);
}

}  // namespace cofferdam::cli
