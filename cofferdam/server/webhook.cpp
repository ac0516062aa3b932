// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/webhook.h"

#include "cofferdam/client/curl_library.h"
#include "cofferdam/crypto/hmac.h"
#include "cofferdam/crypto/sha256.h"
#include "cofferdam/operation/json.h"
#include "cofferdam/server/api_keys.h"
#include "cofferdam/server/log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace cofferdam::server {
namespace {

using base::Result;

constexpr std::size_t kSecretBytesMin = 16;
constexpr std::size_t kSecretBytesMax = 4096;

using client::curl;

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* what) const {
    (curl().*Free)(what);
  }
};

using Handle = std::unique_ptr<CURL, Freeing<&client::CurlLibrary::easy_cleanup>>;
using Url = std::unique_ptr<CURLU, Freeing<&client::CurlLibrary::url_cleanup>>;
using Headers = std::unique_ptr<curl_slist, Freeing<&client::CurlLibrary::slist_free_all>>;

// Empty where the address has no such part.
std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl().url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl().free(text);
  return copy;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<std::string> read_secret(const std::string& file) {
  const auto bad = [&](std::string rule) {
    return base::malformed("--alert-webhook-secret-file", file, std::move(rule));
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return bad("must be a file that can be read");
  struct stat about{};
  std::string secret(kSecretBytesMax + 1, '\0');
  const bool known = ::fstat(descriptor, &about) == 0;
  const ssize_t size = ::read(descriptor, secret.data(), secret.size());
  ::close(descriptor);
  if (!known || size < 0) return bad("must be a file that can be read");
  if ((about.st_mode & 077U) != 0) return bad("must be closed to group and others (chmod 600)");
  secret.resize(static_cast<std::size_t>(size));
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  if (secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax)
    return bad("must hold 16 to 4096 bytes");
  return secret;
}

std::size_t ignore_body(char* /*bytes*/, std::size_t size, std::size_t count, void* /*user*/) {
  return size * count;
}

class CurlWebhook final : public Webhook {
 public:
  CurlWebhook(WebhookOptions options, std::string secret)
      : options_(std::move(options)), secret_(std::move(secret)), thread_([this] { run(); }) {}

  ~CurlWebhook() override { CurlWebhook::stop(); }

  void offer(WebhookMessage message) override {
    bool begins_to_drop = false;
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) {
        ++figures_.dropped;
        return;
      }
      waiting_.push_back(std::move(message));
      if (waiting_.size() > options_.waiting_max) {
        drop_one();
        begins_to_drop = !is_dropping_;
        is_dropping_ = true;
      }
    }
    changed_.notify_one();
    if (begins_to_drop) log_line("error", "webhook_drops", operation::Json::object());
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] WebhookFigures figures() const override {
    const std::lock_guard lock(mutex_);
    WebhookFigures figures = figures_;
    figures.waiting = waiting_.size();
    return figures;
  }

 private:
  using Message = WebhookMessage;

  // The oldest of the least urgent ones, but for the first, which is being tried.
  void drop_one() {
    const auto least =
        std::min_element(waiting_.begin() + 1, waiting_.end(),
                         [](const auto& a, const auto& b) { return a.urgency < b.urgency; });
    waiting_.erase(least);
    ++figures_.dropped;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return is_stopping_ || !waiting_.empty(); });
      if (is_stopping_) break;
      // It keeps its place while it is tried, so that no more than the bound wait.
      const Message message = waiting_.front();
      lock.unlock();
      const bool taken = deliver(message);
      lock.lock();
      if (is_stopping_ && !taken) break;
      waiting_.pop_front();
      is_dropping_ = is_dropping_ && !waiting_.empty();
      ++(taken ? figures_.delivered : figures_.given_up);
    }
    figures_.dropped += waiting_.size();
    waiting_.clear();
  }

  [[nodiscard]] bool is_stopping() const {
    const std::lock_guard lock(mutex_);
    return is_stopping_;
  }

  [[nodiscard]] bool deliver(const Message& message) {
    std::uint64_t pause = options_.pause_millis;
    for (std::uint32_t attempt = 1; attempt <= options_.attempts_max; ++attempt) {
      bool for_ever = false;
      const std::string failure = post(message, for_ever);
      if (failure.empty()) return true;
      std::unique_lock lock(mutex_);
      ++figures_.failed_attempts;
      if (is_stopping_) return false;
      if (for_ever || attempt == options_.attempts_max) {
        lock.unlock();
        log_failure(message, failure, attempt);
        return false;
      }
      changed_.wait_for(lock, std::chrono::milliseconds(pause), [&] { return is_stopping_; });
      if (is_stopping_) return false;
      pause = std::min<std::uint64_t>(2 * pause, options_.pause_millis_max);
    }
    return false;
  }

  static void log_failure(const Message& message, const std::string& failure,
                          std::uint32_t attempts) {
    operation::Json fields = operation::Json::object();
    fields.add("delivery", message.delivery);
    fields.add("attempts", operation::Json::number(std::uint64_t{attempts}));
    fields.add("failure", failure);
    log_line("error", "webhook_given_up", fields);
  }

  [[nodiscard]] std::string signature_of(const std::string& body) const {
    const std::string seconds = std::to_string(system_time().value() / base::kNanosecondsPerSecond);
    const crypto::Hash mac =
        crypto::hmac_sha256({reinterpret_cast<const std::uint8_t*>(secret_.data()), secret_.size()},
                            seconds + "." + body);
    return "t=" + seconds + ",v1=" + crypto::to_hex(mac);
  }

  static int keep_on(void* self, curl_off_t /*all*/, curl_off_t /*got*/, curl_off_t /*to_send*/,
                     curl_off_t /*sent*/) {
    return static_cast<const CurlWebhook*>(self)->is_stopping() ? 1 : 0;
  }

  void set_up(CURL* handle, const std::string& body, curl_slist* headers) {
    curl().easy_setopt(handle, CURLOPT_URL, options_.url.c_str());
    curl().easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl().easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl().easy_setopt(handle, CURLOPT_PROXY, "");
    curl().easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl().easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl().easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // no waiting for a name at a stop
    curl().easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl().easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    curl().easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl().easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_seconds));
    curl().easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(options_.answer_seconds));
    curl().easy_setopt(handle, CURLOPT_MAXFILESIZE, 65536L);
    curl().easy_setopt(handle, CURLOPT_POST, 1L);
    curl().easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl().easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl().easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl().easy_setopt(handle, CURLOPT_WRITEFUNCTION, &ignore_body);
    curl().easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &CurlWebhook::keep_on);
    curl().easy_setopt(handle, CURLOPT_XFERINFODATA, this);
    curl().easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  }

  // Why it was not taken; empty when it was. No text of the receiver's is kept. `for_ever`: there
  // is no use in trying again.
  [[nodiscard]] std::string post(const Message& message, bool& for_ever) {
    if (handle_ == nullptr) handle_.reset(curl().easy_init());
    if (handle_ == nullptr) return "no handle";
    curl_slist* list = nullptr;
    for (const std::string& line :
         {std::string("Content-Type: application/json"), std::string("User-Agent: cofferdam"),
          std::string("Expect:"), "Cofferdam-Delivery: " + message.delivery,
          "Cofferdam-Signature: " + signature_of(message.body)})
      list = curl().slist_append(list, line.c_str());
    const Headers headers(list);
    curl().easy_reset(handle_.get());  // keeps connections that are open
    set_up(handle_.get(), message.body, list);
    const CURLcode code = curl().easy_perform(handle_.get());
    long status = 0;
    curl().easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl().easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, nullptr);
    if (code != CURLE_OK) return curl().easy_strerror(code);
    for_ever = status >= 400 && status < 500 && status != 408 && status != 409 && status != 425 &&
               status != 429;
    return status >= 200 && status < 300 ? std::string() : "HTTP " + std::to_string(status);
  }

  const WebhookOptions options_;
  const std::string secret_;
  Handle handle_;  // of the thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> waiting_;
  WebhookFigures figures_;
  bool is_stopping_ = false;
  bool is_dropping_ = false;
  std::thread thread_;  // comes last: it ends before what it uses
};

}  // namespace

Result<void> check_webhook_url(const std::string& url) {
  if (Result<void> ready = client::load_curl(); !ready) return ready;
  const Url parsed(curl().url());
  const bool is_url =
      parsed != nullptr && curl().url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  // What follows the host may be a secret of the receiver's: it is not repeated.
  const auto bad = [&](std::string rule) {
    return base::malformed("--alert-webhook", is_url ? part_of(parsed, CURLUPART_HOST) : "",
                           std::move(rule));
  };
  if (!is_url) return bad("must be an address such as https://example.org/alerts");
  if (!part_of(parsed, CURLUPART_USER).empty() || !part_of(parsed, CURLUPART_PASSWORD).empty())
    return bad("must not hold a name or a password");
  const std::string scheme = part_of(parsed, CURLUPART_SCHEME);
  if (scheme == "https") return {};
  if (scheme == "http" && is_this_machine(part_of(parsed, CURLUPART_HOST))) return {};
  return bad("must be https, or http to 127.0.0.1, [::1] or localhost");
}

Result<std::unique_ptr<Webhook>> Webhook::open(const WebhookOptions& options) {
  if (Result<void> good = check_webhook_url(options.url); !good)
    return std::unexpected(good.error());
  Result<std::string> secret = read_secret(options.secret_file);
  if (!secret) return std::unexpected(secret.error());
  return std::unique_ptr<Webhook>(std::make_unique<CurlWebhook>(options, std::move(*secret)));
}

}  // namespace cofferdam::server
