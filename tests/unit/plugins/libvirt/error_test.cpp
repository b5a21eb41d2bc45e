#include "plugins/libvirt/error.h"

#include <gtest/gtest.h>

namespace imprint::libvirt {
namespace {

// The triples are those that a killed, a hung and an absent libvirtd really gave.
TEST(LibvirtError, SaysUnavailableWhenTheLinkBroke) {
  EXPECT_EQ(errc_of(VIR_FROM_RPC, VIR_ERR_INTERNAL_ERROR), Errc::unavailable);
  EXPECT_EQ(errc_of(VIR_FROM_RPC, VIR_ERR_SYSTEM_ERROR), Errc::unavailable);
  EXPECT_TRUE(is_link_error(VIR_FROM_RPC, VIR_ERR_INTERNAL_ERROR));
  EXPECT_TRUE(is_link_error(VIR_FROM_NONE, VIR_ERR_INVALID_CONN));
}

TEST(LibvirtError, DoesNotTakeAFailureOfQemuForABrokenLink) {
  EXPECT_FALSE(is_link_error(VIR_FROM_QEMU, VIR_ERR_INTERNAL_ERROR));
  EXPECT_FALSE(is_link_error(VIR_FROM_QEMU, VIR_ERR_NO_DOMAIN));
}

TEST(LibvirtError, NeverSaysAbsentWhenItIsUnknown) {
  constexpr int more_than_there_are = 200;
  for (int code = 0; code < more_than_there_are; ++code) {
    EXPECT_NE(errc_of(VIR_FROM_RPC, code), Errc::not_found) << code;
    EXPECT_NE(errc_of(VIR_FROM_REMOTE, code), Errc::not_found) << code;
  }
  EXPECT_EQ(errc_of(VIR_FROM_QEMU, VIR_ERR_NO_DOMAIN), Errc::not_found);
}

TEST(LibvirtError, TellsRefusalsApart) {
  EXPECT_EQ(errc_of(VIR_FROM_QEMU, VIR_ERR_OPERATION_INVALID), Errc::conflict);
  EXPECT_EQ(errc_of(VIR_FROM_XML, VIR_ERR_XML_INVALID_SCHEMA), Errc::invalid);
  EXPECT_EQ(errc_of(VIR_FROM_POLKIT, VIR_ERR_AUTH_UNAVAILABLE), Errc::denied);
  EXPECT_EQ(errc_of(VIR_FROM_NONE, VIR_ERR_NO_CONNECT), Errc::invalid);
}

}  // namespace
}  // namespace imprint::libvirt
