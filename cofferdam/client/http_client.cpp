// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows the library of HTTP.
#include "cofferdam/client/http_client.h"

#include "cofferdam/client/curl_library.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace cofferdam::client {
namespace {

struct EasyEnd {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};

struct MultiEnd {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};

struct ListEnd {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};

// The library's setter takes anything; a wrong type would be our mistake, not the outside's.
template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  static_cast<void>(curl().easy_setopt(easy, option, value));
}

// What one exchange fills, and what it takes its body from.
struct Exchange {
  Response response;
  std::size_t bytes_max = 0;
  bool is_too_large = false;
  CURL* easy = nullptr;
  // Of a stream.
  const HttpClient::Sink* sink = nullptr;
  int descriptor = -1;
  bool is_paused = false;
  int read_error = 0;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  Exchange& exchange = *static_cast<Exchange*>(user);
  const std::string_view part(bytes, size * count);
  long status = 0;
  curl().easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
  if (exchange.sink != nullptr && status == 200) {
    (*exchange.sink)(part);
    return part.size();
  }
  if (exchange.response.body.size() + part.size() > exchange.bytes_max) {
    exchange.is_too_large = true;
    return 0;
  }
  exchange.response.body += part;
  return part.size();
}

std::size_t give_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  Exchange& exchange = *static_cast<Exchange*>(user);
  pollfd waiting{exchange.descriptor, POLLIN, 0};
  // While nothing is there to be sent, answers go on coming.
  if (::poll(&waiting, 1, 0) == 0) {
    exchange.is_paused = true;
    return CURL_READFUNC_PAUSE;
  }
  while (true) {
    const ssize_t got = ::read(exchange.descriptor, bytes, size * count);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    exchange.read_error = errno;
    return CURL_READFUNC_ABORT;
  }
}

bool is_before_sending(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_URL_MALFORMAT:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct HttpClient::State {
  Options options;
  std::unique_ptr<CURL, EasyEnd> easy;
  std::string trouble = std::string(CURL_ERROR_SIZE, '\0');

  // What every request has in common.
  [[nodiscard]] std::unique_ptr<curl_slist, ListEnd> prepare(const Request& request,
                                                             Exchange& exchange);
  [[nodiscard]] Result<void> check(CURLcode code, const Request& request,
                                   const Exchange& exchange) const;
};

std::unique_ptr<curl_slist, ListEnd> HttpClient::State::prepare(const Request& request,
                                                                Exchange& exchange) {
  CURL* const handle = easy.get();
  curl().easy_reset(handle);
  trouble.assign(CURL_ERROR_SIZE, '\0');
  exchange.easy = handle;
  exchange.bytes_max = options.answer_bytes_max;
  std::string server = options.server;
  if (server.ends_with('/')) server.pop_back();
  set(handle, CURLOPT_URL, (server + request.target).c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);  // a key does not follow to somewhere else
  set(handle, CURLOPT_PROXY, "");           // nor through somebody
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_seconds));
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle, CURLOPT_ERRORBUFFER, trouble.data());
  set(handle, CURLOPT_WRITEFUNCTION, &take_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(handle, CURLOPT_USERAGENT, "cofferdam");
  curl_slist* list = nullptr;
  const auto header = [&](const std::string& line) {
    list = curl().slist_append(list, line.c_str());
  };
  if (!options.key.empty()) header("Authorization: Bearer " + options.key);
  if (!request.content_type.empty()) header("Content-Type: " + request.content_type);
  if (!request.idempotency_key.empty()) header("Idempotency-Key: " + request.idempotency_key);
  header("Expect:");
  set(handle, CURLOPT_HTTPHEADER, list);
  return std::unique_ptr<curl_slist, ListEnd>(list);
}

Result<void> HttpClient::State::check(CURLcode code, const Request& request,
                                      const Exchange& exchange) const {
  if (code == CURLE_OK) return {};
  const auto unavailable = [&](std::string rule, std::string hint = {}) {
    return std::unexpected(Error{.kind = ErrorKind::unavailable,
                                 .field = "--server",
                                 .value = options.server,
                                 .rule = std::move(rule),
                                 .hint = std::move(hint)});
  };
  if (exchange.read_error != 0)
    return std::unexpected(Error{.kind = ErrorKind::unavailable,
                                 .field = "input",
                                 .rule = std::strerror(exchange.read_error)});
  if (exchange.is_too_large)
    return unavailable("the answer has more than " + std::to_string(options.answer_bytes_max) +
                       " bytes");
  const std::string said = trouble.c_str();
  const std::string why = said.empty() ? curl().easy_strerror(code) : said;
  if (is_before_sending(code)) return unavailable("could not be reached: " + why);
  if (request.idempotency_key.empty()) return unavailable("the connection was cut off: " + why);
  return unavailable(
      "the connection was cut off, and whether the command was recorded is not known: " + why,
      "repeat it with --command-id " + request.idempotency_key);
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(Options options) {
  const Result<Address> address = parse_server(options.server);
  if (!address) return std::unexpected(address.error());
  if (!options.key.empty() && !address->is_tls && !is_loopback(address->host))
    return base::malformed("--server", options.server,
                           "a key goes over https, but to this machine itself");
  if (Result<void> ready = load_curl(); !ready) return std::unexpected(ready.error());
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->easy.reset(curl().easy_init());
  if (!state->easy)
    return std::unexpected(Error{
        .kind = ErrorKind::unavailable, .field = "HTTP", .rule = "the library could not start"});
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

Result<Response> HttpClient::send(const Request& request) {
  Exchange exchange;
  const auto headers = state_->prepare(request, exchange);
  CURL* const easy = state_->easy.get();
  set(easy, CURLOPT_TIMEOUT, static_cast<long>(state_->options.answer_seconds));
  if (request.method == "POST") {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (Result<void> done = state_->check(curl().easy_perform(easy), request, exchange); !done)
    return std::unexpected(done.error());
  long status = 0;
  char* type = nullptr;
  curl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl().easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  exchange.response.status = static_cast<unsigned>(status);
  exchange.response.content_type = type == nullptr ? "" : type;
  return std::move(exchange.response);
}

Result<Response> HttpClient::stream(const Request& request, int descriptor, const Sink& sink) {
  Exchange exchange;
  exchange.sink = &sink;
  exchange.descriptor = descriptor;
  const auto headers = state_->prepare(request, exchange);
  CURL* const easy = state_->easy.get();
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_READFUNCTION, &give_body);
  set(easy, CURLOPT_READDATA, static_cast<void*>(&exchange));
  const std::unique_ptr<CURLM, MultiEnd> multi(curl().multi_init());
  curl().multi_add_handle(multi.get(), easy);
  int running = 1;
  while (running > 0) {
    if (curl().multi_perform(multi.get(), &running) != CURLM_OK || running == 0) break;
    curl_waitfd input{descriptor, CURL_WAIT_POLLIN, 0};
    curl().multi_poll(multi.get(), &input, exchange.is_paused ? 1 : 0, 1000, nullptr);
    pollfd waiting{descriptor, POLLIN, 0};
    if (exchange.is_paused && ::poll(&waiting, 1, 0) != 0) {
      exchange.is_paused = false;
      curl().easy_pause(easy, CURLPAUSE_CONT);
    }
  }
  CURLcode code = CURLE_RECV_ERROR;
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi.get(), &left))
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  long status = 0;
  char* type = nullptr;
  curl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl().easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  exchange.response.status = static_cast<unsigned>(status);
  exchange.response.content_type = type == nullptr ? "" : type;
  curl().multi_remove_handle(multi.get(), easy);
  // A server that refuses closes before it has read everything: its answer counts, not the cut.
  const bool is_refused = status >= 400 && !exchange.response.body.empty();
  if (!is_refused)
    if (Result<void> done = state_->check(code, request, exchange); !done)
      return std::unexpected(done.error());
  return std::move(exchange.response);
}

}  // namespace cofferdam::client
