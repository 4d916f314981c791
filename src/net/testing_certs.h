#pragma once
// For the tests of this room only: an own certificate authority and what it signs, made anew by
// OpenSSL for each test, and a directory for the files that goes away with it.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <string>

#include "base/check.h"
#include "base/file.h"

namespace watchfire::net {

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/watchfire-net-XXXXXX";
    WF_CHECK(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~TempDir() { (void)FileSystem::Local()->RemoveRecursively(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string File(const std::string& name) const { return JoinPath(path_, name); }
  std::string Write(const std::string& name, const std::string& text) const {
    FileSystem::Local()->WriteFileAtomically(File(name), text).value();
    return File(name);
  }

 private:
  std::string path_;
};

struct Certificate {
  std::string cert;  // PEM
  std::string key;
};

class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "test CA") : name_(name) {
    key_ = EVP_EC_gen("P-256");
    cert_ = Make(key_, name, "", true);
  }
  ~CertificateAuthority() {
    X509_free(cert_);
    EVP_PKEY_free(key_);
  }
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  std::string pem() const { return CertText(cert_); }

  // `sans` as in OpenSSL's configuration: "DNS:localhost,IP:127.0.0.1".
  Certificate Issue(const std::string& name, const std::string& sans) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = Make(key, name, sans, false);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    Certificate out{CertText(cert), BioText(bio)};
    X509_free(cert);
    EVP_PKEY_free(key);
    return out;
  }

 private:
  X509* Make(EVP_PKEY* key, const std::string& name, const std::string& sans, bool ca) {
    X509* cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    SetName(X509_get_subject_name(cert), name);
    SetName(X509_get_issuer_name(cert), name_);
    AddExtension(cert, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");
    if (!sans.empty()) AddExtension(cert, NID_subject_alt_name, sans);
    WF_CHECK(X509_sign(cert, key_, EVP_sha256()) > 0);
    return cert;
  }
  static void SetName(X509_NAME* into, const std::string& name) {
    X509_NAME_add_entry_by_txt(into, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  }
  static void AddExtension(X509* cert, int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    WF_CHECK(extension != nullptr);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static std::string BioText(BIO* bio) {
    char* data = nullptr;
    long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(bio);
    return text;
  }
  static std::string CertText(X509* cert) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, cert);
    return BioText(bio);
  }

  std::string name_;
  EVP_PKEY* key_ = nullptr;
  X509* cert_ = nullptr;
  long serial_ = 0;
};

}  // namespace watchfire::net
