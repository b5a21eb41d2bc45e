#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"

namespace imprint::report {

/// The links of the chain from a disk file to a running system, in their order.
enum class Link { disk, firmware, loader, configuration, kernel, initramfs, root, system };

enum class LinkState {
  good,
  doubtful,  ///< a warning belongs to it
  broken,    ///< an error does
  unknown,   ///< it was not looked at, or a question about it stayed open
};

struct ChainLink {
  Link link = Link::disk;
  std::string name;    ///< for people
  std::string detail;  ///< what the image has there; empty if unknown. May hold text of the guest.
  LinkState state = LinkState::unknown;
};

/// The link that a rule watches over; the system for those that do not concern the start. Pure.
Link link_of(std::string_view rule);

/// All links with what the report says of each. Pure.
std::vector<ChainLink> boot_chain(const ImageReport& image);

}  // namespace imprint::report
