// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/api_key_tasks.h"

#include "cofferdam/books/access/key_rules.h"
#include "cofferdam/books/principal/create_principal.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/server/api_keys.h"

namespace cofferdam::server {

struct CreateApiKey {
  std::string principal;
  std::string label;
  std::optional<base::Time> expires;
  KeyScope scope;

  static constexpr std::array<std::string_view, 1> kRequired{"principal"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "code of the principal that the key stands for");
    visit("label", self.label, "what it is for, at most 128 bytes");
    visit("expires", self.expires, "from when on it is refused; never when absent");
    KeyScope::fields(self.scope, visit);
  }
};

struct RotateApiKey {
  std::string key;
  base::Duration overlap = base::kDay;

  static constexpr std::array<std::string_view, 1> kRequired{"key"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("key", self.key, "id of the key that is replaced, as api-key list shows it");
    visit("overlap", self.overlap, "how long it is still good beside the new one, at most 31 days");
  }
};

struct ListApiKeys {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

struct RevokeApiKey {
  std::string key;

  static constexpr std::array<std::string_view, 1> kRequired{"key"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("key", self.key, "id of the key, as api-key list shows it");
  }
};

// What is shown of a key: everything but its hash.
struct ApiKeyRow {
  std::string id;
  std::string principal;
  std::string label;
  base::Time created;
  std::optional<base::Time> expires;
  std::optional<base::Time> revoked;
  KeyScope scope;
  std::string replaced_by;
  std::optional<base::Time> last_used;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the part of the key that is no secret");
    visit("principal", self.principal, "code of the principal that it stands for");
    visit("label", self.label, "what it is for");
    visit("created", self.created, "when it was made");
    visit("expires", self.expires, "from when on it is refused; null for never");
    visit("revoked", self.revoked, "when it was revoked; null while it is good");
    KeyScope::fields(self.scope, visit);
    visit("replaced_by", self.replaced_by, "id of the key that it was rotated to");
    visit("last_used", self.last_used, "to the minute, while it is served; null for never");
  }
};

namespace {

using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;

ApiKeyRow row_of(const ApiKey& key, const ApiKeys& keys) {
  return {.id = key.id,
          .principal = key.principal,
          .label = key.label,
          .created = key.created,
          .expires = key.expires,
          .revoked = key.revoked,
          .scope = key.scope,
          .replaced_by = key.replaced_by,
          .last_used = keys.last_used(key.id)};
}

// What a request is known by when it is sent again.
std::string request_of(const Session& session) {
  const base::CommandId id = session.envelope().id;
  return id.is_none() ? std::string() : base::to_text(id.value());
}

Json made_json(const ApiKeys::Made& made) {
  Json json = Json::object();
  json.add("id", made.key.id);
  json.add("principal", made.key.principal);
  if (made.whole.empty()) {
    // Only its hash is left.
    json.add("replayed", Json::truth(true));
  } else {
    json.add("key", made.whole);
  }
  return json;
}

std::unexpected<Error> not_allowed(const std::string& who, std::string rule) {
  return std::unexpected(Error{.kind = base::ErrorKind::refused,
                               .field = "principal",
                               .value = who,
                               .rule = std::move(rule)});
}

// Whether the actor may make or take away what lets somebody act as `principal`.
Result<void> check_actor(Session& session, const std::string& principal) {
  const engine::State& books = session.engine().state();
  const principal::State& state = books.principal;
  const principal::Principal* target = principal::find_principal(state, principal);
  if (target == nullptr)
    return base::malformed("principal", principal, "must be the code of a principal that exists");
  const std::string& code = session.envelope().principal;
  const principal::Principal* actor = code.empty() ? state.principals.find(base::PrincipalId(1))
                                                   : principal::find_principal(state, code);
  if (actor == nullptr || !principal::may(state, actor->id, principal::kAdmin))
    return not_allowed(code, "only an active root or admin manages API keys");
  if (!principal::may_grant(state, actor->id, target->roles) ||
      !access::holds_grants_of(books.access, state, actor->id, target->id))
    return not_allowed(code, "nobody manages a key for a role that they do not hold");
  return {};
}

bool is_operation(const operation::Registry& registry, std::string_view name) {
  return name == "events" || name == "metrics" || registry.find_command(name) != nullptr ||
         registry.find_query(name) != nullptr || registry.find_calculator(name) != nullptr ||
         registry.find_task(name) != nullptr;
}

Result<Document> create_api_key(Session& session, const CreateApiKey& parameters,
                                Progress& /*progress*/) {
  if (Result<void> allowed = check_actor(session, parameters.principal); !allowed)
    return std::unexpected(allowed.error());
  ApiKeys keys(session.folder());
  if (Result<void> loaded = keys.load(); !loaded) return std::unexpected(loaded.error());
  for (const std::string& name : parameters.scope.operations)
    if (!is_operation(session.registry(), name))
      return base::malformed("operations", name, "must be names of operations",
                             "cofferdam schema lists them");
  if (session.envelope().dry_run) {
    Json json = Json::object();
    json.add("principal", parameters.principal);
    json.add("dry_run", Json::truth(true));
    return Document(std::move(json));
  }
  const Result<ApiKeys::Made> made = keys.create({.principal = parameters.principal,
                                                  .label = parameters.label,
                                                  .expires = parameters.expires,
                                                  .scope = parameters.scope,
                                                  .request = request_of(session)},
                                                 system_time());
  if (!made) return std::unexpected(made.error());
  return Document(made_json(*made));
}

Result<Document> rotate_api_key(Session& session, const RotateApiKey& parameters,
                                Progress& /*progress*/) {
  constexpr base::Duration kOverlapMax = base::kDay * 31;
  if (parameters.overlap < base::Duration() || parameters.overlap > kOverlapMax)
    return base::malformed("overlap", "", "is from nothing to 31 days");
  ApiKeys keys(session.folder());
  if (Result<void> loaded = keys.load(); !loaded) return std::unexpected(loaded.error());
  for (const ApiKey& key : keys.list())
    if (key.id == parameters.key)
      if (Result<void> allowed = check_actor(session, key.principal); !allowed)
        return std::unexpected(allowed.error());
  if (session.envelope().dry_run) return base::malformed("dry_run", "", "a key is rotated or not");
  const base::Time now = system_time();
  const Result<ApiKeys::Made> made =
      keys.rotate(parameters.key, request_of(session), now, now + parameters.overlap);
  if (!made) return std::unexpected(made.error());
  return Document(made_json(*made));
}

Result<Document> list_api_keys(Session& session, const ListApiKeys& /*parameters*/,
                               Progress& /*progress*/) {
  ApiKeys keys(session.folder());
  if (Result<void> loaded = keys.load(); !loaded) return std::unexpected(loaded.error());
  operation::Listing listing = operation::listing_of<ApiKeyRow>();
  for (const ApiKey& key : keys.list())
    listing.rows.push_back(operation::to_json(row_of(key, keys), session.codec()));
  return Document(std::move(listing));
}

Result<Document> revoke_api_key(Session& session, const RevokeApiKey& parameters,
                                Progress& /*progress*/) {
  ApiKeys keys(session.folder());
  if (Result<void> loaded = keys.load(); !loaded) return std::unexpected(loaded.error());
  for (const ApiKey& key : keys.list())
    if (key.id == parameters.key)
      if (Result<void> allowed = check_actor(session, key.principal); !allowed)
        return std::unexpected(allowed.error());
  if (session.envelope().dry_run) return base::malformed("dry_run", "", "a key is revoked or not");
  const Result<ApiKey> revoked = keys.revoke(parameters.key, system_time());
  if (!revoked) return std::unexpected(revoked.error());
  return Document(operation::single(row_of(*revoked, keys), session.codec()));
}

}  // namespace

void register_api_keys(operation::Registry& registry) {
  operation::add_task<CreateApiKey>(registry, "api-key.create",
                                    "Make a key with which a program speaks for a principal; it "
                                    "is shown once.",
                                    &create_api_key);
  operation::add_task<ListApiKeys>(registry, "api-key.list",
                                   "The API keys, without what would let one use them.",
                                   &list_api_keys);
  registry.tasks.back().row = &operation::type_of<ApiKeyRow>();
  operation::add_task<RotateApiKey>(registry, "api-key.rotate",
                                    "Make a key like another, which stays good for a while.",
                                    &rotate_api_key);
  operation::add_task<RevokeApiKey>(registry, "api-key.revoke",
                                    "Take an API key out of force, at once and for ever.",
                                    &revoke_api_key);
}

}  // namespace cofferdam::server
