#pragma once
// Whether a machine may be made of an image. Pure.

#include <cstdint>
#include <string>

#include "agent/model/image.h"

namespace imprint::policy {

/// The machine that is to be, as far as the decision needs it.
struct Use {
  std::string account;  ///< that owns the machine
  std::string region;
  std::string arch;          ///< of the node: "x86_64"
  std::uint64_t memory = 0;  ///< bytes
};

/// Errc::denied: not accepted, of another region, or a custom image of another account;
/// Errc::invalid: too little memory for its system, or of another architecture. The message names
/// the image and the reason.
Result<> may_use_image(const Image& image, const Use& use);

}  // namespace imprint::policy
