// SPDX-License-Identifier: Apache-2.0
//
// Room server: the books of one folder, open to programs over HTTP.
//
// Its words. A *route* is where an operation of the registry is found. A *key* is what a program
// shows; it stands for a *principal*. The *books' thread* owns the engine: it judges commands and
// answers queries, one after another. The *committer* makes what was judged durable, as much at
// once as there is. The *network's thread* reads requests and writes answers.
//
// Its laws. Nothing is served to who shows no good key, except whether the program runs, what it
// offers, the dashboard's own files, and the public page of pools that were named for it. The
// principal of a request is its key's, and nothing in the request can change that. No answer is
// given before every record that it rests on is durable, queries included. Every command has an
// idempotency key. Everything that a client can do is bounded. A surface adds no verb: operations,
// schemas and rules are those of the registry. No secret is logged.
//
// What it must not know: any operation by name, but for what it does about its own keys, and
// transfers, which have a short way of their own; any rule of the books.
#pragma once

#include "cofferdam/operation/session.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/log.h"
#include "cofferdam/server/webhook.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cofferdam::server {

struct Options {
  HttpOptions http;
  std::string version;
  LogRequests log_requests = LogRequests::failed;
  std::size_t jobs_max = 4096;  // requests that wait for the books; more are answered 503
  std::uint32_t grace_seconds = 10;
  // As many may come at once as in two seconds. 0: no limit.
  std::uint64_t requests_per_second_of_address = 100'000;
  std::uint64_t requests_per_second_of_key = 100'000;
  WebhookOptions webhook;
  // Pools shown at /public to everybody; none: there is no such page.
  std::vector<std::string> public_pools;
  std::uint32_t public_seconds = 60;  // least time between two versions of the page
  std::string backup_folder;      // in which backups that are asked for are written; empty: nowhere
  std::function<void()> on_stop;  // called when a signal ends the serving
};

// Serves until SIGTERM or SIGINT; then lets the requests at hand finish and closes the books.
// `ready` is called with the port when connections are taken.
[[nodiscard]] Result<void> serve(std::unique_ptr<operation::Session> session, Options options,
                                 const std::function<void(std::uint16_t)>& ready);

}  // namespace cofferdam::server
