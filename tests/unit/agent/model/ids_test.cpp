#include "agent/model/ids.h"

#include <gmock/gmock.h>

#include <set>

namespace imprint {
namespace {

using testing::HasSubstr;

TEST(InstanceIdOf, TakesItsOwnFormOnly) {
  EXPECT_EQ(InstanceId::parse("i-3f2a9c04b1d7")->str(), "i-3f2a9c04b1d7");
  for (const char* text :
       {"", "i-", "i-3f2a9c04b1d", "i-3f2a9c04b1d70", "i-3F2A9C04B1D7", "img-3f2a9c04b1d7",
        "i-3f2a9c04b1dg", "i_3f2a9c04b1d7", " i-3f2a9c04b1d7", "i-../../../etc"}) {
    const auto id = InstanceId::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, Errc::invalid);
    EXPECT_THAT(id.error().message, HasSubstr(text));
  }
  EXPECT_FALSE(InstanceId::parse(std::string_view{"i-3f2a9c04b1d7\0", 15}));
}

TEST(InstanceIdOf, ShortensAHugeTextInItsError) {
  EXPECT_LT(InstanceId::parse(std::string(1'000'000, 'x')).error().message.size(), 300U);
}

TEST(InstanceIdOf, IsNewEachTimeAndReadsBack) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const InstanceId id = InstanceId::generate();
    EXPECT_EQ(InstanceId::parse(id.str()).value(), id);
    seen.insert(id.str());
  }
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_TRUE(ImageId::parse(ImageId::generate().str()));
  EXPECT_TRUE(JobId::parse(JobId::generate().str()));
}

TEST(Sha256Of, IsLowerCaseWhateverIsWritten) {
  const std::string hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  EXPECT_EQ(Sha256::parse(hex)->hex(), hex);
  EXPECT_EQ(Sha256::parse("sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF")
                ->hex(),
            hex);
  EXPECT_FALSE(Sha256::parse(""));
  EXPECT_FALSE(Sha256::parse("sha256:"));
  EXPECT_FALSE(Sha256::parse(hex.substr(1)));
  EXPECT_FALSE(Sha256::parse(hex + "0"));
  EXPECT_FALSE(Sha256::parse("md5:" + hex));
  EXPECT_FALSE(Sha256::parse(std::string(63, 'a') + "\xc3"));
}

TEST(MachineUuid, IsAFunctionOfTheInstance) {
  const auto a = InstanceId::parse("i-000000000001").value();
  const auto b = InstanceId::parse("i-000000000002").value();
  EXPECT_EQ(machine_uuid(a), machine_uuid(a));
  EXPECT_NE(machine_uuid(a), machine_uuid(b));
  EXPECT_EQ(machine_uuid(a).size(), 36U);
  EXPECT_EQ(machine_uuid(a)[14], '5');
  EXPECT_NE(random_uuid(), random_uuid());
  EXPECT_EQ(random_uuid()[14], '4');
}

TEST(NameOf, IsSafeInPathsAndDocuments) {
  for (const char* text : {"a", "web-1", "Debian_12.5", "0x"})
    EXPECT_TRUE(parse_name(text, "image")) << text;
  EXPECT_TRUE(parse_name(std::string(63, 'a'), "image"));
  for (const char* text :
       {"", ".", "..", "-a", "_a", "a/b", "a b", "a\n", "a@1", "<a>", "caf\xc3\xa9", "a;b"})
    EXPECT_FALSE(parse_name(text, "image")) << text;
  EXPECT_FALSE(parse_name(std::string(64, 'a'), "image"));
  EXPECT_FALSE(parse_name(std::string_view{"a\0b", 3}, "image"));
}

}  // namespace
}  // namespace imprint
