// SPDX-License-Identifier: Apache-2.0
//
// /public and /public.json, for everybody: made at most every so many seconds, and only when there
// are new records, on the thread of the books but in pieces that let requests through; given out
// from memory on the network's thread.
#pragma once

#include "cofferdam/operation/session.h"
#include "cofferdam/report/public_page.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/workers.h"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::server {

class PublicPages {
 public:
  // An error when one of the pools does not exist.
  [[nodiscard]] static Result<std::unique_ptr<PublicPages>> open(
      operation::Session& session, const std::vector<std::string>& pools, std::uint32_t seconds);

  PublicPages(operation::Session& session, std::set<base::PoolId> pools, std::uint32_t seconds)
      : session_(session), history_(session.engine(), std::move(pools)), seconds_(seconds) {}

  [[nodiscard]] static bool is_path(std::string_view path) {
    return path == "/public" || path == "/public.json";
  }

  // On the network's thread.
  [[nodiscard]] HttpResponse answer(const HttpRequest& request) const;
  // On the network's thread, often: begins a new version when one is due.
  void refresh(Worker& books);

  // No further piece is begun.
  void stop() { is_stopping_ = true; }

 private:
  struct Version {
    std::string html;
    std::string json;
    std::string html_tag;
    std::string json_tag;
  };

  void step(Worker& books);
  [[nodiscard]] Result<void> make();

  operation::Session& session_;
  report::PublicHistory history_;
  const std::uint32_t seconds_;
  std::atomic<std::shared_ptr<const Version>> version_;
  std::atomic<bool> is_busy_{false};
  std::atomic<bool> is_stopping_{false};
  std::int64_t begun_ = 0;      // of the network's thread; seconds
  base::Sequence made_of_ = 0;  // of the books' thread
  base::Sequence step_at_ = 0;  // of the books' thread: their last record at the last step
};

}  // namespace cofferdam::server
