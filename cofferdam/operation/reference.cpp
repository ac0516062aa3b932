// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/reference.h"

#include "cofferdam/operation/schema.h"

#include <set>

namespace cofferdam::operation {
namespace {

// Words of a description, safe inside a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

const Type& leaf_of(const Type& type) {
  const bool outer = type.kind == Kind::list || type.kind == Kind::optional;
  return outer ? leaf_of(*type.element) : type;
}

std::string choices(const Field& field) {
  const Type& leaf = leaf_of(*field.type);
  const auto names = field.flags.empty() ? leaf.names : field.flags;
  std::string text;
  for (const std::string_view name : names)
    if (!name.empty()) text += (text.empty() ? "" : ", ") + ("`" + std::string(name) + "`");
  return text.empty() ? text : "; one of " + text;
}

// A row for each field, those of nested structs behind theirs.
void field_rows(const Type& type, const std::string& before, bool input, std::string& out) {
  for (const Field& field : type.fields) {
    const std::string name = before + std::string(field.name);
    out += "| `" + name + "` | " + describe_kind(field) + " | ";
    if (input) out += std::string(field.is_required ? "yes" : "") + " | ";
    out +=
        cell(field.doc) + (leaf_of(*field.type).names.size() > 20 ? "" : choices(field)) + " |\n";
    const Type& leaf = leaf_of(*field.type);
    if (leaf.kind == Kind::structure) {
      const bool is_list = field.type->kind == Kind::list;
      field_rows(leaf, name + (is_list ? "[]." : "."), input, out);
    }
  }
}

std::string input_table(const Type& type) {
  if (type.fields.empty()) return "It has no fields.\n\n";
  std::string out = "| field | kind | required | meaning |\n|---|---|---|---|\n";
  field_rows(type, "", true, out);
  return out + "\n";
}

std::string output_table(const Type& type) {
  std::string out = "| field | kind | meaning |\n|---|---|---|\n";
  field_rows(type, "", false, out);
  return out + "\n";
}

std::string rules_table(const std::vector<Rule>& rules) {
  std::string out = "| number | status | rule |\n|---|---|---|\n";
  for (const Rule& rule : rules)
    if (rule.number != 0)
      out += "| " + std::to_string(rule.number) + " | `" + std::string(rule.name) + "` | " +
             cell(rule.rule) + " |\n";
  return out + "\n";
}

constexpr std::string_view kGenerated =
    "Generated from the code that defines it by `cofferdam reference docs`.\n\n";

std::string commands_page(const Registry& registry) {
  std::string out = "# Commands\n\n";
  out += kGenerated;
  out +=
      "A command is the one way to change the books. It carries an id, which makes it idempotent "
      "for ever,\nand comes to an outcome that is recorded with it. Statuses are looked for in "
      "their order; an earlier one\nwins. [Door statuses](statuses.md#door) come before those of "
      "the command.\n\n| command | number | role | what it does |\n|---|---|---|---|\n";
  for (const CommandEntry& entry : registry.commands)
    out += "| [`" + std::string(entry.name) + "`](#" + std::string(entry.name) + ") | " +
           std::to_string(entry.number) + " | " + std::string(needs_text(entry.needs)) + " | " +
           cell(entry.summary) + " |\n";
  for (const CommandEntry& entry : registry.commands) {
    out += "\n<a id=\"" + std::string(entry.name) + "\"></a>\n\n## " + std::string(entry.name) +
           "\n\n" + std::string(entry.summary) + "\n\n" + input_table(*entry.type);
    const Json example = example_of(*entry.type);
    if (!example.items.empty()) out += "```json\n" + write_json(example) + "\n```\n\n";
    out += rules_table(entry.statuses);
    if (!entry.event_statuses.empty())
      out += "Each event has a status of its own:\n\n" + rules_table(entry.event_statuses);
    out.pop_back();
  }
  return out;
}

std::string queries_page(const Registry& registry) {
  std::string out = "# Queries\n\n";
  out += kGenerated;
  out +=
      "A query reads the books and changes nothing. Lists come in pages: `next` of one answer is "
      "`after` of the\nnext question, and rows are never missed or repeated.\n";
  for (const QueryEntry& entry : registry.queries) {
    out += "\n## " + entry.name + "\n\n" + entry.summary + "\n\n" + input_table(*entry.parameters) +
           "A row of the answer:\n\n" + output_table(*entry.row);
    out.pop_back();
  }
  return out;
}

std::string tasks_page(const Registry& registry) {
  std::string out = "# Tasks\n\n";
  out += kGenerated;
  out += "A task is longer work over the data folder or over files.\n";
  for (const TaskEntry& entry : registry.tasks) {
    out += "\n## " + entry.name + "\n\n" + entry.summary + "\n\n" + input_table(*entry.parameters);
    out.pop_back();
  }
  return out;
}

std::string calculators_page(const Registry& registry) {
  std::string out = "# Calculators\n\n";
  out += kGenerated;
  out +=
      "A calculator is a pure function from one JSON object to another. Amounts are decimal text "
      "in the scale\nof the field `scale`, where there is one.\n";
  for (const CalculatorEntry& entry : registry.calculators) {
    out += "\n## " + entry.name + "\n\n" + entry.summary + "\n\nSource: " + entry.source + ".\n\n" +
           input_table(*entry.input) + "It answers with:\n\n" + output_table(*entry.output);
    if (!entry.example.empty())
      out += "An example with its answer: `examples/calculators/" + entry.name + ".json`.\n\n";
    out.pop_back();
  }
  return out;
}

std::string statuses_page(const Registry& registry) {
  std::string out = "# Statuses\n\n";
  out += kGenerated;
  out +=
      "<a id=\"door\"></a>\n\n## Door\n\nLooked for before anything else, whatever the "
      "command.\n\n";
  std::vector<Rule> door;
  const auto& names = base::EnumText<engine::DoorStatus>::kNames;
  for (std::size_t i = 0; i < names.size(); ++i)
    door.push_back(
        {static_cast<std::uint16_t>(i), names[i], base::EnumText<engine::DoorStatus>::kDocs[i]});
  out += rules_table(door);
  out += "## All\n\n| status | of | rule |\n|---|---|---|\n";
  std::set<std::string> lines;
  for (const CommandEntry& entry : registry.commands)
    for (const auto* rules : {&entry.statuses, &entry.event_statuses})
      for (const Rule& rule : *rules)
        if (rule.number != 0)
          lines.insert("| `" + std::string(rule.name) + "` | " + std::string(entry.name) + " | " +
                       cell(rule.rule) + " |\n");
  for (const std::string& line : lines) out += line;
  return out;
}

}  // namespace

std::vector<Page> reference_pages(const Registry& registry) {
  return {{"reference/commands.md", commands_page(registry)},
          {"reference/queries.md", queries_page(registry)},
          {"reference/tasks.md", tasks_page(registry)},
          {"reference/calculators.md", calculators_page(registry)},
          {"reference/statuses.md", statuses_page(registry)}};
}

}  // namespace cofferdam::operation
