// SHA-256 (FIPS 180-4, by OpenSSL): names the content of files and published values, so that what
// was downloaded can be checked against what was located.
#pragma once

#include <memory>
#include <string_view>

#include "base/ids.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace oxbow {

/// Hashes content that comes in parts, in order. Costs a few hundred bytes, whatever the content.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);

  /// The digest of everything given so far; afterwards the object is as new.
  Digest finish();

 private:
  void start();

  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The digest of content that is in memory.
Digest sha256(std::string_view bytes);

}  // namespace oxbow
