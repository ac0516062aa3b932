// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/server.h"

#include "cofferdam/server/service.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <link.h>
#include <malloc.h>
#include <mutex>
#include <span>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace cofferdam::server {

namespace {

// A question that the books are busy with cannot be interrupted. Everything that was answered is
// durable, so the end of the process then loses no more than a kill would.
class StopWatch {
 public:
  void start(std::uint32_t seconds, std::function<void()> abandon) {
    if (watch_.joinable()) return;
    watch_ = std::jthread([this, seconds, abandon = std::move(abandon)] {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, std::chrono::seconds(seconds), [&] { return is_done_; })) return;
      abandon();
      if (changed_.wait_for(lock, kLastWait, [&] { return is_done_; })) return;
      log_line("error", "stopped by force", operation::Json::object());
      std::_Exit(1);
    });
  }

  ~StopWatch() {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::chrono::seconds kLastWait{3};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_done_ = false;
  std::jthread watch_;
};

// For the journal, the indexes and the readers of the event stream. Without them the journal would
// stop for want of a descriptor, and connections would have taken it.
constexpr std::size_t kDescriptorsOfBooks = 512;

[[nodiscard]] Result<void> make_room_for(std::size_t connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  (void)::getrlimit(RLIMIT_NOFILE, &limit);
  if (connections + kDescriptorsOfBooks <= limit.rlim_cur) return {};
  return base::malformed("--connections-max", std::to_string(connections),
                         "must leave 512 of the " + std::to_string(limit.rlim_cur) +
                             " file descriptors that this process may open",
                         "raise the limit of open files, or lower --connections-max");
}

// Memory that the allocator would keep for the next to ask, and the code that is mapped: what of it
// is used from now on comes back from the page cache at its first use.
void give_back_what_the_start_needed() {
  ::malloc_trim(0);
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void*) {
        static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        for (const auto& part : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
          // Code that nobody writes to is the same in its file; nothing else is.
          if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0 || (part.p_flags & PF_W) != 0)
            continue;
          const std::uintptr_t first = (object->dlpi_addr + part.p_vaddr) / page * page;
          const std::uintptr_t end = object->dlpi_addr + part.p_vaddr + part.p_filesz;
          (void)::madvise(reinterpret_cast<void*>(first), (end - first + page - 1) / page * page,
                          MADV_DONTNEED);
        }
        return 0;
      },
      nullptr);
}

}  // namespace

Result<void> serve(std::unique_ptr<operation::Session> session, Options options,
                   const std::function<void(std::uint16_t)>& ready) {
  if (Result<void> room = make_room_for(options.http.limits.connections_max); !room) return room;
  session->confine_files(options.backup_folder);
  Service service(*session, options);
  if (Result<void> opened = service.open(); !opened) return opened;
  auto http = HttpServer::open(options.http, service);
  if (!http) return std::unexpected(http.error());
  service.attach(**http);
  StopWatch watch;
  (*http)->on_signal([&](int number) {
    operation::Json fields = operation::Json::object();
    fields.add("signal", number == SIGTERM ? "SIGTERM" : "SIGINT");
    log_line("info", "stopping", fields);
    if (options.on_stop) options.on_stop();
    service.begin_stop();
    watch.start(options.grace_seconds, [&service] { service.abandon(); });
    (*http)->stop();
  });
  operation::Json fields = operation::Json::object();
  fields.add("address", options.http.address);
  fields.add("port", operation::Json::number((*http)->port()));
  fields.add("tls", operation::Json::truth(options.http.has_tls()));
  fields.add("books", session->folder());
  fields.add("sequence", std::to_string(session->engine().sequence()));
  log_line("info", "serving", fields);
  give_back_what_the_start_needed();
  ready((*http)->port());
  (*http)->run(options.grace_seconds);
  service.finish();
  Result<void> closed = session->close();
  operation::Json last = operation::Json::object();
  last.add("sequence", std::to_string(session->engine().sequence()));
  log_line("info", "stopped", last);
  http->reset();
  return closed;
}

}  // namespace cofferdam::server
