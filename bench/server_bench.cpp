// SPDX-License-Identifier: Apache-2.0
//
// How fast a served folder answers. Founds books in a fresh folder, starts the program on them as
// a process of its own, and asks it from this one over loopback. Prints one line a figure.
//
//   server_bench PROGRAM FOLDER [POSTING_BENCH | posts]
//
// FOLDER is emptied, and lies on the disk to measure. `posts`: only what becomes of single
// commands. With POSTING_BENCH the rate of posting inside one process is measured right before, for
// the ratio. "Open loop": requests are due at a rate, and their time runs from when they were due.
#include "bench/load.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace bench = cofferdam::bench;
using bench::Clock;
using bench::figure;
using bench::must_hold;
using bench::seconds_since;

constexpr std::uint64_t kBatch = 8190;

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  must_hold(pipe != nullptr, "a program can be run");
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe))
    text.append(part.data(), got);
  must_hold(::pclose(pipe) == 0, command.c_str());
  return text;
}

// The program, serving.
struct Server {
  std::string program;
  std::string books;
  std::string key;
  std::string reader_key;
  std::uint16_t port = 0;
  pid_t process = 0;

  void start() {
    std::array<int, 2> pipe{};
    must_hold(::pipe(pipe.data()) == 0, "a pipe");
    process = ::fork();
    if (process == 0) {
      ::dup2(pipe[1], STDOUT_FILENO);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execl(program.c_str(), program.c_str(), "--books", books.c_str(), "serve", "--listen",
              "127.0.0.1:0", "--log-requests", "none", nullptr);
      std::_Exit(127);
    }
    ::close(pipe[1]);
    std::string line;
    char byte = 0;
    while (::read(pipe[0], &byte, 1) == 1 && byte != '\n') line += byte;
    ::close(pipe[0]);
    const auto colon = line.rfind(':');
    must_hold(colon != std::string::npos, "the server says where it is");
    port = static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)));
  }

  void stop() {
    ::kill(process, SIGTERM);
    int status = 0;
    ::waitpid(process, &status, 0);
    must_hold(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server stops in order");
  }

  [[nodiscard]] double resident_mb() const {
    std::ifstream file("/proc/" + std::to_string(process) + "/status");
    std::string word;
    double kilobytes = 0;
    while (file >> word)
      if (word == "VmRSS:") file >> kilobytes;
    return kilobytes / 1024;
  }

  // What its threads have used of the processors so far, and how often they gave one up to wait.
  struct Work {
    double seconds = 0;
    double waits = 0;
  };

  [[nodiscard]] Work work() const {
    Work sum;
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::ifstream times(task.path() / "schedstat");
      double nanoseconds = 0;
      if (times >> nanoseconds) sum.seconds += nanoseconds * 1e-9;
      std::ifstream status(task.path() / "status");
      std::string word;
      double count = 0;
      while (status >> word)
        if (word == "voluntary_ctxt_switches:" && status >> count) sum.waits += count;
    }
    return sum;
  }

  [[nodiscard]] std::string head(std::string_view method, std::string_view target) const {
    return head(method, target, key);
  }

  [[nodiscard]] static std::string head(std::string_view method, std::string_view target,
                                        const std::string& with) {
    return std::string(method) + " " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + with + "\r\n";
  }

  [[nodiscard]] std::string post(std::string_view target, std::uint64_t id, std::string_view type,
                                 std::string_view body) const {
    return head("POST", target) + "Idempotency-Key: " + std::to_string(id) +
           "\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }

  void must(std::string_view target, std::string_view body) {
    const int wire = bench::connect_to(port);
    std::string received;
    bench::exchange(wire, post(target, next_id++, "application/json", body),
                    [&](std::string_view part) {
                      received += part;
                      return bench::answer_size(received) > 0;
                    });
    ::close(wire);
  }

  std::uint64_t next_id = 1;
};

void seed(Server& server) {
  server.must("/v1/asset/create", R"({"code":"USD","scale":2})");
  server.must("/v1/pool/create", R"({"code":"main","activity":"bench","regime":"house"})");
  server.must("/v1/pool/attach-agreement",
              R"({"pool":"main","title":"Bench","parties":["x"],"law":"none",)"
              R"("effective":"2026-01-01","document":")" +
                  std::string(64, '0') + "\"}");
  server.must("/v1/pool/activate", R"({"pool":"main"})");
  for (std::uint64_t first = 1; first <= 10'000; first += 5'000) {
    std::string body;
    for (std::uint64_t id = first; id < first + 5'000; ++id)
      body += (body.empty() ? "" : ",") + (R"({"id":")" + std::to_string(id)) +
              R"(","pool":"main","asset":"USD","class":"general","owner_class":"house",)"
              R"("owner":"7","code":1})";
    server.must("/v1/account/create", R"({"accounts":[)" + body + "]}");
  }
}

using bench::Dice;

std::string transfer(std::uint64_t id, Dice& dice) {
  const std::uint64_t debit = 1 + dice.next() % 10'000;
  const std::uint64_t credit = 1 + debit % 10'000;
  return R"({"id":")" + std::to_string(id) + R"(","debit_account":")" + std::to_string(debit) +
         R"(","credit_account":")" + std::to_string(credit) +
         R"(","amount":"0.01","pool":"main","asset":"USD","code":1})";
}

double lines(const Server& server, std::uint64_t& next, Dice& dice, std::size_t count,
             std::size_t a_line) {
  std::string body;
  for (std::size_t line = 0; line < count; ++line) {
    body += R"({"id":")" + std::to_string(next++) +
            R"(","operation":"transfer.create","content":{"transfers":[)";
    for (std::size_t i = 0; i < a_line; ++i) body += (i == 0 ? "" : ",") + transfer(next++, dice);
    body += "]}}\n";
  }
  const std::string all =
      server.head("POST", "/v1/batch") +
      "Content-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  const int wire = bench::connect_to(server.port);
  const auto start = Clock::now();
  std::string tail;
  bench::exchange(wire, all, [&](std::string_view part) {
    tail += part;
    if (tail.size() > 64) tail.erase(0, tail.size() - 64);
    return tail.ends_with("\r\n0\r\n\r\n");
  });
  const double spent = seconds_since(start);
  ::close(wire);
  return static_cast<double>(count * a_line) / spent;
}

// The body in bulk: docs/internals/bulk.md.
std::string bulk_body(std::uint64_t batches, Dice& dice) {
  const std::uint64_t count = batches * kBatch;
  std::string body(64 + 128 * count, '\0');
  std::memcpy(body.data(), "CFDXFERS\x01\x00\x80\x00", 12);
  std::memcpy(body.data() + 16, &count, 8);
  for (std::uint64_t i = 0; i < count; ++i) {
    char* at = body.data() + 64 + 128 * i;
    const auto put = [&](std::size_t offset, auto value) {
      std::memcpy(at + offset, &value, sizeof(value));
    };
    const std::uint64_t debit = 1 + dice.next() % 10'000;
    put(0, dice.next());
    put(8, dice.next());
    put(16, debit);
    put(32, 1 + debit % 10'000);
    put(48, std::uint64_t{1});
    put(112, std::uint32_t{1});
    put(116, std::uint32_t{1});
    put(124, std::uint16_t{1});
  }
  return body;
}

double bulk(const Server& server, std::uint64_t id, const std::string& body) {
  const std::string head = server.head("POST", "/v1/transfer/create") +
                           "Idempotency-Key: " + std::to_string(id) +
                           "\r\nContent-Type: application/vnd.cofferdam.transfers\r\n"
                           "Content-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n";
  const int wire = bench::connect_to(server.port);
  const std::string all = head + body;
  std::string tail;
  const auto start = Clock::now();
  bench::exchange(wire, all, [&](std::string_view part) {
    tail += part;
    if (tail.size() > 64) tail.erase(0, tail.size() - 64);
    return tail.ends_with("\r\n0\r\n\r\n");
  });
  const double spent = seconds_since(start);
  ::close(wire);
  return static_cast<double>((body.size() - 64) / 128) / spent;
}

std::string masked(std::string_view text) {
  must_hold(text.size() < 126, "the length fits one byte");
  std::string out{static_cast<char>(0x81), static_cast<char>(0x80 | text.size())};
  out.append(4, '\0');  // a mask of zeros leaves the text as it is
  return out + std::string(text);
}

// Seconds since 1970 of "...T12:00:00.123456789Z", within the day.
double second_of_day(std::string_view time) {
  const auto at = time.find('T') + 1;
  double value = 0;
  std::from_chars(time.data() + at + 6, time.data() + time.size(), value);
  const auto two = [&](std::size_t i) {
    return (time[at + i] - '0') * 10 + time[at + i + 1] - '0';
  };
  return two(0) * 3600 + two(3) * 60 + value;
}

double now_of_day() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec % 86'400) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// From the time that the books stamped on a command to its arrival, at 200 sockets.
void sockets_under_load(const Server& server, const std::string& body) {
  constexpr std::size_t kSockets = 200;
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> wires(kSockets);
  std::array<char, 1 << 16> part{};
  for (std::size_t i = 0; i < kSockets; ++i) {
    wires[i] = bench::connect_to(server.port);
    // One principal has at most 128.
    const std::string& key = i % 2 == 0 ? server.key : server.reader_key;
    const std::string text = Server::head("GET", "/v1/ws", key) +
                             "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" +
                             masked(R"({"jsonrpc":"2.0","id":1,"method":"feed.subscribe",)"
                                    R"("params":{"channels":["commands"]}})");
    must_hold(::send(wires[i], text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
              "a request fits the socket");
    std::string received;
    while (received.find("subscription") == std::string::npos) {
      const ssize_t got = ::recv(wires[i], part.data(), part.size(), 0);
      must_hold(got > 0, "the socket opens");
      received.append(part.data(), static_cast<std::size_t>(got));
    }
    epoll_event event{.events = EPOLLIN, .data = {.fd = wires[i]}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, wires[i], &event);
  }
  const pid_t loader = ::fork();
  if (loader == 0) {
    const double rate = bulk(server, 900'001, body);
    figure("  bulk meanwhile: transfers/s", rate);
    std::fflush(stdout);
    std::_Exit(0);
  }
  std::vector<double> seconds;
  std::array<epoll_event, 256> events{};
  auto last = Clock::now();
  while (seconds_since(last) < 1.5) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      const ssize_t got =
          ::recv(events[static_cast<std::size_t>(i)].data.fd, part.data(), part.size(), 0);
      must_hold(got > 0, "the socket stays open");
      std::string_view text(part.data(), static_cast<std::size_t>(got));
      constexpr std::string_view kTime = R"("time":")";
      for (auto at = text.find(kTime); at != text.npos; at = text.find(kTime, at + 1)) {
        const std::string_view time = text.substr(at + kTime.size(), 30);
        if (time.size() < 30) break;
        double spent = now_of_day() - second_of_day(time.substr(0, time.find('Z')));
        if (spent < -1) spent += 86'400;
        seconds.push_back(spent);
      }
      last = Clock::now();
    }
  }
  int status = 0;
  ::waitpid(loader, &status, 0);
  must_hold(!seconds.empty(), "events came");
  figure("events to 200 sockets under bulk load: events received",
         static_cast<double>(seconds.size()));
  figure("  p50 milliseconds", bench::quantile(seconds, 0.5) * 1e3);
  figure("  p99 milliseconds (at most 200)", bench::quantile(seconds, 0.99) * 1e3);
  for (const int wire : wires) ::close(wire);
  ::close(poll);
}

void print(const std::string& what, const bench::Rate& rate) {
  figure((what + ": requests/s").c_str(), rate.per_second);
  figure("  p50 microseconds", bench::quantile(rate.micros, 0.5));
  figure("  p99 microseconds", bench::quantile(rate.micros, 0.99));
  figure("  p99.9 microseconds", bench::quantile(rate.micros, 0.999));
}

// The request of one transfer, whose numbers have a fixed width, so that the next one is the same
// text with other digits in it.
class Single {
 public:
  Single(const Server& server, std::uint64_t first) : next_(first) {
    const std::string body =
        R"({"transfers":[{"id":"1000000000","debit_account":"1000","credit_account":"1000",)"
        R"("amount":"0.01","pool":"main","asset":"USD","code":1}]})";
    text_ = server.post("/v1/transfer/create", 1'000'000'000, "application/json", body);
    command_ = text_.find("1000000000");
    id_ = text_.find("1000000000", command_ + 1);
    debit_ = text_.find("\"1000\"") + 1;
    credit_ = text_.find("\"1000\"", debit_ + 1) + 1;
  }

  [[nodiscard]] std::string_view next() {
    const std::uint64_t debit = 1'000 + dice_.next() % 9'000;
    put(command_, 10, next_);
    put(id_, 10, next_++);
    put(debit_, 4, debit);
    put(credit_, 4, debit == 9'999 ? 1'000 : debit + 1);
    return text_;
  }

 private:
  void put(std::size_t at, std::size_t digits, std::uint64_t value) {
    for (std::size_t i = digits; i-- > 0; value /= 10)
      text_[at + i] = static_cast<char>('0' + value % 10);
  }

  Dice dice_{7};
  std::uint64_t next_;
  std::string text_;
  std::size_t command_ = 0;
  std::size_t id_ = 0;
  std::size_t debit_ = 0;
  std::size_t credit_ = 0;
};

bench::Rate posts(const Server& server, std::uint64_t& first, const std::string& what,
                  bench::Load load) {
  Single single(server, first);
  load.port = server.port;
  load.request = [&] { return single.next(); };
  const Server::Work before = server.work();
  const bench::Rate rate = bench::run_load(load);
  const Server::Work after = server.work();
  const double count = rate.per_second * (load.warm_up_seconds + load.seconds);
  first += 10'000'000;
  print(what, rate);
  figure("  cores: of the server",
         (after.seconds - before.seconds) / (load.warm_up_seconds + load.seconds));
  figure("  cores: of the load", rate.cores);
  figure("  a request, in the server: microseconds",
         (after.seconds - before.seconds) / count * 1e6);
  figure("  a request, in the server: waits of its threads", (after.waits - before.waits) / count);
  return rate;
}

// Of the half seconds, ordered by this level: 0 the best, 0.5 the median.
double of_windows(const bench::Rate& rate, double level, double which) {
  std::vector<double> each;
  for (const std::vector<double>& window : rate.windows)
    if (window.size() >= 1000) each.push_back(bench::quantile(window, level));
  return bench::quantile(each, which);
}

void single_posts(const Server& server, const std::string& folder) {
  std::uint64_t first = 1'000'000'000;
  const double before = bench::durable_appends(folder, 4'000, 4096).median_micros;
  (void)posts(server, first, "durable POST of one transfer, 1 connection",
              {.connections = 1, .seconds = 2});
  const bench::Rate full =
      posts(server, first, "durable POST of one transfer, 64 connections, saturated",
            {.connections = 64, .seconds = 3});
  const bench::Rate part =
      posts(server, first, "the same at 70 % of that rate, open loop",
            {.connections = 256, .seconds = 10, .per_second = 0.7 * full.per_second});
  const double after = bench::durable_appends(folder, 4'000, 4096).median_micros;
  // The disk of a virtual machine is not as quick at one moment as at another.
  const double append = std::min(before, after);
  figure("one durable append of 4 KiB, before and after: p50 microseconds", append);
  figure("  p99 in appends (at most 10)", bench::quantile(part.micros, 0.99) / append);
  figure("  p99.9 in appends (at most 30)", bench::quantile(part.micros, 0.999) / append);
  // What the machine does to any program, of which a request that waits meanwhile bears its part.
  const bench::Stalls stalls = bench::stalls(2);
  figure("a program that only reads the clock, on each core: share of time in stalls, percent",
         stalls.share * 100);
  figure("  the longest: milliseconds", stalls.longest_millis);
  figure("the median half second: p99 in appends", of_windows(part, 0.99, 0.5) / append);
  figure("  p99.9 in appends", of_windows(part, 0.999, 0.5) / append);
  figure("the best half second: p99 in appends", of_windows(part, 0.99, 0) / append);
  figure("  p99.9 in appends", of_windows(part, 0.999, 0) / append);
}

double posting_rate(const std::string& program, const std::string& folder) {
  const std::string text = output_of(program + " " + folder + " 1 accounts");
  std::fputs(text.c_str(), stdout);
  const auto line = text.find("transfers/s");
  must_hold(line != std::string::npos, "posting_bench prints a rate");
  return std::strtod(text.c_str() + line + std::strlen("transfers/s"), nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "server_bench PROGRAM FOLDER [POSTING_BENCH]\n");
    return 2;
  }
  const std::string folder = argv[2];
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const bool all = argc < 4 || argv[3] != std::string_view("posts");
  const double inside = argc > 3 && all ? posting_rate(argv[3], folder + "/inside") : 0;
  Server server{.program = argv[1], .books = folder + "/books", .key = {}, .reader_key = {}};
  const std::string run = server.program + " --books " + server.books + " ";
  (void)output_of(server.program + " init " + server.books + " --venue bench --root root");
  (void)output_of(run + "principal create --code reader --roles auditor");
  const auto key_of = [&](const std::string& who) {
    const std::string made = output_of(run + "api-key create --principal " + who);
    return made.substr(made.find("cfd_"), 4 + 16 + 1 + 64);
  };
  server.key = key_of("root");
  server.reader_key = key_of("reader");
  const auto start = Clock::now();
  server.start();
  std::string answer;
  const int wire = bench::connect_to(server.port);
  bench::exchange(wire, server.head("GET", "/health") + "\r\n", [&](std::string_view part) {
    answer += part;
    return bench::answer_size(answer) > 0;
  });
  ::close(wire);
  figure("start to the first answer: milliseconds (at most 100)", seconds_since(start) * 1e3);
  figure("resident, empty: MB (at most 30)", server.resident_mb());
  seed(server);
  if (!all) {
    single_posts(server, folder);
    server.stop();
    return 0;
  }
  Dice dice(42);
  std::uint64_t next = 1'000'000;
  const std::string question = server.head("GET", "/v1/account/show?account=2") + "\r\n";
  const auto get = [&] { return std::string_view(question); };
  print("GET of an account, 32 connections, closed loop",
        bench::run_load({.port = server.port, .connections = 32, .seconds = 3, .request = get}));
  print("GET of an account at 30,000/s, open loop (p99 at most 5,000)",
        bench::run_load({.port = server.port,
                         .connections = 64,
                         .seconds = 3,
                         .per_second = 30'000,
                         .request = get}));
  single_posts(server, folder);
  figure("NDJSON, 1 transfer a line: transfers/s", lines(server, next, dice, 100'000, 1));
  figure("NDJSON, 1,000 transfers a line: transfers/s (at least 150,000)",
         lines(server, next, dice, 500, 1'000));
  const std::string body = bulk_body(250, dice);
  const double best = bulk(server, 900'000, body);
  figure("bulk, 250 batches of 8,190: transfers/s", best);
  if (inside > 0) figure("  of posting in one process (at least 0.4)", best / inside);
  sockets_under_load(server, bulk_body(250, dice));
  figure("resident after all that: MB", server.resident_mb());
  server.stop();
  return 0;
}
