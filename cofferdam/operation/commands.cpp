// SPDX-License-Identifier: Apache-2.0
//
// Every alternative of engine::Command, by its Operation.
#include "cofferdam/operation/event_rules.h"
#include "cofferdam/operation/registry.h"

#include <algorithm>

namespace cofferdam::operation {
namespace {

template <class Status>
std::vector<Rule> rules_of() {
  std::vector<Rule> rules;
  const auto& names = base::EnumText<Status>::kNames;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Rule rule{.number = static_cast<std::uint16_t>(i), .name = names[i]};
    if constexpr (requires { base::EnumText<Status>::kDocs; })
      rule.rule = base::EnumText<Status>::kDocs[i];
    if (rule.rule.empty()) rule.rule = event_rule(names[i]);
    rules.push_back(rule);
  }
  return rules;
}

template <class C>
std::vector<Rule> event_rules_of() {
  if constexpr (requires { typename EventStatus<C>::type; })
    return rules_of<typename EventStatus<C>::type>();
  else
    return {};
}

// A proposal carries another command: in JSON by its name and content, in the books by its number
// and bytes.
struct ProposalForm {
  std::string operation;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the proposed command");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

// One of the commands that are put to the vote.
struct ProposedForm {
  std::string operation;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the proposed command; `content` holds its fields");
  }
};

struct ChangeForm {
  std::vector<ProposedForm> commands;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("commands", self.commands,
          "1 to 16 of {operation, content}, carried out in this order, all or none");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

// The content of a proposed command, taken out of what names it.
Json take_content(Json& outer) {
  Json content = Json::object();
  if (outer.is_object()) {
    const auto at = std::find(outer.names.begin(), outer.names.end(), "content");
    if (at != outer.names.end()) {
      const auto index = at - outer.names.begin();
      content = std::move(outer.items[static_cast<std::size_t>(index)]);
      outer.names.erase(at);
      outer.items.erase(outer.items.begin() + index);
    }
  }
  return content;
}

struct ReadProposed {
  const CommandEntry* entry = nullptr;
  std::string bytes;
};

Result<ReadProposed> read_proposed(const std::string& operation, const Json& content,
                                   const Codec& codec) {
  static const Registry kCommands = [] {
    Registry registry;
    register_commands(registry);
    return registry;
  }();
  const CommandEntry* entry = kCommands.find_command(operation);
  if (entry == nullptr)
    return base::malformed("operation", operation, "must be the name of a command");
  Result<engine::Command> proposed = entry->read(content, codec);
  if (!proposed) {
    Error error = std::move(proposed).error();
    error.field = "content." + error.field;
    return std::unexpected(std::move(error));
  }
  return ReadProposed{entry, engine::encode_command(*proposed)};
}

Result<engine::Command> read_proposal(const Json& json, const Codec& codec) {
  Json outer = json;
  const Json content = take_content(outer);
  const Result<ProposalForm> form = read_json<ProposalForm>(outer, codec);
  if (!form) return std::unexpected(form.error());
  Result<ReadProposed> proposed = read_proposed(form->operation, content, codec);
  if (!proposed) return std::unexpected(std::move(proposed).error());
  return engine::Command(decision::Propose{.operation = proposed->entry->number,
                                           .version = proposed->entry->version,
                                           .content = std::move(proposed->bytes),
                                           .reason = form->reason});
}

Result<engine::Command> read_change(const Json& json, const Codec& codec) {
  Json outer = json;
  std::vector<Json> contents;
  if (outer.is_object()) {
    const auto at = std::find(outer.names.begin(), outer.names.end(), "commands");
    if (at != outer.names.end())
      for (Json& one : outer.items[static_cast<std::size_t>(at - outer.names.begin())].items)
        contents.push_back(take_content(one));
  }
  const Result<ChangeForm> form = read_json<ChangeForm>(outer, codec);
  if (!form) return std::unexpected(form.error());
  decision::ProposeChange change{.commands = {}, .reason = form->reason};
  for (std::size_t i = 0; i < form->commands.size(); ++i) {
    Result<ReadProposed> proposed = read_proposed(form->commands[i].operation, contents[i], codec);
    if (!proposed) {
      Error error = std::move(proposed).error();
      error.field = "commands." + std::to_string(i) + "." + error.field;
      return std::unexpected(std::move(error));
    }
    change.commands.push_back({.operation = proposed->entry->number,
                               .version = proposed->entry->version,
                               .content = std::move(proposed->bytes)});
  }
  return engine::Command(std::move(change));
}

// What is proposed as it would be given: its name and its content.
template <class Proposed>
void add_proposed(Json& json, const Proposed& content, const Codec& codec) {
  const auto proposed = engine::decode_command(content.operation, content.version, content.content);
  json.add("operation",
           proposed
               ? std::visit([]<class P>(const P&) { return Json::of(engine::Operation<P>::kName); },
                            *proposed)
               : Json::of(std::to_string(content.operation)));
  json.add("content", proposed ? command_json(*proposed, codec) : Json{});
}

template <class C>
Result<engine::Command> read_command_of(const Json& json, const Codec& codec) {
  if constexpr (std::is_same_v<C, decision::Propose>) {
    return read_proposal(json, codec);
  } else if constexpr (std::is_same_v<C, decision::ProposeChange>) {
    return read_change(json, codec);
  } else {
    Result<C> command = read_json<C>(json, codec);
    if (!command) return std::unexpected(std::move(command).error());
    return engine::Command(std::move(*command));
  }
}

template <class C>
void add_command(Registry& registry) {
  using O = engine::Operation<C>;
  const Type* type = &type_of<C>();
  if constexpr (std::is_same_v<C, decision::Propose>) type = &type_of<ProposalForm>();
  if constexpr (std::is_same_v<C, decision::ProposeChange>) type = &type_of<ChangeForm>();
  registry.commands.push_back({.name = O::kName,
                               .summary = O::kSummary,
                               .number = O::kNumber,
                               .version = O::kVersion,
                               .needs = O::kNeeds,
                               .type = type,
                               .statuses = rules_of<typename O::Status>(),
                               .event_statuses = event_rules_of<C>(),
                               .read = &read_command_of<C>});
}

template <std::size_t... I>
void add_all(Registry& registry, std::index_sequence<I...> /*alternatives*/) {
  (add_command<std::variant_alternative_t<I, engine::CommandVariant>>(registry), ...);
}

}  // namespace

void register_commands(Registry& registry) {
  add_all(registry, std::make_index_sequence<std::variant_size_v<engine::CommandVariant>>());
  std::sort(registry.commands.begin(), registry.commands.end(),
            [](const CommandEntry& a, const CommandEntry& b) { return a.number < b.number; });
}

Json command_json(const engine::Command& command, const Codec& codec) {
  return std::visit(
      [&]<class C>(const C& content) {
        Json json = to_json(content, codec);
        if constexpr (std::is_same_v<C, decision::Propose>) {
          json = Json::object();
          add_proposed(json, content, codec);
          json.add("reason", content.reason);
        } else if constexpr (std::is_same_v<C, decision::ProposeChange>) {
          json = Json::object();
          Json list = Json::list();
          for (const decision::ProposedCommand& one : content.commands) {
            Json entry = Json::object();
            add_proposed(entry, one, codec);
            list.items.push_back(std::move(entry));
          }
          json.add("commands", std::move(list));
          json.add("reason", content.reason);
        }
        return json;
      },
      command);
}

}  // namespace cofferdam::operation
