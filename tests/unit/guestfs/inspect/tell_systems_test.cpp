#include "guestfs/inspect/tell_systems.h"

#include <gmock/gmock.h>

namespace imprint::inspect {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string reason_where_all_is(const std::string& filesystem) {
  guest::Inventory inventory;
  guest::Volume volume;
  volume.device = "/dev/sda3";
  volume.filesystem = filesystem;
  inventory.volumes.push_back(std::move(volume));
  guest::SystemSearch search;
  search.encrypted.emplace_back("/dev/sda3");
  const std::vector<rules::Profile> profiles(1);
  Ledger ledger{profiles, "2026-06-30"};
  tell_no_system(ledger, search, inventory, {});
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::undetermined);
  EXPECT_THAT(report.undetermined, SizeIs(1));
  return report.undetermined.empty() ? std::string{} : report.undetermined.front().reason;
}

TEST(TellNoSystem, NamesWhatTheDiskIsEncryptedWith) {
  EXPECT_THAT(reason_where_all_is("crypto_LUKS"), HasSubstr("LUKS"));
  EXPECT_THAT(reason_where_all_is("BitLocker"), HasSubstr("encrypted with BitLocker"));
}

}  // namespace
}  // namespace imprint::inspect
