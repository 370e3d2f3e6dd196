#include "base/sha256.h"

#include <openssl/evp.h>

namespace oxbow {

namespace {

// Fetched once: looking an algorithm up by its name costs more than hashing a short value.
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  OXBOW_ASSERT(fetched != nullptr, "OpenSSL has no SHA-256");
  return fetched;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  OXBOW_ASSERT(context_ != nullptr, "out of memory");
  start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::start() {
  OXBOW_ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1, "SHA-256 refused");
}

void Sha256::update(std::string_view bytes) {
  OXBOW_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
               "SHA-256 refused bytes");
}

Digest Sha256::finish() {
  Digest digest;
  unsigned length = 0;
  OXBOW_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), &length) == 1 &&
                   length == Digest::kSize,
               "SHA-256 gave no digest");
  start();
  return digest;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace oxbow
