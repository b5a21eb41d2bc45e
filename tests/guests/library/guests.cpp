#include "tests/guests/library/guests.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace imprint::guests {

const std::vector<NamedGuest>& healthy_guests() {
  static const std::vector<NamedGuest> guests{
      {"debian12_bios", debian12_bios},
      {"debian12_lvm_uefi", debian12_lvm_uefi},
      {"ubuntu_cloud", ubuntu_cloud},
      {"ubuntu_lvm", ubuntu_lvm},
      {"centos6", centos6},
      {"centos7", centos7},
      {"aliyun2", aliyun2},
      {"openeuler2203", openeuler2203},
      {"rhel8", rhel8},
      {"rhel9", rhel9},
      {"fedora_coreos", fedora_coreos},
      {"sles15", sles15},
      {"alpine", alpine},
      {"arch", arch},
      {"unified", unified},
      {"windows2022", windows2022},
  };
  return guests;
}

Guest make_guest(std::string_view name) {
  const std::vector<NamedGuest>& guests = healthy_guests();
  const auto found = std::find_if(guests.begin(), guests.end(),
                                  [&](const NamedGuest& each) { return each.name == name; });
  EXPECT_NE(found, guests.end()) << name;
  return found == guests.end() ? Guest{} : found->make();
}

}  // namespace imprint::guests
