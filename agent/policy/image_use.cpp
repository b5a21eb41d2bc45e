#include "agent/policy/image_use.h"

#include <algorithm>
#include <array>

#include "agent/model/quantity.h"
#include "agent/policy/image_choice.h"

namespace imprint::policy {
namespace {

constexpr std::uint64_t windows_memory = std::uint64_t{1} << 30;
constexpr std::string_view administrator = "uid:0";

bool is_small_windows(const GuestFacts& guest) {
  return guest.version.find("1709") != std::string::npos ||
         guest.name.find("1709") != std::string::npos;
}

Result<> check_memory(const Image& image, std::uint64_t memory) {
  if (image.guest.type != "windows" || is_small_windows(image.guest)) return {};
  if (memory >= windows_memory) return {};
  return make_error(Errc::invalid,
                    "image '{}' holds Windows, which needs {} of memory; {} is given",
                    name_and_version(image), format_size(windows_memory), format_size(memory));
}

Result<> check_arch(const Image& image, const std::string& arch) {
  constexpr std::array x86_32{"i386", "i486", "i586", "i686"};
  const std::string& needed = image.guest.arch;
  const bool fits = needed.empty() || arch.empty() || needed == arch ||
                    (arch == "x86_64" && std::ranges::find(x86_32, needed) != x86_32.end());
  if (fits) return {};
  return make_error(Errc::invalid, "image '{}' is for {}; this node is {}", name_and_version(image),
                    needed, arch);
}

bool may_read(const Image& image, const std::string& account) {
  return image.kind != ImageKind::custom || image.owner.empty() || image.owner == account ||
         account == administrator;
}

}  // namespace

Result<> may_use_image(const Image& image, const Use& use) {
  const std::string name = name_and_version(image);
  if (image.verdict != Verdict::accepted)
    return make_error(Errc::denied, "image '{}' was not accepted: its verdict is {}", name,
                      to_string(image.verdict));
  if (!image.region.empty() && image.region != use.region)
    return make_error(Errc::denied, "image '{}' serves region '{}', not '{}'", name, image.region,
                      use.region);
  if (!may_read(image, use.account))
    return make_error(Errc::denied, "image '{}' is a custom image of another account", name);
  TRY(check_arch(image, use.arch));
  return check_memory(image, use.memory);
}

}  // namespace imprint::policy
