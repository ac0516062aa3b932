// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/registry.h"

#include <algorithm>

namespace cofferdam::operation {
namespace {

template <class List>
auto find_in(const List& list, std::string_view name) -> decltype(&list.front()) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.name == name; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const CommandEntry* Registry::find_command(std::string_view name) const {
  return find_in(commands, name);
}

const CommandEntry* Registry::find_command(std::uint16_t number) const {
  for (const CommandEntry& entry : commands)
    if (entry.number == number) return &entry;
  return nullptr;
}

const QueryEntry* Registry::find_query(std::string_view name) const {
  return find_in(queries, name);
}

const CalculatorEntry* Registry::find_calculator(std::string_view name) const {
  return find_in(calculators, name);
}

const TaskEntry* Registry::find_task(std::string_view name) const {
  return find_in(tasks, name);
}

Registry make_registry() {
  Registry registry;
  register_commands(registry);
  register_queries(registry);
  register_calculators(registry);
  register_tasks(registry);
  return registry;
}

std::string_view needs_text(engine::Needs needs) {
  switch (needs) {
    case engine::Needs::nothing:
      return "any active principal, as its own rules say";
    case engine::Needs::operator_role:
      return "operator";
    case engine::Needs::admin_role:
      return "admin";
    case engine::Needs::approver_role:
      return "approver";
  }
  return "";
}

}  // namespace cofferdam::operation
