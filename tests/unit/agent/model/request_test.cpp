#include "agent/model/request.h"
#include "agent/model/json.h"

#include <gmock/gmock.h>

namespace imprint {
namespace {

using testing::HasSubstr;
using testing::Not;

Json parsed(const std::string& text) {
  return parse_json(text).value();
}

template <class Parse>
std::string refused(Parse parse, const std::string& text) {
  const auto request = parse(parsed(text));
  EXPECT_FALSE(request) << text;
  if (request) return "";
  EXPECT_EQ(request.error().code, Errc::invalid);
  return request.error().message;
}

TEST(ImportImageRequest, ReadsBackWhatItWrites) {
  const auto request =
      parse_import_image(parsed(R"({"source": "/x.qcow2", "name": "debian", "format": "qcow2",
      "sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "kind": "public",
      "confirm": {"kind": "agent", "limit_seconds": 10}})"));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->sha256->hex(), std::string(64, 'a'));
  EXPECT_EQ(request->confirm->limit.count(), 10);
  EXPECT_EQ(to_json(*parse_import_image(to_json(*request))), to_json(*request));
}

TEST(ImportImageRequest, RefusesWhatItDoesNotKnow) {
  const auto parse = parse_import_image;
  EXPECT_EQ(refused(parse, R"({"source": "/x", "name": "a", "sorce": 1})"), "sorce: unknown key");
  EXPECT_EQ(refused(parse, R"({"name": "a"})"), "source: is required");
  EXPECT_THAT(refused(parse, R"({"source": "/x", "name": "a/b"})"), HasSubstr("a/b"));
  EXPECT_THAT(refused(parse, R"({"source": "/x", "name": "a", "format": "qed"})"),
              HasSubstr("format"));
  EXPECT_THAT(refused(parse, R"({"source": "/x", "name": "a", "sha256": "12"})"), HasSubstr("12"));
  EXPECT_THAT(refused(parse, "[]"), HasSubstr("object"));
}

TEST(CreateInstanceRequest, ReadsBackWhatItWrites) {
  const auto request =
      parse_create_instance(parsed(R"({"image": "debian@2", "name": "web-1", "cpus": 2,
      "memory": 536870912, "disk": 21474836480, "data_disks": [1073741824, 5], "network": "default",
      "ssh_keys": ["ssh-ed25519 AAAA me"], "user_data": "hidden-document", "password_hash": "hidden-hash",
      "firmware": "uefi", "confirm": {"kind": "none"}})"));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->data_disks.size(), 2U);
  EXPECT_EQ(to_json(*parse_create_instance(to_json(*request))), to_json(*request));
}

TEST(CreateInstanceRequest, MayBeOfManyWhoseNamesFit) {
  const auto request =
      parse_create_instance(parsed(R"({"image": "a", "name": "web", "count": 20})"));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->count, 20);
  EXPECT_EQ(to_json(*parse_create_instance(to_json(*request))), to_json(*request));
  EXPECT_EQ(numbered(request->name, 20), "web-20");
  const auto refused_with = [](const std::string& name, const std::string& count) {
    return refused(parse_create_instance,
                   R"({"image": "a", "name": ")" + name + R"(", "count": )" + count + "}");
  };
  EXPECT_THAT(refused_with("web", "0"), HasSubstr("count"));
  EXPECT_THAT(refused_with("web", "101"), HasSubstr("count"));
  EXPECT_THAT(refused_with(std::string(61, 'w'), "20"), HasSubstr("-20"));
}

TEST(CreateInstanceRequest, KeepsSecretsOutOfItsRecord) {
  CreateInstance request;
  request.user_data = Secret{"hidden-document"};
  request.password_hash = Secret{"hidden-hash"};
  const std::string record = dump_json(to_record(request));
  EXPECT_THAT(record, Not(HasSubstr("hidden")));
  EXPECT_THAT(record, HasSubstr("sha256:")) << "a repeat can still be recognised";
  EXPECT_THAT(dump_json(to_json(request)), HasSubstr("hidden-document"));
}

TEST(CreateInstanceRequest, RefusesWhatCannotBe) {
  const auto with = [](const std::string& more) {
    return refused(parse_create_instance, R"({"image": "a", "name": "b", )" + more + "}");
  };
  EXPECT_THAT(with(R"("cpus": 0)"), HasSubstr("cpus"));
  EXPECT_THAT(with(R"("cpus": 4294967297)"), HasSubstr("cpus"));
  EXPECT_THAT(with(R"("cpus": 1.5)"), HasSubstr("cpus"));
  EXPECT_THAT(with(R"("memory": -1)"), HasSubstr("memory"));
  EXPECT_THAT(with(R"("disk": 18446744073709551615)"), HasSubstr("disk"));
  EXPECT_THAT(with(R"("disk": "20GiB")"), HasSubstr("disk"));
  EXPECT_THAT(with(R"("data_disks": [0])"), HasSubstr("data_disks"));
  EXPECT_THAT(with(R"("data_disks": [18446744073709551615])"), HasSubstr("data_disks"));
  EXPECT_THAT(with(R"("data_disks": {"a": 1})"), HasSubstr("data_disks"));
  EXPECT_THAT(with(R"("ssh_keys": ["a\nb"])"), HasSubstr("ssh_keys"));
  EXPECT_THAT(with(R"("ssh_keys": [1])"), HasSubstr("ssh_keys"));
  EXPECT_THAT(with(R"("password_hash": "a\nroot:x")"), HasSubstr("password_hash"));
  EXPECT_THAT(with(R"("firmware": "coreboot")"), HasSubstr("coreboot"));
  EXPECT_THAT(with(R"("hostname": "a b")"), HasSubstr("a b"));
  EXPECT_THAT(with(R"("user_data": ")" + std::string(70'000, 'x') + "\""), HasSubstr("user_data"));
  EXPECT_THAT(with(R"("confirm": {"kind": "console", "patern": "x"})"), HasSubstr("patern"));
}

TEST(ReimageRequest, ReadsBackWhatItWritesAndHidesItsSecret) {
  const auto request = parse_reimage_instance(parsed(
      R"({"image": "debian", "accept_data_loss": true, "keep_old_seconds": 0, "user_data": "hidden-document"})"));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(to_json(*parse_reimage_instance(to_json(*request))), to_json(*request));
  EXPECT_THAT(dump_json(to_record(*request)), Not(HasSubstr("hidden")));
  EXPECT_THAT(refused(parse_reimage_instance, R"({"image": "a", "accept_data_loss": "yes"})"),
              HasSubstr("accept_data_loss"));
  EXPECT_THAT(refused(parse_reimage_instance, R"({"image": "a", "keep_old_seconds": -1})"),
              HasSubstr("keep_old_seconds"));
}

TEST(StopRequest, HasALimitedGrace) {
  EXPECT_EQ(parse_stop_instance(parsed("{}"))->grace.count(), 60);
  EXPECT_EQ(parse_stop_instance(parsed(R"({"grace_seconds": 0})"))->grace.count(), 0);
  EXPECT_THAT(refused(parse_stop_instance, R"({"grace_seconds": 3601})"),
              HasSubstr("grace_seconds"));
}

TEST(ConfirmSignalOf, RefusesAPatternThatIsNone) {
  const auto with = [](const std::string& pattern) {
    return parse_confirm_signal({{"kind", "console"}, {"pattern", pattern}}, "confirm").has_value();
  };
  EXPECT_TRUE(with("login:"));
  EXPECT_TRUE(with("(?i)LOGIN:")) << "what it is matched with knows this";
  EXPECT_FALSE(with("\\u0041")) << "what it is matched with does not know this";
  EXPECT_FALSE(with("("));
  EXPECT_FALSE(with("[z-a]"));
  EXPECT_FALSE(with(std::string(257, 'a')));
  EXPECT_FALSE(with(std::string(1'000'000, '('))) << "and the program lives on";
  EXPECT_FALSE(parse_confirm_signal({{"kind", "console"}, {"limit_seconds", 0}}, "confirm"));
}

TEST(ImageRefOf, MayPinAVersion) {
  EXPECT_EQ(ImageRef::parse("debian")->version, std::nullopt);
  EXPECT_EQ(ImageRef::parse("debian@12")->version, 12);
  for (const char* text : {"", "@1", "debian@", "debian@0", "debian@-1", "debian@1x", "debian@1@2",
                           "debian@99999999999"})
    EXPECT_FALSE(ImageRef::parse(text)) << text;
}

}  // namespace
}  // namespace imprint
