// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/public_pages.h"

#include "cofferdam/crypto/sha256.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/report/page.h"
#include "cofferdam/server/api_keys.h"
#include "cofferdam/server/log.h"
#include "cofferdam/server/problem.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

namespace cofferdam::server {
namespace {

// A piece of history that takes a few milliseconds to read.
constexpr std::size_t kRecordsAtOnce = 500;
constexpr std::size_t kRecordsAtOnceMax = 10'000;

std::string tag_of(const std::string& body) {
  return "\"" + crypto::to_hex(crypto::sha256(body)).substr(0, 32) + "\"";
}

// The page has one style and no script: the style is allowed by its hash, everything else is not.
const std::string& content_policy() {
  static const std::string kPolicy = [] {
    const crypto::Hash hash = crypto::sha256(report::page_style());
    const std::string_view bytes = crypto::bytes_of(hash);
    std::string text(4 * ((bytes.size() + 2) / 3), '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return "default-src 'none'; style-src 'sha256-" + text +
           "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }();
  return kPolicy;
}

}  // namespace

Result<std::unique_ptr<PublicPages>> PublicPages::open(operation::Session& session,
                                                       const std::vector<std::string>& pools,
                                                       std::uint32_t seconds) {
  auto numbers = report::public_pools(session.engine().state(), pools);
  if (!numbers) {
    base::Error error = std::move(numbers).error();
    error.field = "--public";
    return std::unexpected(std::move(error));
  }
  return std::make_unique<PublicPages>(session, std::move(*numbers), seconds);
}

HttpResponse PublicPages::answer(const HttpRequest& request) const {
  const std::shared_ptr<const Version> version = version_.load();
  if (version == nullptr) {
    HttpResponse response =
        problem_response({.status = 503,
                          .code = "not-ready",
                          .title = "The page is being made",
                          .rule = "its first version is there when the journal has been read"});
    response.headers.emplace_back("Retry-After", "5");
    return response;
  }
  const bool is_json = request.path == "/public.json";
  const std::string& tag = is_json ? version->json_tag : version->html_tag;
  HttpResponse response{
      .content_type = is_json ? "application/json" : "text/html; charset=utf-8",
      .headers = {{"ETag", tag},
                  {"Cache-Control", "public, max-age=" + std::to_string(seconds_)},
                  {"Content-Security-Policy", content_policy()},
                  {"Referrer-Policy", "no-referrer"}}};
  if (request.if_none_match.find(tag) != std::string::npos || request.if_none_match == "*") {
    response.status = 304;
    return response;
  }
  response.body = is_json ? version->json : version->html;
  return response;
}

void PublicPages::refresh(Worker& books) {
  const std::int64_t now = system_time().value() / base::kNanosecondsPerSecond;
  // One that failed is tried again no sooner.
  if (begun_ != 0 && now < begun_ + std::int64_t{seconds_}) return;
  if (is_busy_.exchange(true)) return;
  begun_ = now;
  books.add([this, &books] { step(books); });
}

void PublicPages::step(Worker& books) {
  if (is_stopping_) return;
  engine::Engine& engine = session_.engine();
  if (version_.load() != nullptr && engine.sequence() == made_of_) {
    is_busy_ = false;
    return;
  }
  // A turn of the queue may bring more records than one piece reads: it would never catch up.
  const base::Sequence last = engine.sequence();
  const std::uint64_t grown = last - std::exchange(step_at_, last);
  Result<bool> done =
      history_.advance(std::clamp<std::uint64_t>(2 * grown, kRecordsAtOnce, kRecordsAtOnceMax));
  if (done && !*done) return books.add([this, &books] { step(books); });
  // The page is of one moment, this one: what is judged and not yet durable is made so.
  if (done)
    if (Result<void> committed = engine.commit(engine.sequence()); !committed)
      done = std::unexpected(committed.error());
  while (done && history_.read_through() < engine.sequence())
    done = history_.advance(kRecordsAtOnce);
  const Result<void> made = done ? make() : Result<void>(std::unexpected(done.error()));
  if (!made) {
    operation::Json fields = operation::Json::object();
    fields.add("failure", made.error().text());
    log_line("error", "public_page", fields);
  }
  is_busy_ = false;
}

Result<void> PublicPages::make() {
  const auto page = report::public_json(session_.engine(), history_, session_.folder());
  if (!page) return std::unexpected(page.error());
  auto version = std::make_shared<Version>();
  version->html = report::public_html(*page);
  version->json = operation::write_json(*page) + "\n";
  version->html_tag = tag_of(version->html);
  version->json_tag = tag_of(version->json);
  made_of_ = session_.engine().sequence();
  version_.store(std::move(version));
  return {};
}

}  // namespace cofferdam::server
