#pragma once
// The configuration of EXTLINUX and SYSLINUX.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"

namespace imprint::facts {

struct ExtlinuxValue {
  std::string text;
  Place place;
};

struct ExtlinuxLabel {
  std::string name;
  std::string title;  ///< of MENU LABEL
  Place place;
  std::optional<ExtlinuxValue> kernel;
  std::vector<ExtlinuxValue> initrds;  ///< taken apart at commas
  std::optional<ExtlinuxValue> append;
  bool menu_default = false;
  bool hands_over = false;  ///< LOCALBOOT, or a program that is no kernel
};

/// What one file says; `includes` are for the reader to follow and to parse into the same menu.
struct ExtlinuxMenu {
  std::vector<ExtlinuxLabel> labels;
  // A label, or what could be typed: a label or a kernel with options behind it.
  std::optional<ExtlinuxValue> default_label;
  std::optional<ExtlinuxValue> on_timeout;
  std::optional<ExtlinuxValue> append;  ///< for labels without their own
  std::vector<ExtlinuxValue> includes;
  bool has_interface = false;  ///< UI, or a menu program as DEFAULT
};

/// Adds to `menu`. Pure; never fails: lines that mean nothing here are skipped. At most 1,000
/// labels.
void parse_extlinux(std::string_view text, const std::string& path, ExtlinuxMenu& menu);

}  // namespace imprint::facts
