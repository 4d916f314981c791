#include "secrets/secrets.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/check.h"
#include "base/mutex.h"

namespace watchfire::secrets {
namespace {

constexpr int kPasswordRounds = 10'000;
constexpr size_t kPasswordBytes = 50;
constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
// First byte of a sealed text, so that another way of sealing can be told apart one day.
constexpr char kSealedVersion = 1;
constexpr std::string_view kSealSalt = "watchfire sealed text";
constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr std::string_view kTokenPrefix = "glsa_";
constexpr size_t kTokenCharacters = 32;
constexpr size_t kSumCharacters = 8;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (char c : bytes) {
    auto byte = static_cast<uint8_t>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string Pbkdf2(std::string_view password, std::string_view salt, size_t bytes) {
  std::string out(bytes, '\0');
  int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), Bytes(salt),
                               static_cast<int>(salt.size()), kPasswordRounds, EVP_sha256(),
                               static_cast<int>(bytes), Bytes(out));
  WF_CHECK(done == 1);
  return out;
}

std::string Sha256(std::string_view text) {
  std::string out(kKeyBytes, '\0');
  unsigned int size = 0;
  int done = EVP_Digest(text.data(), text.size(), Bytes(out), &size, EVP_sha256(), nullptr);
  WF_CHECK(done == 1 && size == kKeyBytes);
  return out;
}

// A server has one key and seals often, so the last derived key is kept, found by its hash.
class DerivedKey {
 public:
  std::string Of(std::string_view key) {
    std::string name = Sha256(key);
    {
      MutexLock lock(mutex_);
      if (name == name_) return derived_;
    }
    std::string derived = Pbkdf2(key, kSealSalt, kKeyBytes);
    MutexLock lock(mutex_);
    name_ = std::move(name);
    derived_ = derived;
    return derived;
  }

 private:
  Mutex mutex_;
  std::string name_ GUARDED_BY(mutex_);
  std::string derived_ GUARDED_BY(mutex_);
};

std::string DeriveKey(std::string_view key) {
  static DerivedKey last;
  return last.Of(key);
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// As zlib has it.
uint32_t Crc32(std::string_view text) {
  uint32_t crc = ~uint32_t{0};
  for (char c : text) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string SumOf(std::string_view text) {
  return fmt::format("{:08x}", Crc32(text));
}

}  // namespace

std::string RandomBytes(size_t bytes) {
  std::string out(bytes, '\0');
  // Without random numbers nothing that follows is safe.
  WF_CHECK(RAND_bytes(Bytes(out), static_cast<int>(bytes)) == 1);
  return out;
}

std::string RandomText(size_t characters) {
  constexpr size_t kFair = 256 / kAlphabet.size() * kAlphabet.size();
  std::string out;
  out.reserve(characters);
  while (out.size() < characters) {
    for (char c : RandomBytes(characters)) {
      auto byte = static_cast<uint8_t>(c);
      if (byte < kFair && out.size() < characters)
        out.push_back(kAlphabet[byte % kAlphabet.size()]);
    }
  }
  return out;
}

std::string HashPassword(std::string_view password, std::string_view salt) {
  return Hex(Pbkdf2(password, salt, kPasswordBytes));
}

std::string HashToken(std::string_view token) {
  return Hex(Sha256(token));
}

bool EqualSecrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string MakeServiceAccountToken() {
  std::string token = std::string(kTokenPrefix) + RandomText(kTokenCharacters);
  return token + "_" + SumOf(token);
}

bool IsWellFormedServiceAccountToken(std::string_view token) {
  if (!token.starts_with(kTokenPrefix)) return false;
  if (token.size() != kTokenPrefix.size() + kTokenCharacters + 1 + kSumCharacters) return false;
  std::string_view sum = token.substr(token.size() - kSumCharacters);
  std::string_view summed = token.substr(0, token.size() - kSumCharacters - 1);
  return token[summed.size()] == '_' && sum == SumOf(summed);
}

std::string Seal(std::string_view key, std::string_view text) {
  std::string derived = DeriveKey(key);
  std::string nonce = RandomBytes(kNonceBytes);
  std::string sealed(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  bool done = EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(derived),
                                 Bytes(nonce)) == 1 &&
              EVP_EncryptUpdate(cipher.get(), Bytes(sealed), &size, Bytes(text),
                                static_cast<int>(text.size())) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), Bytes(sealed) + size, &size) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, Bytes(tag)) == 1;
  WF_CHECK(done);
  return kSealedVersion + nonce + sealed + tag;
}

Result<std::string> Open(std::string_view key, std::string_view sealed) {
  Error denied = Error::Denied("not sealed with this secret key, or damaged");
  if (sealed.size() < 1 + kNonceBytes + kTagBytes || sealed[0] != kSealedVersion) return denied;
  std::string derived = DeriveKey(key);
  std::string_view nonce = sealed.substr(1, kNonceBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string_view body = sealed.substr(1 + kNonceBytes);
  body.remove_suffix(kTagBytes);
  std::string text(body.size(), '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  bool opened =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(derived), Bytes(nonce)) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), Bytes(text), &size, Bytes(body),
                        static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, Bytes(tag)) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), Bytes(text) + size, &size) == 1;
  if (!opened) return denied;
  return text;
}

}  // namespace watchfire::secrets
