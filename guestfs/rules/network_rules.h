#pragma once

#include <span>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The family net.*; constant.
std::span<const Rule> network_rules();

// Its parts, one file each.
std::span<const Rule> network_card_rules();  ///< how single cards are set up
std::span<const Rule> network_host_rules();  ///< what the guest does with the network as a whole
std::span<const Rule> ssh_rules();           ///< who gets in

}  // namespace imprint::rules
