#include "guestfs/appliance/told_files.h"

#include <gtest/gtest.h>

namespace imprint::appliance {
namespace {

using namespace std::string_view_literals;

TEST(ToldFiles, AreReadFromWhatALookTells) {
  const auto look = parse_look(" 81a4 0 2a 1000 656a7b00\0"sv);
  ASSERT_TRUE(look && look->file);
  EXPECT_EQ(look->file->mode, 0100644U);
  EXPECT_EQ(look->file->uid, 0U);
  EXPECT_EQ(look->file->gid, 42U);
  EXPECT_EQ(look->file->size, 4096U);
  EXPECT_EQ(look->file->modified, 0x656a7b00);
  EXPECT_EQ(look->file->target, "");
}

TEST(ToldFiles, KnowTimesBefore1970) {
  EXPECT_EQ(parse_look(" 81a4 0 0 0 ffffffffffffffff\0"sv)->file->modified, -1);
}

TEST(ToldFiles, SayWhereALinkLeads) {
  EXPECT_EQ(parse_look(" a1ff 0 0 7 0\0usr/bin\0"sv)->file->target, "usr/bin");
  EXPECT_EQ(parse_look(" a1ff 0 0 7 0\0\0"sv)->file->target, "");
}

TEST(ToldFiles, AreNoneWhereThereIsNoSuchFile) {
  const auto look = parse_look("");
  ASSERT_TRUE(look);
  EXPECT_FALSE(look->file);
}

TEST(ToldFiles, OfAFolderAreItsEntries) {
  const auto entries = parse_folder("a\nb\0r 81a4 0 0 1 2\0l\0l a1ff 0 0 3 4\0to\0x\0u\0"sv);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].name, "a\nb");
  EXPECT_EQ((*entries)[0].type, 'r');
  EXPECT_EQ((*entries)[0].file->size, 1U);
  EXPECT_EQ((*entries)[1].file->target, "to");
  EXPECT_EQ((*entries)[2].type, 'u');
  EXPECT_FALSE((*entries)[2].file);
  EXPECT_TRUE(parse_folder("")->empty());
}

TEST(ToldFiles, AreNotBelievedWhereTheyMakeNoSense) {
  for (const std::string_view look :
       {" 81a4 0 0 1 2"sv, " 81a4 0 0 1\0"sv, " 81a4 0 0 1 2 3\0"sv, "81a4 0 0 1 2\0"sv,
        " 81a4 0 0 1 -2\0"sv, " 181a4ffff 0 0 1 2\0"sv, " 81a4 0 0 1 2\0more\0"sv,
        " a1ff 0 0 1 2\0"sv, " a1ff 0 0 1 2\0to"sv, " 81a4 0 0 11111111111111111 2\0"sv})
    EXPECT_EQ(parse_look(look).error().code, Errc::corrupt) << look;
  for (const std::string_view folder :
       {"a\0"sv, "a\0r"sv, "a\0\0"sv, "a\0q\0"sv, "\0r\0"sv, ".\0d\0"sv, "..\0d\0"sv, "a/b\0r\0"sv,
        "a\0l a1ff 0 0 1 2\0"sv, "a\0r 1\0"sv})
    EXPECT_EQ(parse_folder(folder).error().code, Errc::corrupt) << folder;
}

}  // namespace
}  // namespace imprint::appliance
