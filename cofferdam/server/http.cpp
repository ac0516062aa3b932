// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows the library of sockets: it takes long to compile.
#include "cofferdam/server/http.h"

#include "cofferdam/server/http_exchange.h"
#include "cofferdam/server/http_text.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <limits>
#include <list>
#include <set>

namespace cofferdam::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kHeadBytes = std::size_t{4} << 10;
constexpr std::size_t kBodyBytes = std::size_t{64} << 10;
constexpr std::size_t kPartBytes = std::size_t{256} << 10;
// What may be read ahead of the parser; the framing of chunks has no limit of its own.
constexpr std::size_t kBufferMax = std::size_t{1} << 20;
// What is read and thrown away of a body that was refused, so that the answer reaches its sender.
constexpr std::size_t kLingerBytesMax = std::size_t{64} << 20;
constexpr std::uint32_t kLingerSeconds = 2;

class Server final : public HttpServer, public NetworkThread {
 public:
  Server(HttpOptions options, HttpHandler& handler)
      : options_(std::move(options)), handler_(handler) {}

  [[nodiscard]] Result<void> listen();

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void run(std::uint32_t grace_seconds) override {
    grace_seconds_ = grace_seconds;
    running_ = true;
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

  void dispatch(std::function<void()> what) override { asio::dispatch(network_, std::move(what)); }

  void post(std::function<void()> what) override { asio::post(network_, std::move(what)); }

  [[nodiscard]] HttpFigures figures() const override {
    return {.connections = open_.load(), .accepted = accepted_.load(), .turned_away = away_.load()};
  }

  const HttpOptions& options() const { return options_; }

  HttpHandler& handler() { return handler_; }

  [[nodiscard]] bool is_stopping() const { return stopping_; }

  void enter(HttpSession* session) {
    sessions_.insert(session);
    ++open_;
  }

  void leave(HttpSession* session) {
    sessions_.erase(session);
    --open_;
    if (running_ && stopping_ && sessions_.empty()) network_.stop();
  }

 private:
  void accept();
  void begin_stop();

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
  std::uint16_t port_ = 0;
  std::uint32_t grace_seconds_ = 10;
  bool stopping_ = false;
  bool running_ = false;
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> away_{0};
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  asio::io_context network_{1};
  tcp::acceptor acceptor_{network_};
  asio::signal_set signals_{network_, SIGTERM, SIGINT};
  std::list<asio::steady_timer> timers_;
};

// One connection: reads a request, waits for its answer, writes it, and begins again.
template <class Stream>
class Connection final : public HttpSession,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... More>
  Connection(Server& server, tcp::socket socket, std::string peer, More&... more)
      : server_(server), stream_(std::move(socket), more...), peer_(std::move(peer)) {
    server_.enter(this);
  }

  ~Connection() override { server_.leave(this); }

  void start() {
    buffer_.reserve(kHeadBytes);
    if constexpr (kIsTls) {
      socket().expires_after(std::chrono::seconds(limits().idle_seconds));
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const error_code& failed) {
                                if (failed) return self->close_now();
                                self->read_head();
                              });
    } else {
      read_head();
    }
  }

  void on_answer(HttpResponse response) override {
    if (gone) return;
    status_ = response.status;
    const bool keep = keep_alive();
    std::string text = head_text(response, Framing::length, keep);
    if (!is_head_) text += response.body;
    report();
    is_ended_ = true;
    queue(std::move(text));
  }

  void on_begin(HttpResponse head) override {
    if (gone) return;
    status_ = head.status;
    framing_ = version_ < 11 ? Framing::until_close : Framing::chunks;
    if (framing_ == Framing::until_close) keep_alive_ = false;
    queue(head_text(head, framing_, keep_alive()));
  }

  void on_part(std::string bytes) override {
    if (gone || bytes.empty()) return;
    part_bytes_ += bytes.size();
    queue(framing_ == Framing::chunks ? chunk_text(bytes) : std::move(bytes));
  }

  void on_end() override {
    if (gone) return;
    report();
    is_ended_ = true;
    queue(framing_ == Framing::chunks ? "0\r\n\r\n" : "");
  }

  void on_more() {
    wants_part_ = true;
    read_part_if_wanted();
  }

  void close_if_idle() override {
    if (is_idle_) close_now();
  }

  void close_now() override {
    if (gone.exchange(true)) return;
    if (body_ != nullptr) std::exchange(body_, nullptr)->broken();
    // An exchange that was not handed over yet holds this connection.
    if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->abandon();
    error_code ignored;
    socket().socket().shutdown(tcp::socket::shutdown_both, ignored);
    socket().close();
  }

 private:
  static constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

  beast::tcp_stream& socket() {
    if constexpr (kIsTls)
      return stream_.next_layer();
    else
      return stream_;
  }

  const HttpLimits& limits() const { return server_.options().limits; }

  bool keep_alive() const { return keep_alive_ && is_body_read_ && !server_.is_stopping(); }

  void report() {
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    server_.handler().answered(head_, status_, static_cast<std::uint64_t>(spent.count()));
  }

  void read_head() {
    head_ = {};
    is_ended_ = is_head_ = wants_part_ = false;
    framing_ = Framing::length;
    whole_.reset();
    parts_.reset();
    parser_.emplace();
    parser_->header_limit(limits().header_bytes_max);
    // The limit depends on the path, so it comes with the body.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    is_idle_ = true;
    socket().expires_after(std::chrono::seconds(limits().idle_seconds));
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->is_idle_ = false;
          self->began_ = Clock::now();
          if (failed) return self->head_failed(failed);
          self->take_head();
        });
  }

  // What comes too late finds its connection closed.
  void head_failed(const error_code& failed) {
    keep_alive_ = false;
    is_body_read_ = false;
    version_ = 11;
    if (failed.category() != http::make_error_code(http::error::bad_method).category() ||
        failed == http::error::end_of_stream || failed == http::error::partial_message)
      return close_now();
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
      return refuse_broken(431, "the header is too large");
    refuse_broken(400, failed.message());
  }

  void refuse_broken(unsigned status, std::string_view why) {
    head_.peer = peer_;
    on_answer(server_.handler().broken_request(status, why));
  }

  static std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

  void take_head() {
    const auto& head = parser_->get();
    version_ = head.version();
    keep_alive_ = parser_->keep_alive();
    is_body_read_ = parser_->is_done();
    head_.peer = peer_;
    head_.method = text(head.method_string());
    const std::string target = text(head.target());
    const auto mark = target.find('?');
    head_.path = target.substr(0, mark);
    if (mark != std::string::npos) head_.query = target.substr(mark + 1);
    is_head_ = head_.method == "HEAD";
    head_.authorization = text(head[http::field::authorization]);
    head_.idempotency_key = text(head["Idempotency-Key"]);
    head_.content_type = text(head[http::field::content_type]);
    head_.last_event_id = text(head["Last-Event-ID"]);
    head_.accept_encoding = text(head[http::field::accept_encoding]);
    head_.if_none_match = text(head[http::field::if_none_match]);
    if (version_ >= 11 && head.count(http::field::host) != 1)
      return refuse_broken(400, "a request names its host once");
    if (head.count(http::field::authorization) > 1 || head.count("Idempotency-Key") > 1)
      return refuse_broken(400, "Authorization and Idempotency-Key are given once");
    // A coding that the parser passes over would leave it to guess where the request ends.
    const bool is_coded = head.count(http::field::transfer_encoding) > 0;
    if (is_coded && (!parser_->chunked() || version_ < 11))
      return refuse_broken(400, "this transfer coding is not known");
    if (auto refused = server_.handler().refuse(head_)) return on_answer(std::move(*refused));
    if (head_.caller.empty() && !is_body_read_)
      return refuse_broken(413, "no body is taken here without a key");
    exchange_ = std::make_shared<Exchange>(server_, this->shared_from_this());
    body_ = server_.handler().take_body(exchange_, head_);
    const std::uint64_t most = body_ ? limits().stream_bytes_max : limits().body_bytes_max;
    if (const auto length = parser_->content_length(); length && *length > most) return too_large();
    const bool wants_continue =
        !is_body_read_ && beast::iequals(head[http::field::expect], "100-continue");
    if (wants_continue) return send_continue();
    read_body();
  }

  void too_large() {
    exchange_->abandon();
    if (body_ != nullptr) std::exchange(body_, nullptr)->broken();
    refuse_broken(413, "the body is too large");
  }

  void send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    socket().expires_after(std::chrono::seconds(limits().write_seconds));
    asio::async_write(
        stream_, asio::buffer(kContinue.data(), kContinue.size()),
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          if (failed) return self->close_now();
          self->read_body();
        });
  }

  void read_body() {
    // As much as there is room for is read at once.
    if (!is_body_read_) buffer_.reserve(body_ != nullptr ? kPartBytes : kBodyBytes);
    if (body_ != nullptr) {
      parts_.emplace(std::move(*parser_));
      parts_->body_limit(limits().stream_bytes_max);
      exchange_.reset();
      if (is_body_read_) return end_body();
      wants_part_ = true;
      return read_part_if_wanted();
    }
    if (is_body_read_) return hand_over();
    whole_.emplace(std::move(*parser_));
    whole_->body_limit(limits().body_bytes_max);
    socket().expires_after(std::chrono::seconds(limits().body_seconds));
    http::async_read(
        stream_, buffer_, *whole_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          if (failed) return self->body_failed(failed);
          self->is_body_read_ = true;
          self->head_.body = std::move(self->whole_->get().body());
          self->hand_over();
        });
  }

  void body_failed(const error_code& failed) {
    exchange_->abandon();
    if (failed == http::error::body_limit) return refuse_broken(413, "the body is too large");
    if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
        failed != http::error::partial_message)
      return refuse_broken(400, failed.message());
    close_now();
  }

  void hand_over() {
    HttpRequest request = head_;
    head_.body.clear();
    server_.handler().request(std::exchange(exchange_, nullptr), std::move(request));
  }

  void read_part_if_wanted() {
    if (gone || body_ == nullptr || !wants_part_ || unread > limits().unread_bytes_max) return;
    wants_part_ = false;
    chunk_.resize(kPartBytes);
    parts_->get().body().data = chunk_.data();
    parts_->get().body().size = chunk_.size();
    parts_->get().body().more = true;
    socket().expires_after(std::chrono::seconds(limits().body_seconds));
    http::async_read_some(
        stream_, buffer_, *parts_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->took_part(failed);
        });
  }

  void took_part(const error_code& failed) {
    if (gone) return;
    if (failed && failed != http::error::need_buffer) return close_now();
    std::string bytes(chunk_.data(), chunk_.size() - parts_->get().body().size);
    const bool is_last = parts_->is_done();
    if (bytes.empty() && !is_last) {
      wants_part_ = true;
      return read_part_if_wanted();
    }
    if (is_last) is_body_read_ = true;
    body_->part(std::move(bytes), [self = this->shared_from_this(), is_last] {
      self->server_.dispatch([self, is_last] {
        if (is_last)
          self->end_body();
        else
          self->on_more();
      });
    });
  }

  void end_body() {
    if (body_ == nullptr) return;
    is_body_read_ = true;
    std::exchange(body_, nullptr)->end();
  }

  void queue(std::string bytes) {
    waiting_ += bytes;
    if (!is_writing_) write();
  }

  void write() {
    if (gone) return;
    if (waiting_.empty()) {
      if (is_ended_) finish();
      return;
    }
    is_writing_ = true;
    writing_ = std::move(waiting_);
    waiting_.clear();
    in_flight_ = std::exchange(part_bytes_, 0);
    socket().expires_after(std::chrono::seconds(limits().write_seconds));
    asio::async_write(
        stream_, asio::buffer(writing_),
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->is_writing_ = false;
          self->unread -= std::exchange(self->in_flight_, 0);
          if (failed) return self->close_now();
          self->read_part_if_wanted();
          self->write();
        });
  }

  void finish() {
    is_ended_ = false;
    if (body_ != nullptr) std::exchange(body_, nullptr)->broken();
    if (!gone && keep_alive()) return read_head();
    if (is_body_read_) return close_politely();
    error_code ignored;
    if constexpr (!kIsTls) socket().socket().shutdown(tcp::socket::shutdown_send, ignored);
    lingered_ = 0;
    chunk_.resize(kPartBytes);
    socket().expires_after(std::chrono::seconds(kLingerSeconds));
    linger();
  }

  void close_politely() {
    if constexpr (kIsTls) {
      socket().expires_after(std::chrono::seconds(kLingerSeconds));
      stream_.async_shutdown(
          [self = this->shared_from_this()](const error_code& /*failed*/) { self->close_now(); });
    } else {
      close_now();
    }
  }

  // The whole of it within one time limit.
  void linger() {
    stream_.async_read_some(asio::buffer(chunk_), [self = this->shared_from_this()](
                                                      const error_code& failed, std::size_t bytes) {
      self->lingered_ += bytes;
      if (failed || self->lingered_ > kLingerBytesMax) return self->close_now();
      self->linger();
    });
  }

  Server& server_;
  Stream stream_;
  std::string peer_;
  beast::flat_buffer buffer_{kBufferMax};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<http::request_parser<http::string_body>> whole_;
  std::optional<http::request_parser<http::buffer_body>> parts_;
  HttpRequest head_;
  Clock::time_point began_;
  std::shared_ptr<Exchange> exchange_;
  std::unique_ptr<HttpBody> body_;
  std::string chunk_;
  std::string waiting_;
  std::string writing_;
  std::size_t part_bytes_ = 0;  // of waiting_, without framing
  std::size_t in_flight_ = 0;
  std::size_t lingered_ = 0;
  unsigned version_ = 11;
  unsigned status_ = 0;
  Framing framing_ = Framing::length;
  bool keep_alive_ = false;
  bool is_body_read_ = false;
  bool is_head_ = false;
  bool is_ended_ = false;
  bool is_idle_ = false;
  bool is_writing_ = false;
  bool wants_part_ = false;
};

Result<void> Server::listen() {
  const auto failed = [&](std::string field, std::string value, const error_code& code) {
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = std::move(field),
                                 .value = std::move(value),
                                 .rule = code.message()});
  };
  error_code code;
  if (options_.has_tls()) {
    tls_.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                     asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                     asio::ssl::context::no_tlsv1_1);
    tls_.use_certificate_chain_file(options_.certificate_file, code);
    if (code) return failed("--tls-certificate", options_.certificate_file, code);
    tls_.use_private_key_file(options_.key_file, asio::ssl::context::pem, code);
    if (code) return failed("--tls-key", options_.key_file, code);
  }
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
    if (open_.load() >= options_.limits.connections_max) {
      ++away_;
    } else {
      ++accepted_;
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto remote = socket.remote_endpoint(ignored);
      std::string peer = ignored ? "" : remote.address().to_string();
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
