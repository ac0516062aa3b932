// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/client/curl_library.h"

#include "cofferdam/base/check.h"

#include <dlfcn.h>
#include <string>

namespace cofferdam::client {
namespace {

// The name of the interface that the header describes, the same since 2006.
constexpr const char* kName = "libcurl.so.4";

struct Loaded {
  CurlLibrary library;
  std::string trouble;  // empty: it is there

  Loaded() {
    // Never unloaded: handles may live until the end of the process.
    void* const file = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
    if (file == nullptr) {
      note_failure();
      return;
    }
    const auto find = [&](auto& function, const char* name) {
      void* const found = ::dlsym(file, name);
      if (found == nullptr && trouble.empty()) note_failure();
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
    };
    find(library.global_init, "curl_global_init");
    find(library.free, "curl_free");
    find(library.easy_init, "curl_easy_init");
    find(library.easy_cleanup, "curl_easy_cleanup");
    find(library.easy_reset, "curl_easy_reset");
    find(library.easy_setopt, "curl_easy_setopt");
    find(library.easy_getinfo, "curl_easy_getinfo");
    find(library.easy_perform, "curl_easy_perform");
    find(library.easy_pause, "curl_easy_pause");
    find(library.easy_strerror, "curl_easy_strerror");
    find(library.slist_append, "curl_slist_append");
    find(library.slist_free_all, "curl_slist_free_all");
    find(library.multi_init, "curl_multi_init");
    find(library.multi_cleanup, "curl_multi_cleanup");
    find(library.multi_add_handle, "curl_multi_add_handle");
    find(library.multi_remove_handle, "curl_multi_remove_handle");
    find(library.multi_perform, "curl_multi_perform");
    find(library.multi_poll, "curl_multi_poll");
    find(library.multi_info_read, "curl_multi_info_read");
    find(library.url, "curl_url");
    find(library.url_cleanup, "curl_url_cleanup");
    find(library.url_get, "curl_url_get");
    find(library.url_set, "curl_url_set");
    if (trouble.empty() && library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      trouble = "it does not start";
  }

  void note_failure() {
    const char* const why = ::dlerror();
    trouble = why == nullptr ? "it cannot be loaded" : why;
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

base::Result<void> load_curl() {
  if (loaded().trouble.empty()) return {};
  return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                     .field = kName,
                                     .rule = loaded().trouble,
                                     .hint = "install the library (Debian: libcurl4)"});
}

const CurlLibrary& curl() {
  COFFERDAM_CHECK(loaded().trouble.empty(), "load_curl() comes before curl()");
  return loaded().library;
}

}  // namespace cofferdam::client
