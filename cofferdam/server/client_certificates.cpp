// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/client_certificates.h"

#include <openssl/ssl.h>

namespace cofferdam::server {

base::Result<void> ask_for_certificates(ssl_ctx_st* context, const std::string& file) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return base::malformed("--tls-client-ca", file, "must hold certificates of authorities, PEM");
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Each connection shows its certificate: none rests on that of an earlier one.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return {};
}

}  // namespace cofferdam::server
