#pragma once
// Findings that a profile takes for a time.

#include <span>
#include <string>
#include <string_view>

#include "agent/model/report.h"
#include "guestfs/rules/profile.h"

namespace imprint::rules {

/// Whether a profile may waive what the rule finds. Not the rules of the container gate, which
/// guard this host and keep the file from being opened; not those that fire where no system was
/// looked at: a waiver would accept what nobody has read. Nor those that speak of waivers.
bool may_be_waived(const Rule& rule);

/// Whether a text fits a pattern in which "*" is any text and "?" any one byte. Takes at most as
/// many steps as the product of both lengths.
bool fits_pattern(std::string_view text, std::string_view pattern);

/// Marks the findings that the profile's waivers fit on that day ("2026-06-30", UTC); an image is
/// known by the report's path and digest. Adds a remark for each waiver of this image that has
/// expired, and for each that nothing fits though its rule was answered. What is undetermined stays
/// so: it cannot be known what would be waived.
void apply_waivers(const Profile& profile, const ImageReport& image, std::string_view today,
                   ProfileReport& report);

/// The family waiver.*; constant.
std::span<const Rule> waiver_rules();

}  // namespace imprint::rules
