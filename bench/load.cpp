// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cofferdam::bench {
namespace {

struct Connection {
  int descriptor = -1;
  std::string received;
  Clock::time_point due;
  bool is_busy = false;
};

class Runner {
 public:
  explicit Runner(const Load& load)
      : load_(load), poll_(::epoll_create1(EPOLL_CLOEXEC)), connections_(load.connections) {
    for (Connection& c : connections_) {
      c.descriptor = connect_to(load.port);
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &c}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, c.descriptor, &event);
      idle_.push_back(&c);
    }
  }

  ~Runner() {
    for (const Connection& c : connections_) ::close(c.descriptor);
    ::close(poll_);
  }

  [[nodiscard]] Rate run() {
    start_ = Clock::now();
    while (seconds_since(start_) < load_.seconds) {
      send_what_is_due();
      // An open loop sleeps until the next request is due, and no longer: a load that spins takes a
      // core from the program that it measures.
      const timespec until = until_the_next();
      const int ready = ::epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()),
                                       &until, nullptr);
      for (int i = 0; i < ready; ++i)
        receive(*static_cast<Connection*>(events_[static_cast<std::size_t>(i)].data.ptr));
    }
    rate_.per_second = static_cast<double>(rate_.micros.size()) / seconds_since(start_);
    // What is due and unanswered counts with the time that it has waited so far.
    for (const Connection& c : connections_)
      if (c.is_busy && load_.per_second > 0) rate_.micros.push_back(seconds_since(c.due) * 1e6);
    return std::move(rate_);
  }

 private:
  [[nodiscard]] Clock::time_point next_due() const {
    return start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                        static_cast<double>(sent_) / load_.per_second * 1e9));
  }

  [[nodiscard]] timespec until_the_next() const {
    if (load_.per_second <= 0 || idle_.empty()) return {.tv_sec = 0, .tv_nsec = 100'000'000};
    const auto left = std::chrono::nanoseconds(next_due() - Clock::now()).count();
    return {.tv_sec = 0, .tv_nsec = std::clamp<long>(left, 0, 100'000'000)};
  }

  void send_what_is_due() {
    while (!idle_.empty()) {
      Clock::time_point due = Clock::now();
      if (load_.per_second > 0) {
        due = next_due();
        if (due > Clock::now()) return;
      }
      Connection& c = *idle_.front();
      idle_.pop_front();
      const std::string text = load_.request();
      c.due = due;
      c.is_busy = true;
      ++sent_;
      const ssize_t done = ::send(c.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
      must_hold(done == static_cast<ssize_t>(text.size()), "a request fits the socket");
    }
  }

  void receive(Connection& c) {
    const ssize_t got = ::recv(c.descriptor, part_.data(), part_.size(), 0);
    must_hold(got > 0, "the server keeps the connection");
    c.received.append(part_.data(), static_cast<std::size_t>(got));
    const std::size_t size = answer_size(c.received);
    if (size == 0) return;
    c.received.erase(0, size);
    rate_.micros.push_back(seconds_since(c.due) * 1e6);
    c.is_busy = false;
    idle_.push_back(&c);
  }

  const Load& load_;
  int poll_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::uint64_t sent_ = 0;
  Clock::time_point start_;
  Rate rate_;
  std::array<epoll_event, 256> events_{};
  std::array<char, 65536> part_{};
};

}  // namespace

int connect_to(std::uint16_t port) {
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

std::size_t answer_size(std::string_view bytes) {
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

Rate run_load(const Load& load) {
  return Runner(load).run();
}

void exchange(int wire, std::string_view all, const std::function<bool(std::string_view)>& taken) {
  std::vector<char> part(std::size_t{1} << 18);
  while (true) {
    pollfd waits{.fd = wire,
                 .events = static_cast<short>(all.empty() ? POLLIN : POLLIN | POLLOUT),
                 .revents = 0};
    must_hold(::poll(&waits, 1, 30'000) > 0, "the server goes on");
    if ((waits.revents & POLLOUT) != 0) {
      const ssize_t done = ::send(wire, all.data(), std::min<std::size_t>(all.size(), 1 << 20),
                                  MSG_NOSIGNAL | MSG_DONTWAIT);
      if (done > 0) all.remove_prefix(static_cast<std::size_t>(done));
    }
    if ((waits.revents & (POLLIN | POLLHUP)) == 0) continue;
    const ssize_t got = ::recv(wire, part.data(), part.size(), MSG_DONTWAIT);
    must_hold(got != 0, "the server answers the whole stream");
    if (got > 0 && taken({part.data(), static_cast<std::size_t>(got)})) return;
  }
}

}  // namespace cofferdam::bench
