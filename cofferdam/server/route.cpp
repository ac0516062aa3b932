// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/route.h"

#include "cofferdam/books/principal/principal.h"

#include <algorithm>
#include <array>

namespace cofferdam::server {
namespace {

constexpr std::uint16_t kReaders = principal::kAllRoles;
constexpr std::uint16_t kWriters = principal::kAllRoles & ~principal::kAuditor;

struct TaskAccess {
  std::string_view name;
  std::uint16_t roles;
};

// Every other task works on files of the machine that it runs on, or holds the books for as long
// as a replay or a model takes: those are for the command line.
constexpr std::array<TaskAccess, 17> kTasks{TaskAccess{"adequacy.owner", kReaders},
                                            {"adequacy.propose", kReaders},
                                            {"adequacy.prove", kReaders},
                                            {"api-key.create", principal::kAdmin},
                                            {"api-key.list", principal::kAdmin},
                                            {"api-key.revoke", principal::kAdmin},
                                            {"api-key.rotate", principal::kAdmin},
                                            {"books.backup", principal::kAdmin},
                                            {"command.digest", kWriters},
                                            {"intent.export", kReaders},
                                            {"journal.checkpoint", principal::kOperator},
                                            {"journal.snapshot", principal::kOperator},
                                            {"proof.owner", kReaders},
                                            {"proof.root", kReaders},
                                            {"report.account", kReaders},
                                            {"report.pool-sheet", kReaders},
                                            {"report.statement", kReaders}};

std::string path_of(std::string_view operation) {
  std::string path = "/v1/" + std::string(operation);
  std::replace(path.begin() + 4, path.end(), '.', '/');
  return path;
}

}  // namespace

const operation::Type& Route::input() const {
  switch (kind) {
    case RouteKind::command:
      return *command->type;
    case RouteKind::query:
      return *query->parameters;
    case RouteKind::calculator:
      return *calculator->input;
    case RouteKind::task:
      break;
  }
  return *task->parameters;
}

std::uint16_t roles_for(engine::Needs needs) {
  switch (needs) {
    case engine::Needs::nothing:
      return kWriters;
    case engine::Needs::operator_role:
      return principal::kOperator;
    case engine::Needs::admin_role:
      return principal::kAdmin;
    case engine::Needs::approver_role:
      return principal::kApprover;
  }
  return 0;
}

std::vector<std::string_view> role_names(std::uint16_t roles) {
  std::vector<std::string_view> names;
  const std::uint16_t held = roles | principal::kRoot;
  for (std::size_t bit = 0; bit < operation::kRoleNames.size(); ++bit)
    if ((held >> bit & 1U) != 0) names.push_back(operation::kRoleNames[bit]);
  return names;
}

Routes::Routes(const operation::Registry& registry) {
  // Books are founded before they are served.
  for (const auto& entry : registry.commands)
    if (entry.name != "books.found")
      add({.kind = RouteKind::command,
           .path = path_of(entry.name),
           .operation = std::string(entry.name),
           .summary = std::string(entry.summary),
           .roles = roles_for(entry.needs),
           .command = &entry});
  for (const auto& entry : registry.queries)
    add({.kind = RouteKind::query,
         .path = path_of(entry.name),
         .operation = entry.name,
         .summary = entry.summary,
         .roles = kReaders,
         .query = &entry});
  for (const auto& entry : registry.calculators)
    add({.kind = RouteKind::calculator,
         .path = "/v1/calc/" + entry.name,
         .operation = entry.name,
         .summary = entry.summary,
         .roles = kReaders,
         .calculator = &entry});
  for (const TaskAccess& access : kTasks)
    if (const auto* entry = registry.find_task(access.name))
      add({.kind = RouteKind::task,
           .path = path_of(entry->name),
           .operation = entry->name,
           .summary = entry->summary,
           .roles = access.roles,
           .task = entry});
}

void Routes::add(Route route) {
  std::string path = route.path;
  const bool is_new = routes_.emplace(std::move(path), std::move(route)).second;
  COFFERDAM_CHECK(is_new, "no two operations have one path");
}

const Route* Routes::find(std::string_view path) const {
  const auto found = routes_.find(path);
  return found == routes_.end() ? nullptr : &found->second;
}

const Route* Routes::of_operation(std::string_view name) const {
  return find(path_of(name));
}

}  // namespace cofferdam::server
