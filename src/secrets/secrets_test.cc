#include "secrets/secrets.h"

#include <gtest/gtest.h>

#include <set>

namespace watchfire::secrets {
namespace {

TEST(SecretsTest, PasswordsAreHashedAsGrafanasColumnHasThem) {
  // hashlib.pbkdf2_hmac("sha256", b"admin", b"1L3w7qxWrg", 10000, 50)
  EXPECT_EQ(HashPassword("admin", "1L3w7qxWrg"),
            "b71d62880272946a7915715c60ee963aca6ccf1c0b644f15259381fffd85020b62f392803b9f9338173128"
            "14c8a881df24e2");
  EXPECT_NE(HashPassword("admin", "other salt"), HashPassword("admin", "1L3w7qxWrg"));
}

TEST(SecretsTest, TokensAreHashedWithSha256) {
  EXPECT_EQ(HashToken("token"), "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0");
}

TEST(SecretsTest, ComparesContents) {
  EXPECT_TRUE(EqualSecrets("", ""));
  EXPECT_TRUE(EqualSecrets("abc", "abc"));
  EXPECT_FALSE(EqualSecrets("abc", "abd"));
  EXPECT_FALSE(EqualSecrets("abc", "ab"));
}

TEST(SecretsTest, RandomTextsDifferAndUseOnlyLettersAndDigitsThatCannotBeMistaken) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 1000; ++i) {
    std::string text = RandomText(20);
    ASSERT_EQ(text.size(), 20U);
    letters.insert(text.begin(), text.end());
    seen.insert(std::move(text));
  }
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(letters.size(), 56U);
  for (char c : std::string_view("0Oo1lI")) EXPECT_EQ(letters.count(c), 0U) << c;
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
  EXPECT_EQ(RandomBytes(0), "");
}

TEST(SecretsTest, ServiceAccountTokensEndInTheirSum) {
  // zlib.crc32(b"glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G")
  std::string token = "glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G_8af5aafc";
  EXPECT_TRUE(IsWellFormedServiceAccountToken(token));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string typo = token;
    typo[i] = typo[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(IsWellFormedServiceAccountToken(typo)) << typo;
    EXPECT_FALSE(IsWellFormedServiceAccountToken(token.substr(0, i)));
  }
  std::string made = MakeServiceAccountToken();
  EXPECT_EQ(made.size(), 46U);
  EXPECT_TRUE(IsWellFormedServiceAccountToken(made)) << made;
}

TEST(SecretsTest, WhatIsSealedOpensWithItsKeyAlone) {
  for (const std::string& text : {std::string(), std::string("swordfish"), RandomBytes(100'000)}) {
    std::string sealed = Seal("key", text);
    EXPECT_EQ(sealed.size(), text.size() + 29);
    EXPECT_NE(sealed, Seal("key", text)) << "the nonce is new each time";
    ASSERT_TRUE(Open("key", sealed).ok());
    EXPECT_EQ(*Open("key", sealed), text);
    Result<std::string> wrong = Open("other", sealed);
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().code(), ErrorCode::kDenied);
  }
}

TEST(SecretsTest, ADamagedSealIsRefused) {
  std::string sealed = Seal("key", "swordfish");
  EXPECT_EQ(sealed.find("swordfish"), std::string::npos);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(Open("key", damaged).ok()) << i;
    EXPECT_FALSE(Open("key", sealed.substr(0, i)).ok()) << i;
  }
}

}  // namespace
}  // namespace watchfire::secrets
