// SPDX-License-Identifier: Apache-2.0
//
// What is done with a request: who asks, for what, and on which thread.
#pragma once

#include "cofferdam/server/admission.h"
#include "cofferdam/server/alert_delivery.h"
#include "cofferdam/server/api_keys.h"
#include "cofferdam/server/batch_body.h"
#include "cofferdam/server/bulk_body.h"
#include "cofferdam/server/feed.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/metrics.h"
#include "cofferdam/server/parameters.h"
#include "cofferdam/server/public_pages.h"
#include "cofferdam/server/route.h"
#include "cofferdam/server/server.h"
#include "cofferdam/server/socket.h"
#include "cofferdam/server/workers.h"

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::server {

inline constexpr std::string_view kSocketPath = "/v1/ws";
inline constexpr std::string_view kBulkPath = "/v1/transfer/create";

class Service final : public HttpHandler {
 public:
  Service(operation::Session& session, const Options& options);

  [[nodiscard]] Result<void> open();

  // Before the network runs.
  void attach(HttpServer& http);
  // Ends the feed and takes no more; what was begun goes on.
  void begin_stop();
  // What waits for the books is not done any more.
  void abandon();
  // After the network has ended: what was begun is done.
  void finish();

  [[nodiscard]] std::optional<HttpResponse> refuse(HttpRequest& head) override;
  [[nodiscard]] std::unique_ptr<HttpBody> take_body(const std::shared_ptr<HttpExchange>& exchange,
                                                    const HttpRequest& head) override;
  [[nodiscard]] std::unique_ptr<HttpBody> upgrade(const std::shared_ptr<HttpExchange>& exchange,
                                                  const HttpRequest& head) override;
  void request(std::shared_ptr<HttpExchange> exchange, HttpRequest request) override;
  [[nodiscard]] HttpResponse broken_request(unsigned status, std::string_view why) override;
  void answered(const HttpRequest& head, unsigned status, std::uint64_t micros) override;

 private:
  friend class BatchBody;
  friend class BulkBody;
  friend class Socket;

  // A request that was understood and waits for the books.
  struct Call {
    std::shared_ptr<HttpExchange> exchange;
    const Route* route = nullptr;
    std::string principal;
    std::string key = {};  // is looked at again before the call is carried out; empty: was just now
    std::string caller_key = {};
    Controls controls;
    operation::Json content;
    std::string text;  // instead of the content, where it is read on the books' thread
  };

  using Answer = std::pair<std::shared_ptr<HttpExchange>, HttpResponse>;

  struct SocketSubscription {
    std::string name;
    std::string who;
    std::string key;
  };

  // On the network's thread.
  [[nodiscard]] bool answer_own(const std::shared_ptr<HttpExchange>& exchange,
                                const HttpRequest& request);
  [[nodiscard]] std::optional<HttpResponse> read_call(const HttpRequest& request, Call& call) const;
  void carry_out(std::shared_ptr<Call> call);
  void carry_out_gathered(std::size_t seen, unsigned quiet_turns);
  // What was gathered, on this thread. False: the books are at work.
  [[nodiscard]] bool carry_out_here();
  void request_of_socket(std::shared_ptr<HttpExchange> exchange, const Route& route,
                         const std::string& caller, const std::string& key,
                         RpcParameters parameters);
  [[nodiscard]] bool is_key_good(const std::string& key) const;
  [[nodiscard]] HttpResponse refuse_socket(const HttpRequest& request) const;
  [[nodiscard]] bool has_unopened_room(const std::string& peer) const;
  [[nodiscard]] bool has_room_of(const std::string& who, std::size_t own) const;
  void forget(Socket* socket);
  void want_pump();  // from any thread
  // Once a second: what large answers have left with the allocator goes back to the system.
  void give_memory_back();
  [[nodiscard]] std::optional<HttpResponse> read_input(const HttpRequest& request, Pairs pairs,
                                                       Call& call) const;
  void follow(std::shared_ptr<HttpExchange> exchange, const HttpRequest& request);
  void give_metrics(std::shared_ptr<HttpExchange> exchange, std::string caller);
  [[nodiscard]] const std::string& openapi();

  [[nodiscard]] static operation::Envelope envelope_of(const Call& call);
  // Whether it takes less time than to wake another thread for it.
  [[nodiscard]] static bool is_quick(const Call& call);

  // On the books' thread.
  [[nodiscard]] std::optional<HttpResponse> forbid(const std::string& principal,
                                                   std::uint16_t roles) const;
  // The same for a command, which may also be given with a role in a single pool: the books judge
  // which pools it acts on.
  [[nodiscard]] std::optional<HttpResponse> forbid_command(const std::string& principal,
                                                           std::uint16_t roles) const;
  void carry_out_bulk(const std::shared_ptr<BulkRun>& run, std::uint64_t first, bool is_last,
                      base::CommandId id, std::vector<ledger::Transfer> transfers);
  void refuse_bulk(const std::shared_ptr<BulkRun>& run, const BulkBlock& block,
                   HttpResponse problem);
  [[nodiscard]] bool begin_batch(const std::shared_ptr<BatchRun>& run);
  void end_batch(const std::shared_ptr<BatchRun>& run, std::optional<Error> error);
  // Commands that were refused over their signature since this was called last: there is no record
  // of them, so there is a line of the log.
  void note_unsealed(const std::string& principal, const std::string& key,
                     std::string_view operation, base::CommandId id);
  // What the disk said last; null: all is well.
  void note_disk(const Error* error);
  [[nodiscard]] HttpResponse run(Call& call);
  [[nodiscard]] HttpResponse run_transfers(Call& call);
  [[nodiscard]] HttpResponse run_command(Call& call);
  [[nodiscard]] HttpResponse run_query(const Call& call);
  [[nodiscard]] HttpResponse run_task(const Call& call);
  // Of a task in two parts: the first here, the rest on the thread of files, which then answers.
  void begin_task(const std::shared_ptr<Call>& call);
  void pump();
  // At the end of what waits for the books; nothing while one waits there already. From any thread.
  void queue_pump();
  [[nodiscard]] bool may_follow(const std::string& who, const std::string& key) const;
  // Behind which record a feed begins.
  [[nodiscard]] Result<base::Sequence> feed_start(std::optional<base::Sequence> after) const;
  // The answer to feed.subscribe.
  [[nodiscard]] HttpResponse subscribe(const SocketSubscription& asked,
                                       std::shared_ptr<Socket> socket,
                                       const std::shared_ptr<HttpExchange>& exchange,
                                       std::optional<base::Sequence> after, FeedFilter filter);
  // Hands on what was answered since it was called last.
  void send_ready();
  // The same for what waits for the disk.
  void send_held();
  void offer_held(base::Sequence sequence, std::vector<Answer> held);
  static void answer_held(std::vector<Answer>& held, const Result<void>& durable);
  // Answers when everything that is recorded now is durable.
  void release(std::shared_ptr<HttpExchange> exchange, HttpResponse response);
  [[nodiscard]] bool is_public_path(std::string_view path) const;

  operation::Session& session_;
  const Options& options_;
  Routes routes_;
  ApiKeys keys_;
  Admission admission_;
  Metrics metrics_;
  Feed feed_;
  HttpServer* http_ = nullptr;
  std::string openapi_;
  double start_seconds_ = 0;
  std::set<std::shared_ptr<Socket>> sockets_;  // of the network's thread
  std::size_t calls_cost_ = 0;                 // of it as well: of the calls of all sockets
  std::uint64_t most_unread_ = 0;              // of it as well: since memory was given back
  bool hands_over_ = false;                    // of it as well: what was gathered will be
  bool is_quick_ = true;                       // of it as well: all that was gathered is
  // Of the books' thread: answers that go to the network's in one piece.
  std::vector<Answer> ready_;
  std::vector<Answer> held_;  // the same, of those that wait for the disk
  base::Sequence held_sequence_ = 0;
  std::uint64_t unsealed_ = 0;  // that are in the log
  bool is_stopping_ = false;
  std::atomic<bool> is_disk_bad_{false};
  std::atomic<int> travels_ = 0;          // questions about the past that wait or are answered
  std::atomic<bool> pump_waits_{false};   // in the queue of the books
  std::atomic<bool> pump_is_due_{false};  // after a commit, or by the clock
  // The threads come last: they end before what they use.
  std::unique_ptr<PublicPages> public_;  // null: there is no public page
  std::unique_ptr<AlertDelivery> alerts_;
  std::optional<Committer> committer_;
  std::optional<Worker> files_;
  std::optional<Worker> books_;
};

}  // namespace cofferdam::server
