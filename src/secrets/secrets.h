#pragma once
// What must be neither guessed nor read: random tokens, hashes of passwords and tokens, and texts
// kept sealed on disk. OpenSSL stays behind this header. Pure functions but for the random ones;
// all are thread-safe. Formats and figures are Grafana's, so that its rows can be taken over.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::secrets {

// `bytes` from the system's generator.
std::string RandomBytes(size_t bytes);
// Letters and digits, without those that look alike; uniform.
std::string RandomText(size_t characters);

// PBKDF2-HMAC-SHA256, 10,000 rounds, 50 bytes, lower-case hex: Grafana's password column. About
// 5 ms of one core.
std::string HashPassword(std::string_view password, std::string_view salt);
// SHA-256 as lower-case hex, for tokens, which are random already.
std::string HashToken(std::string_view token);
// Takes as long for equal as for different texts of one length.
bool EqualSecrets(std::string_view a, std::string_view b);

// "glsa_<32 letters and digits>_<8 hex digits of the CRC-32 of what stands before>".
std::string MakeServiceAccountToken();
// Whether the sum at its end is right: a typing error is told apart from a revoked token.
bool IsWellFormedServiceAccountToken(std::string_view token);

// AES-256-GCM under a key derived from `key`; the nonce is part of the sealed text.
std::string Seal(std::string_view key, std::string_view text);
// kDenied: not sealed with this key, or damaged.
Result<std::string> Open(std::string_view key, std::string_view sealed);

}  // namespace watchfire::secrets
