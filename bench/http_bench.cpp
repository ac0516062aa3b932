// SPDX-License-Identifier: Apache-2.0
//
// How fast a served folder answers, asked from a second process over loopback: reads, durable
// commands one at a time and many at once, and batches of JSON lines. Prints one line a figure.
//
//   http_bench PORT KEY [SECONDS]      the folder has accounts 1 and 2 of asset USD in pool main
//
// Closed loop: each connection sends its next request when it has the answer to the last.
#include "bench/figures.h"

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using cofferdam::bench::Clock;
using cofferdam::bench::must_hold;
using cofferdam::bench::seconds_since;

struct Connection {
  int descriptor = -1;
  std::string to_send;
  std::size_t sent = 0;
  std::string received;
  Clock::time_point began;
};

[[nodiscard]] int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must_hold(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
            "no server at this port");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

// The size of the answer at the front, 0 while it is not whole. Gives up where it is no 200.
[[nodiscard]] std::size_t answer_size(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 200")) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(std::min<std::size_t>(bytes.size(), 2000)),
                 bytes.data());
    std::exit(1);
  }
  constexpr std::string_view kLength = "Content-Length: ";
  const auto length = bytes.find(kLength);
  must_hold(length < head, "the answer has a length");
  const std::size_t size =
      head + 4 + std::strtoul(bytes.data() + length + kLength.size(), nullptr, 10);
  return bytes.size() < size ? 0 : size;
}

struct Load {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  double seconds = 3;
  std::function<std::string()> request;
};

struct Rate {
  double per_second = 0;
  std::vector<double> micros;
};

[[nodiscard]] Rate run(const Load& load) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(load.connections);
  const auto send = [&](Connection& c) {
    c.to_send = load.request();
    c.began = Clock::now();
    const ssize_t done = ::send(c.descriptor, c.to_send.data(), c.to_send.size(), MSG_NOSIGNAL);
    must_hold(done == static_cast<ssize_t>(c.to_send.size()), "a request fits the socket");
  };
  for (Connection& c : connections) {
    c.descriptor = connect_to(load.port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &c}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, c.descriptor, &event);
  }
  Rate rate;
  const auto start = Clock::now();
  for (Connection& c : connections) send(c);
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> part{};
  while (seconds_since(start) < load.seconds) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      auto& c = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t got = ::recv(c.descriptor, part.data(), part.size(), 0);
      must_hold(got > 0, "the server keeps the connection");
      c.received.append(part.data(), static_cast<std::size_t>(got));
      const std::size_t size = answer_size(c.received);
      if (size == 0) continue;
      c.received.erase(0, size);
      rate.micros.push_back(seconds_since(c.began) * 1e6);
      send(c);
    }
  }
  rate.per_second = static_cast<double>(rate.micros.size()) / seconds_since(start);
  for (const Connection& c : connections) ::close(c.descriptor);
  ::close(poll);
  return rate;
}

void print(const std::string& what, Rate rate) {
  cofferdam::bench::figure((what + ": requests/s").c_str(), rate.per_second);
  cofferdam::bench::figure("  p50 microseconds", cofferdam::bench::quantile(rate.micros, 0.5));
  cofferdam::bench::figure("  p99 microseconds", cofferdam::bench::quantile(rate.micros, 0.99));
}

[[nodiscard]] std::string transfer(std::uint64_t id) {
  return R"({"id":")" + std::to_string(id) +
         R"(","debit_account":"1","credit_account":"2","amount":"0.01","pool":"main",)"
         R"("asset":"USD","code":1})";
}

// One stream of lines, each a batch of transfers; read while it is sent.
[[nodiscard]] double stream(std::uint16_t port, const std::string& key, std::uint64_t& next,
                            std::size_t lines, std::size_t a_line) {
  std::string body;
  for (std::size_t line = 0; line < lines; ++line) {
    body += R"({"id":")" + std::to_string(next++) +
            R"(","operation":"transfer.create","content":{"transfers":[)";
    for (std::size_t i = 0; i < a_line; ++i) body += (i == 0 ? "" : ",") + transfer(next++);
    body += "]}}\n";
  }
  const std::string head =
      "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key +
      "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  const std::string all = head + body;
  const int wire = connect_to(port);
  const auto start = Clock::now();
  std::size_t sent = 0;
  std::string received;
  std::array<char, 1 << 16> part{};
  while (!received.ends_with("0\r\n\r\n")) {
    if (sent < all.size()) {
      const ssize_t done =
          ::send(wire, all.data() + sent, all.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (done > 0) sent += static_cast<std::size_t>(done);
    }
    const ssize_t got =
        ::recv(wire, part.data(), part.size(), sent < all.size() ? MSG_DONTWAIT : 0);
    must_hold(got != 0, "the server answers the whole stream");
    if (got > 0) received.append(part.data(), static_cast<std::size_t>(got));
    if (received.size() > 64) received.erase(0, received.size() - 64);
  }
  ::close(wire);
  return static_cast<double>(lines * a_line) / seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "http_bench PORT KEY [SECONDS]\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
  const std::string key = argv[2];
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 3;
  const std::string get =
      "GET /v1/account/show?account=2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key +
      "\r\n\r\n";
  // Behind what earlier runs have used.
  auto next = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  const auto post = [&] {
    const std::string body = R"({"transfers":[)" + transfer(next + 1) + "]}";
    const std::string text =
        "POST /v1/transfer/create HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key +
        "\r\nIdempotency-Key: " + std::to_string(next) +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    next += 2;
    return text;
  };
  print("GET account, 1 connection", run({port, 1, seconds, [&] { return get; }}));
  print("GET account, 32 connections", run({port, 32, seconds, [&] { return get; }}));
  print("durable POST of one transfer, 1 connection", run({port, 1, seconds, post}));
  print("durable POST of one transfer, 32 connections", run({port, 32, seconds, post}));
  print("durable POST of one transfer, 256 connections", run({port, 256, seconds, post}));
  cofferdam::bench::figure("JSON lines of one transfer: transfers/s",
                           stream(port, key, next, 20'000, 1));
  cofferdam::bench::figure("JSON lines of 1,000 transfers: transfers/s",
                           stream(port, key, next, 300, 1'000));
}
