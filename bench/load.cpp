// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cofferdam::bench {
namespace {

// An open loop looks so often for what is due and for what was answered. Between two looks it
// sleeps, so that it takes no core from the program that it measures. What this adds to a time, two
// ticks at most, is counted against the server.
constexpr std::chrono::microseconds kTick{50};

constexpr std::chrono::milliseconds kWindow{500};

struct Connection {
  int descriptor = -1;
  std::string received;  // of an answer that has not come whole
  Clock::time_point due;
  bool is_busy = false;
};

[[nodiscard]] double own_seconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

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
    rate_.micros.reserve(1 << 20);
    ::prctl(PR_SET_TIMERSLACK, 1000UL);  // else each sleep is up to 50 microseconds longer
    start_ = counts_from_ = Clock::now();
    ask_for(load_.warm_up_seconds);
    rate_.micros.clear();
    rate_.windows.clear();
    const double own = own_seconds();
    counts_from_ = Clock::now();
    const Clock::time_point now = ask_for(load_.seconds);
    const double spent = seconds_since(counts_from_);
    rate_.per_second = static_cast<double>(rate_.micros.size()) / spent;
    rate_.cores = (own_seconds() - own) / spent;
    count_what_waits(now);
    return std::move(rate_);
  }

 private:
  Clock::time_point ask_for(double seconds) {
    const Clock::time_point start = Clock::now();
    Clock::time_point now = start;
    while (now - start < std::chrono::duration<double>(seconds)) {
      send_what_is_due(now);
      if (load_.per_second > 0) sleep_until(now + kTick);
      const int ready = ::epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()),
                                     load_.per_second > 0 ? 0 : 100);
      now = Clock::now();
      for (int i = 0; i < ready; ++i)
        receive(*static_cast<Connection*>(events_[static_cast<std::size_t>(i)].data.ptr), now);
    }
    return now;
  }

  [[nodiscard]] Clock::time_point due_of(std::uint64_t number) const {
    return start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) /
                                                                       load_.per_second * 1e9));
  }

  static void sleep_until(Clock::time_point when) {
    const auto count =
        std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
    const timespec until{.tv_sec = count / 1'000'000'000, .tv_nsec = count % 1'000'000'000};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }

  void send_what_is_due(Clock::time_point now) {
    while (!idle_.empty()) {
      Clock::time_point due = now;
      if (load_.per_second > 0) {
        due = due_of(sent_);
        if (due > now) return;
      }
      Connection& c = *idle_.front();
      idle_.pop_front();
      const std::string_view text = load_.request();
      c.due = due;
      c.is_busy = true;
      ++sent_;
      const ssize_t done = ::send(c.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
      must_hold(done == static_cast<ssize_t>(text.size()), "a request fits the socket");
    }
  }

  void receive(Connection& c, Clock::time_point now) {
    const ssize_t got = ::recv(c.descriptor, part_.data(), part_.size(), 0);
    must_hold(got > 0, "the server keeps the connection");
    std::string_view text(part_.data(), static_cast<std::size_t>(got));
    if (!c.received.empty()) text = c.received.append(text);
    const std::size_t size = answer_size(text);
    if (size == 0) {
      if (c.received.empty()) c.received = text;
      return;
    }
    must_hold(size == text.size(), "one answer comes to one request");
    c.received.clear();
    count(c.due, now);
    c.is_busy = false;
    idle_.push_back(&c);
  }

  // What is due and unanswered at the end counts with the time that it has waited so far, whether
  // it was sent or waits for a connection that is free.
  void count_what_waits(Clock::time_point now) {
    if (load_.per_second <= 0) return;
    for (const Connection& c : connections_)
      if (c.is_busy) count(c.due, now);
    for (; due_of(sent_) <= now; ++sent_) count(due_of(sent_), now);
  }

  void count(Clock::time_point due, Clock::time_point now) {
    if (due < counts_from_) return;
    rate_.micros.push_back(micros_between(due, now));
    const auto window = static_cast<std::size_t>((due - counts_from_) / kWindow);
    if (rate_.windows.size() <= window) rate_.windows.resize(window + 1);
    rate_.windows[window].push_back(rate_.micros.back());
  }

  [[nodiscard]] static double micros_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::micro>(to - from).count();
  }

  const Load& load_;
  int poll_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::uint64_t sent_ = 0;
  Clock::time_point start_;
  Clock::time_point counts_from_;
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
  // Else the system may pace the requests (BBR), and what is measured is how long it holds them.
  constexpr std::string_view kReno = "reno";
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, kReno.data(), kReno.size());
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
