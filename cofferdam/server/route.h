// SPDX-License-Identifier: Apache-2.0
//
// Where each operation of the registry is found, and who may go there:
//
//   command     POST      /v1/NOUN/VERB
//   query       GET, POST /v1/NOUN/VERB
//   calculator  POST      /v1/calc/NAME
//   task        POST      /v1/NOUN/VERB, of those that neither read nor write files of the server
#pragma once

#include "cofferdam/operation/registry.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::server {

enum class RouteKind : std::uint8_t { command, query, calculator, task };

struct Route {
  RouteKind kind = RouteKind::query;
  std::string path;
  std::string operation;
  std::string summary;
  // One of these roles is needed; root holds them all. A command that names none is open to all
  // but those who are auditors and nothing else: they change nothing.
  std::uint16_t roles = 0;
  const operation::CommandEntry* command = nullptr;
  const operation::QueryEntry* query = nullptr;
  const operation::CalculatorEntry* calculator = nullptr;
  const operation::TaskEntry* task = nullptr;

  [[nodiscard]] bool has_get() const { return kind == RouteKind::query; }

  // Of the fields that the request gives.
  [[nodiscard]] const operation::Type& input() const;
};

class Routes {
 public:
  // The registry must outlive the routes.
  explicit Routes(const operation::Registry& registry);

  [[nodiscard]] const Route* find(std::string_view path) const;
  [[nodiscard]] const Route* of_operation(std::string_view name) const;

  [[nodiscard]] const std::map<std::string, Route, std::less<>>& all() const { return routes_; }

 private:
  void add(Route route);

  std::map<std::string, Route, std::less<>> routes_;
};

[[nodiscard]] std::uint16_t roles_for(engine::Needs needs);
// "admin", "operator"; root is always among them.
[[nodiscard]] std::vector<std::string_view> role_names(std::uint16_t roles);

}  // namespace cofferdam::server
