// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows the library of sockets: it takes long to compile.
#include "cofferdam/server/http_connection.h"
#include "cofferdam/server/presence.h"
#include "cofferdam/server/tls_context.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <set>
#include <sys/socket.h>

namespace cofferdam::server {
namespace {

// How often connections are looked at for what is late.
constexpr std::uint32_t kLateMillis = 250;

// On this machine there is no narrow link whose rate could be measured, and control that paces what
// it sends (BBR) may take the time that a client leaves between two requests for such a rate.
void send_without_pacing(int listener) {
  static constexpr std::string_view kReno = "reno";
  (void)::setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, kReno.data(), kReno.size());
}

class Server final : public HttpServer, public ConnectionOwner {
 public:
  Server(HttpOptions options, HttpHandler& handler)
      : options_(std::move(options)), handler_(handler) {}

  [[nodiscard]] Result<void> listen();

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void run(std::uint32_t grace_seconds) override {
    grace_seconds_ = grace_seconds;
    running_ = true;
    every(kLateMillis, [this] { close_what_is_late(); });
    accept();
    network_.run();
    running_ = false;
  }

  void stop() override {
    asio::dispatch(network_, [this] { begin_stop(); });
  }

  void on_signal(std::function<void(int)> what) override {
    signals_.async_wait([this, what = std::move(what)](const error_code& failed, int number) {
      if (failed) return;
      what(number);
      on_signal(what);
    });
  }

  void every(std::uint32_t millis, std::function<void()> what) override {
    timers_.emplace_back(network_);
    tick(timers_.back(), millis, std::move(what));
  }

  [[nodiscard]] std::shared_ptr<ByteBudget> bodies() const override { return bodies_; }

  [[nodiscard]] std::shared_ptr<ByteBudget> answers() const override { return answers_; }

  void later(std::uint32_t millis, std::function<void()> what) override {
    after(millis, std::move(what));
  }

  void after(std::uint32_t millis, std::function<void()> what) override {
    asio::dispatch(network_, [this, millis, what = std::move(what)]() mutable {
      auto timer =
          std::make_shared<asio::steady_timer>(network_, std::chrono::milliseconds(millis));
      timer->async_wait([timer, what = std::move(what)](const error_code& failed) {
        if (!failed) what();
      });
    });
  }

  void dispatch(std::function<void()> what) override { asio::dispatch(network_, std::move(what)); }

  void post(std::function<void()> what) override { asio::post(network_, std::move(what)); }

  [[nodiscard]] HttpFigures figures() const override {
    return {.connections = open_.load(), .accepted = accepted_.load(), .turned_away = away_.load()};
  }

  const HttpOptions& options() const override { return options_; }

  HttpHandler& handler() override { return handler_; }

  [[nodiscard]] bool is_stopping() const override { return stopping_; }

  void enter(HttpSession* session, const std::string& peer) override {
    sessions_.insert(session);
    ++open_;
    present_.enter(peer);
  }

  void leave(HttpSession* session, const std::string& peer) override {
    sessions_.erase(session);
    --open_;
    present_.leave(peer);
    if (running_ && stopping_ && sessions_.empty()) network_.stop();
  }

 private:
  void accept();
  void begin_stop();
  void close_what_is_late();

  void tick(asio::steady_timer& timer, std::uint32_t millis, std::function<void()> what) {
    timer.expires_after(std::chrono::milliseconds(millis));
    timer.async_wait(
        [this, &timer, millis, what = std::move(what)](const error_code& failed) mutable {
          if (failed) return;
          what();
          tick(timer, millis, std::move(what));
        });
  }

  HttpOptions options_;
  HttpHandler& handler_;
  // Connections leave when the network is taken down, so what they touch outlives it.
  std::set<HttpSession*> sessions_;
  Presence present_;
  std::uint16_t port_ = 0;
  std::uint32_t grace_seconds_ = 10;
  bool stopping_ = false;
  bool running_ = false;
  const std::shared_ptr<ByteBudget> bodies_ = std::make_shared<ByteBudget>(
      options_.limits.held_body_bytes_max, options_.limits.held_body_bytes_max / 2);
  const std::shared_ptr<ByteBudget> answers_ = std::make_shared<ByteBudget>(
      options_.limits.unsent_bytes_max, options_.limits.unsent_bytes_max / 2);
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> away_{0};
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  asio::io_context network_{1};
  tcp::acceptor acceptor_{network_};
  asio::signal_set signals_{network_, SIGTERM, SIGINT};
  std::list<asio::steady_timer> timers_;
};

Result<void> Server::listen() {
  const auto failed = [&](std::string field, std::string value, const error_code& code) {
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = std::move(field),
                                 .value = std::move(value),
                                 .rule = code.message()});
  };
  error_code code;
  if (options_.has_tls())
    if (auto ready = prepare_tls(tls_.native_handle(), options_); !ready) return ready;
  const auto address = asio::ip::make_address(options_.address, code);
  if (code) return failed("--listen", options_.address, code);
  if (!address.is_loopback() && !options_.has_tls())
    return std::unexpected(
        Error{.kind = base::ErrorKind::refused,
              .field = "--listen",
              .value = options_.address,
              .rule = "without TLS only an address of this machine itself is listened on",
              .hint = "give --tls-certificate and --tls-key, or put a proxy before 127.0.0.1"});
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), code);
  if (!code) acceptor_.set_option(asio::socket_base::reuse_address(true), code);
  if (!code && address.is_loopback()) send_without_pacing(acceptor_.native_handle());
  if (!code) acceptor_.bind(endpoint, code);
  if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
  if (code) return failed("--listen", options_.address + ":" + std::to_string(options_.port), code);
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void Server::accept() {
  acceptor_.async_accept([this](const error_code& failed, tcp::socket socket) {
    if (failed == asio::error::operation_aborted || stopping_) return;
    if (failed) {
      // Out of descriptors or memory: waiting a little is all that can be done.
      auto timer = std::make_shared<asio::steady_timer>(network_, std::chrono::milliseconds(100));
      timer->async_wait([this, timer](const error_code& /*ignored*/) { accept(); });
      return;
    }
    error_code ignored;
    const auto remote = socket.remote_endpoint(ignored);
    std::string peer = ignored ? "" : remote.address().to_string();
    if (open_.load() >= options_.limits.connections_max ||
        present_.count(peer) >= options_.limits.connections_of_address_max) {
      ++away_;
    } else {
      ++accepted_;
      socket.set_option(tcp::no_delay(true), ignored);
      if (options_.has_tls())
        std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(*this, std::move(socket),
                                                                           std::move(peer), tls_)
            ->start();
      else
        std::make_shared<Connection<beast::tcp_stream>>(*this, std::move(socket), std::move(peer))
            ->start();
    }
    accept();
  });
}

void Server::close_what_is_late() {
  const std::vector<HttpSession*> sessions(sessions_.begin(), sessions_.end());
  const Clock::time_point now = Clock::now();
  for (HttpSession* session : sessions) session->close_if_late(now);
}

void Server::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  const std::vector<HttpSession*> sessions(sessions_.begin(), sessions_.end());
  for (HttpSession* session : sessions) session->close_if_idle();
  if (sessions_.empty()) {
    network_.stop();
    return;
  }
  auto timer = std::make_shared<asio::steady_timer>(network_, std::chrono::seconds(grace_seconds_));
  timer->async_wait([this, timer](const error_code& /*ignored*/) { network_.stop(); });
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpOptions options, HttpHandler& handler) {
  auto server = std::make_unique<Server>(std::move(options), handler);
  if (Result<void> listening = server->listen(); !listening)
    return std::unexpected(listening.error());
  return server;
}

}  // namespace cofferdam::server
