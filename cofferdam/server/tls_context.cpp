// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace cofferdam::server {
namespace {

Result<void> failed(std::string option, const std::string& file) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return base::malformed(std::move(option), file,
                         reason == nullptr ? "cannot be read as PEM" : reason);
}

// A handshake fails then unless the client shows a certificate that one of the authorities in the
// file has signed.
Result<void> ask_for_certificates(ssl_ctx_st* context, const std::string& file) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return failed("--tls-client-ca", file);
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Each connection shows its certificate: none rests on that of an earlier one.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return {};
}

}  // namespace

Result<void> prepare_tls(ssl_ctx_st* context, const HttpOptions& options) {
  SSL_CTX_set_options(context, SSL_OP_ALL);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1)
    return failed("--tls-certificate", options.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return failed("--tls-key", options.key_file);
  if (options.client_ca_file.empty()) return {};
  return ask_for_certificates(context, options.client_ca_file);
}

}  // namespace cofferdam::server
