#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include "base/file.h"
#include "base/text.h"
#include "net/http_profile.h"
#include "net/web_config.h"

namespace watchfire::net {
namespace {

constexpr uint64_t kMaxPemBytes = 4 << 20;

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioDeleter>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES, GENERAL_NAMES_free>>;

Error OpensslError(std::string_view what) {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  char text[200] = "unknown error";
  if (code != 0) ERR_error_string_n(code, text, sizeof(text));
  return Error::Invalid("{}: {}", what, text);
}

// What the verify callback needs; owned by the SSL_CTX it belongs to.
struct VerifyRules {
  bool verify_chain = false;
  std::vector<std::string> allowed_sans;
};

void FreeRules(void*, void* rules, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<VerifyRules*>(rules);
}

int RulesIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, FreeRules);
  return index;
}

std::string_view View(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

// A DNS name, address, mail address or URI in text; "" for other kinds.
std::string NameText(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
      return std::string(View(name.d.ia5));
    case GEN_IPADD: {
      std::string_view bytes = View(name.d.iPAddress);
      char text[INET6_ADDRSTRLEN] = "";
      if (bytes.size() == 4) inet_ntop(AF_INET, bytes.data(), text, sizeof(text));
      if (bytes.size() == 16) inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
      return text;
    }
    default:
      return {};
  }
}

bool HasAllowedSan(X509* cert, const std::vector<std::string>& allowed) {
  NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::string text = NameText(*sk_GENERAL_NAME_value(names.get(), i));
    if (!text.empty() && std::find(allowed.begin(), allowed.end(), text) != allowed.end()) {
      return true;
    }
  }
  return false;
}

// Takes the place of OpenSSL's verification; only called when the client sent a certificate.
int VerifyClient(X509_STORE_CTX* store, void*) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* rules =
      static_cast<const VerifyRules*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), RulesIndex()));
  if (rules->verify_chain && X509_verify_cert(store) != 1) return 0;
  if (!rules->allowed_sans.empty() &&
      !HasAllowedSan(X509_STORE_CTX_get0_cert(store), rules->allowed_sans)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  return 1;
}

// An encrypted key must not make the server ask on its terminal.
int NoPassphrase(char*, int, int, void*) {
  return 0;
}

int SelectHttp11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                 unsigned in_size, void*) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned i = 0; i < in_size; i += 1u + in[i]) {
    std::string_view offered(reinterpret_cast<const char*>(in) + i + 1,
                             std::min<size_t>(in[i], in_size - i - 1));
    if (offered != kHttp11) continue;
    *out = in + i + 1;
    *out_size = in[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

// The PEM text itself or that of the file, and how to call it in errors.
struct Pem {
  std::string text;
  std::string name;
};

Result<Pem> ReadPem(const std::string& text, const std::string& file, std::string_view what) {
  if (file.empty()) return Pem{text, std::string(what)};
  return Pem{TRY(FileSystem::Local()->ReadFile(file, kMaxPemBytes)), file};
}

Result<std::vector<X509Ptr>> ReadCertificates(const Pem& pem) {
  BioPtr bio(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
  std::vector<X509Ptr> certificates;
  while (X509* cert = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    certificates.emplace_back(cert);
  }
  unsigned long code = ERR_peek_last_error();
  if (certificates.empty() || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
    return OpensslError(pem.name);
  }
  ERR_clear_error();
  return certificates;
}

Result<void> UseCertificate(SSL_CTX* context, const TlsServerConfig& config) {
  Pem cert = TRY(ReadPem(config.cert, config.cert_file, "cert"));
  std::vector<X509Ptr> chain = TRY(ReadCertificates(cert));
  if (SSL_CTX_use_certificate(context, chain[0].get()) != 1) return OpensslError(cert.name);
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return OpensslError(cert.name);
  }
  Pem key = TRY(ReadPem(config.key.reveal(), config.key_file, "key"));
  BioPtr bio(BIO_new_mem_buf(key.text.data(), static_cast<int>(key.text.size())));
  KeyPtr private_key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  OPENSSL_cleanse(key.text.data(), key.text.size());
  if (!private_key) return OpensslError(key.name);
  if (SSL_CTX_use_PrivateKey(context, private_key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return OpensslError(key.name);
  }
  return {};
}

Result<void> UseClientAuth(SSL_CTX* context, const TlsServerConfig& config) {
  if (config.client_auth == ClientAuth::kNoClientCert) return {};
  bool required = config.client_auth == ClientAuth::kRequireAnyClientCert ||
                  config.client_auth == ClientAuth::kRequireAndVerifyClientCert;
  auto rules = std::make_unique<VerifyRules>();
  rules->verify_chain = config.client_auth == ClientAuth::kVerifyClientCertIfGiven ||
                        config.client_auth == ClientAuth::kRequireAndVerifyClientCert;
  rules->allowed_sans = config.client_allowed_sans;
  if (!config.client_ca.empty() || !config.client_ca_file.empty()) {
    Pem pem = TRY(ReadPem(config.client_ca, config.client_ca_file, "client_ca"));
    for (const X509Ptr& ca : TRY(ReadCertificates(pem))) {
      if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1 ||
          SSL_CTX_add_client_CA(context, ca.get()) != 1) {
        return OpensslError(pem.name);
      }
    }
  }
  if (SSL_CTX_set_ex_data(context, RulesIndex(), rules.get()) != 1) return OpensslError("tls");
  rules.release();
  SSL_CTX_set_cert_verify_callback(context, VerifyClient, nullptr);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return {};
}

// Go names the suites as the RFCs do; OpenSSL knows those names too.
Result<void> UseCiphers(SSL_CTX* context, const std::vector<std::string>& suites) {
  if (suites.empty()) return {};
  STACK_OF(SSL_CIPHER)* known = SSL_CTX_get_ciphers(context);
  std::vector<std::string> names;
  bool only_tls13 = true;
  for (const std::string& suite : suites) {
    const SSL_CIPHER* found = nullptr;
    for (int i = 0; i < sk_SSL_CIPHER_num(known); ++i) {
      const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(known, i);
      std::string_view name = SSL_CIPHER_standard_name(cipher);
      if (name == suite || name == suite + "_SHA256") found = cipher;
    }
    if (found == nullptr) return Error::Invalid("unknown cipher: {}", suite);
    // The suites of TLS 1.3 are not configurable, as in Go.
    if (SSL_CIPHER_get_version(found) == std::string_view("TLSv1.3")) continue;
    only_tls13 = false;
    names.emplace_back(SSL_CIPHER_get_name(found));
  }
  if (only_tls13) return {};
  if (SSL_CTX_set_cipher_list(context, Join(names, ":").c_str()) != 1) {
    return OpensslError("cipher_suites");
  }
  return {};
}

Result<void> UseCurves(SSL_CTX* context, const std::vector<std::string>& curves) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}};
  if (curves.empty()) return {};
  std::vector<std::string> names;
  for (const std::string& curve : curves) {
    size_t before = names.size();
    for (const auto& [go_name, name] : kNames) {
      if (curve == go_name) names.emplace_back(name);
    }
    if (names.size() == before) return Error::Invalid("unknown curve: {}", curve);
  }
  if (SSL_CTX_set1_curves_list(context, Join(names, ":").c_str()) != 1) {
    return OpensslError("curve_preferences");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<ssl_ctx_st>> MakeServerTls(const TlsServerConfig& config) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return OpensslError("tls");
  if (config.min_version == TlsVersion::kTls10 || config.min_version == TlsVersion::kTls11) {
    SSL_CTX_set_security_level(context.get(), 0);  // Debian's default refuses these versions
  }
  if (SSL_CTX_set_min_proto_version(context.get(),
                                    TlsProtocol(config.min_version, TLS1_2_VERSION)) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(),
                                    TlsProtocol(config.max_version, TLS1_3_VERSION)) != 1) {
    return OpensslError("tls version");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  if (config.prefer_server_cipher_suites) {
    SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  static constexpr unsigned char kSessionContext[] = "watchfire";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof(kSessionContext) - 1);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectHttp11, nullptr);
  TRY(UseCiphers(context.get(), config.cipher_suites));
  TRY(UseCurves(context.get(), config.curve_preferences));
  TRY(UseCertificate(context.get(), config));
  TRY(UseClientAuth(context.get(), config));
  return context;
}

}  // namespace watchfire::net
