// SPDX-License-Identifier: Apache-2.0
//
// A connection of the HTTP server. Included by http.cpp and nobody else: it brings in the library
// of sockets, which takes long to compile.
#pragma once

#include "cofferdam/server/connection_owner.h"
#include "cofferdam/server/http_exchange.h"
#include "cofferdam/server/http_text.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <limits>

namespace cofferdam::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

inline constexpr std::size_t kHeadBytes = std::size_t{4} << 10;
inline constexpr std::size_t kBodyBytes = std::size_t{64} << 10;
inline constexpr std::size_t kPartBytes = std::size_t{256} << 10;
inline constexpr std::size_t kUpgradedPartBytes = std::size_t{16} << 10;
// What may be read ahead of the parser; the framing of chunks has no limit of its own.
inline constexpr std::size_t kBufferMax = std::size_t{1} << 20;
// What is read and thrown away of a body that was refused, so that the answer reaches its sender.
inline constexpr std::size_t kLingerBytesMax = std::size_t{64} << 20;
inline constexpr std::uint32_t kLingerSeconds = 2;

// One connection: reads a request, waits for its answer, writes it, and begins again.
template <class Stream>
class Connection final : public HttpSession,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... More>
  Connection(ConnectionOwner& server, tcp::socket socket, std::string peer, More&... more)
      : server_(server), stream_(std::move(socket), more...), peer_(std::move(peer)) {
    server_.enter(this, peer_);
  }

  ~Connection() override {
    let_body_go();
    sent(waiting_.size() + writing_.size());
    server_.leave(this, peer_);
  }

  void start() {
    buffer_.reserve(kHeadBytes);
    if constexpr (kIsTls) {
      limit_read(limits().idle_seconds);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const error_code& failed) {
                                self->read_until_ = kNever;
                                if (failed) return self->close_now();
                                self->read_head();
                              });
    } else {
      read_head();
    }
  }

  void on_answer(HttpResponse response) override {
    if (gone) return;
    let_body_go();  // a slow reader holds its answer, and no body
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
    if (status_ == 101) {
      framing_ = Framing::until_close;
      report();
      return queue(head_text(head, framing_, true));
    }
    framing_ = version_ < 11 ? Framing::until_close : Framing::chunks;
    if (framing_ == Framing::until_close) keep_alive_ = false;
    queue(head_text(head, framing_, keep_alive()));
  }

  void on_part(std::string bytes) override {
    if (gone || bytes.empty()) return;
    if (is_ended_) {  // of what is upgraded: behind the end
      unread -= bytes.size();
      return;
    }
    part_bytes_ += bytes.size();
    queue(framing_ == Framing::chunks ? chunk_text(bytes) : std::move(bytes));
  }

  void on_end() override {
    if (gone || is_ended_) return;
    if (!is_upgraded_) report();
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

  void close_if_late(Clock::time_point now) override {
    if (now < read_until_ && now < write_until_) return;
    const auto self = this->shared_from_this();  // until this is done
    close_now();
  }

 private:
  static constexpr Clock::time_point kNever = Clock::time_point::max();
  static constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

  beast::tcp_stream& socket() {
    if constexpr (kIsTls)
      return stream_.next_layer();
    else
      return stream_;
  }

  const HttpLimits& limits() const { return server_.options().limits; }

  void limit_read(std::uint32_t seconds) {
    read_until_ = Clock::now() + std::chrono::seconds(seconds);
  }

  void limit_write(std::uint32_t seconds) {
    write_until_ = Clock::now() + std::chrono::seconds(seconds);
  }

  bool keep_alive() const { return keep_alive_ && is_body_read_ && !server_.is_stopping(); }

  void report() {
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    server_.handler().answered(head_, status_, static_cast<std::uint64_t>(spent.count()));
  }

  void let_body_go() { server_.bodies()->give_back(head_.caller, std::exchange(held_, 0)); }

  void read_head() {
    let_body_go();
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
    limit_read(limits().idle_seconds);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->is_idle_ = false;
          self->read_until_ = kNever;
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
      return refuse_broken(
          431, "the header has at most " + std::to_string(limits().header_bytes_max) + " bytes");
    refuse_broken(400, failed.message());
  }

  void refuse_broken(unsigned status, std::string_view why) {
    read_until_ = kNever;  // what is left of it is read when the answer is out
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
    if (const auto length = parser_->content_length()) head_.content_length = *length;
    head_.host = text(head[http::field::host]);
    head_.origin = text(head[http::field::origin]);
    head_.websocket_key = text(head["Sec-WebSocket-Key"]);
    head_.websocket_version = text(head["Sec-WebSocket-Version"]);
    head_.wants_websocket = version_ >= 11 && parser_->upgrade() && is_body_read_ &&
                            http::token_list(head[http::field::upgrade]).exists("websocket");
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
    settle_owner();
    if (head_.wants_websocket && begin_upgrade()) return;
    exchange_ = std::make_shared<Exchange>(server_, this->shared_from_this());
    body_ = server_.handler().take_body(exchange_, head_);
    const std::uint64_t most = body_ ? limits().stream_bytes_max : limits().body_bytes_max;
    if (const auto length = parser_->content_length(); length && *length > most) return too_large();
    const bool wants_continue =
        !is_body_read_ && beast::iequals(head[http::field::expect], "100-continue");
    if (wants_continue) return send_continue();
    read_body();
  }

  // Whose answers they are is settled when the head was read; none wait from before.
  void settle_owner() {
    if (waiting_.empty() && writing_.empty()) owner_ = head_.caller;
  }

  bool begin_upgrade() {
    const auto upgraded = std::make_shared<UpgradedExchange>(server_, this->shared_from_this());
    body_ = server_.handler().upgrade(upgraded, head_);
    if (body_ == nullptr) return false;
    is_upgraded_ = true;
    is_body_read_ = keep_alive_ = false;
    wants_part_ = true;
    read_upgraded();
    return true;
  }

  // What had been read behind the head comes first.
  void read_upgraded() {
    if (gone || body_ == nullptr || !wants_part_ || unread > limits().upgraded_unread_bytes_max)
      return;
    wants_part_ = false;
    if (buffer_.size() > 0) {
      const auto ahead = buffer_.data();
      std::string bytes(static_cast<const char*>(ahead.data()), ahead.size());
      buffer_.consume(bytes.size());
      return give_upgraded(std::move(bytes));
    }
    chunk_.resize(kUpgradedPartBytes);
    is_reading_ = true;
    limit_read(limits().silence_seconds);
    stream_.async_read_some(asio::buffer(chunk_), [self = this->shared_from_this()](
                                                      const error_code& failed, std::size_t size) {
      self->is_reading_ = false;
      if (failed) return self->close_now();
      if (self->body_ == nullptr) return self->linger();
      self->read_until_ = kNever;
      self->give_upgraded(self->chunk_.substr(0, size));
    });
  }

  void give_upgraded(std::string bytes) {
    body_->part(std::move(bytes), [self = this->shared_from_this()] {
      self->server_.dispatch([self] { self->on_more(); });
    });
  }

  [[nodiscard]] std::string too_large_text() {
    const std::uint64_t most = body_ ? limits().stream_bytes_max : limits().body_bytes_max;
    return "the body has at most " + std::to_string(most) + " bytes";
  }

  void too_large() {
    const std::string why = too_large_text();
    exchange_->abandon();
    if (body_ != nullptr) std::exchange(body_, nullptr)->broken();
    refuse_broken(413, why);
  }

  void send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    limit_write(limits().write_seconds);
    asio::async_write(
        stream_, asio::buffer(kContinue.data(), kContinue.size()),
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->write_until_ = kNever;
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
    whole_->eager(true);
    limit_read(limits().body_seconds);  // once, for all of it
    read_whole();
  }

  void read_whole() {
    http::async_read_some(
        stream_, buffer_, *whole_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->took_some(failed);
        });
  }

  // Room is taken for what has come, and not for what was promised: who declares much and sends
  // little takes nobody's place.
  void took_some(const error_code& failed) {
    if (gone) return;
    if (failed) return body_failed(failed);
    if (!take_room_of_body(whole_->get().body().size())) return;
    if (!whole_->is_done()) return read_whole();
    is_body_read_ = true;
    head_.body = std::move(whole_->get().body());
    hand_over();
  }

  // False: it was answered.
  [[nodiscard]] bool take_room_of_body(std::uint64_t came) {
    if (came <= held_) return true;
    if (!server_.bodies()->take(head_.caller, came - held_)) {
      exchange_->abandon();
      refuse_broken(503, "too many bytes of bodies wait for answers");
      return false;
    }
    held_ = came;
    return true;
  }

  void body_failed(const error_code& failed) {
    exchange_->abandon();
    if (failed == http::error::body_limit) return refuse_broken(413, too_large_text());
    if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
        failed != http::error::partial_message)
      return refuse_broken(400, failed.message());
    close_now();
  }

  void hand_over() {
    read_until_ = kNever;
    HttpRequest request = std::move(head_);
    // What the report of the answer names, and whose bytes are held.
    head_ = {};
    head_.method = request.method;
    head_.path = request.path;
    head_.peer = request.peer;
    head_.caller = request.caller;
    head_.caller_key = request.caller_key;
    server_.handler().request(std::exchange(exchange_, nullptr), std::move(request));
  }

  void read_part_if_wanted() {
    if (is_upgraded_) return read_upgraded();
    if (gone || body_ == nullptr || !wants_part_ || unread > limits().unread_bytes_max) return;
    wants_part_ = false;
    chunk_.resize(kPartBytes);
    parts_->get().body().data = chunk_.data();
    parts_->get().body().size = chunk_.size();
    parts_->get().body().more = true;
    limit_read(limits().body_seconds);
    http::async_read_some(
        stream_, buffer_, *parts_,
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->took_part(failed);
        });
  }

  void took_part(const error_code& failed) {
    if (gone) return;
    read_until_ = kNever;
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

  void sent(std::size_t bytes) { server_.answers()->give_back(owner_, bytes); }

  void queue(std::string bytes) {
    server_.answers()->add(owner_, bytes.size());
    if (waiting_.empty())
      waiting_ = std::move(bytes);
    else
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
    writing_ = std::exchange(waiting_, {});
    in_flight_ = std::exchange(part_bytes_, 0);
    limit_write(limits().write_seconds);
    asio::async_write(
        stream_, asio::buffer(writing_),
        [self = this->shared_from_this()](const error_code& failed, std::size_t /*bytes*/) {
          self->is_writing_ = false;
          self->write_until_ = kNever;
          self->sent(self->writing_.size());
          self->writing_ = {};  // with its memory: who has read a large answer holds nothing
          self->unread -= std::exchange(self->in_flight_, 0);
          if (failed) return self->close_now();
          if (self->is_upgraded_ && self->body_ != nullptr) self->body_->drained();
          self->read_part_if_wanted();
          if (!self->is_writing_) self->write();
        });
  }

  void finish() {
    is_ended_ = is_upgraded_;  // what comes behind the end of an upgraded one is dropped
    if (body_ != nullptr) std::exchange(body_, nullptr)->broken();
    if (!gone && keep_alive()) return read_head();
    if (is_body_read_) return close_politely();
    error_code ignored;
    if constexpr (!kIsTls) socket().socket().shutdown(tcp::socket::shutdown_send, ignored);
    lingered_ = 0;
    if (is_upgraded_) {
      server_.later(kLingerSeconds * 1000,
                    [self = this->shared_from_this()] { self->close_now(); });
      // A read that waits goes over into this one when it ends.
      if (is_reading_) return;
    }
    chunk_.resize(kPartBytes);
    limit_read(kLingerSeconds);
    linger();
  }

  void close_politely() {
    if constexpr (kIsTls) {
      limit_read(kLingerSeconds);
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

  ConnectionOwner& server_;
  Stream stream_;
  std::string peer_;
  beast::flat_buffer buffer_{kBufferMax};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<http::request_parser<http::string_body>> whole_;
  std::optional<http::request_parser<http::buffer_body>> parts_;
  HttpRequest head_;
  std::string owner_;  // of the answers that wait
  Clock::time_point began_;
  // When what is being read or written is late; one look at all connections after another is
  // cheaper than timers that are set and taken back at each request.
  Clock::time_point read_until_ = kNever;
  Clock::time_point write_until_ = kNever;
  std::shared_ptr<Exchange> exchange_;
  std::unique_ptr<HttpBody> body_;
  std::string chunk_;
  std::string waiting_;
  std::string writing_;
  std::size_t part_bytes_ = 0;  // of waiting_, without framing
  std::size_t in_flight_ = 0;
  std::size_t lingered_ = 0;
  std::uint64_t held_ = 0;  // of the body, until it is answered
  unsigned version_ = 11;
  unsigned status_ = 0;
  Framing framing_ = Framing::length;
  bool keep_alive_ = false;
  bool is_body_read_ = false;
  bool is_head_ = false;
  bool is_ended_ = false;
  bool is_upgraded_ = false;
  bool is_reading_ = false;  // of what is upgraded
  bool is_idle_ = false;
  bool is_writing_ = false;
  bool wants_part_ = false;
};

}  // namespace cofferdam::server
