#include "agent/model/json.h"
#include "agent/store/seed_documents.h"

#include <gmock/gmock.h>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "tests/unit/agent/store/disk_fixture.h"

namespace imprint::test {
namespace {

using store::seed_documents;
using testing::HasSubstr;

Seed sample_seed() {
  return {"5f0c8c1e-0000-4000-8000-000000000001",
          "web-1",
          {"ssh-ed25519 AAAA me@home", "ssh-rsa BBBB \"x\""},
          {},
          {}};
}

std::string document(const Seed& seed, const std::string& name) {
  const auto files = seed_documents(seed);
  EXPECT_TRUE(files) << (files ? "" : files.error().message);
  if (files)
    for (const auto& file : *files)
      if (file.name == name) return file.content;
  return "(none)";
}

/// The cloud-config after its first line: JSON is YAML too.
Json config(const std::string& text) {
  EXPECT_TRUE(text.starts_with("#cloud-config\n")) << text;
  return parse_json(text.substr(text.find('\n') + 1)).value();
}

TEST(SeedDocuments, TellIdentityInLines) {
  EXPECT_EQ(document(sample_seed(), "meta-data"),
            "instance-id: \"5f0c8c1e-0000-4000-8000-000000000001\"\n"
            "local-hostname: \"web-1\"\n"
            "public-keys: [\"ssh-ed25519 AAAA me@home\",\"ssh-rsa BBBB \\\"x\\\"\"]\n");
}

TEST(SeedDocuments, GenerateUserDataWhenNoneIsGiven) {
  Seed seed = sample_seed();
  seed.password_hash = Secret{"$6$salt$hash"};
  const Json data = config(document(seed, "user-data"));
  EXPECT_EQ(data["hostname"], "web-1");
  EXPECT_EQ(data["ssh_authorized_keys"], Json(seed.ssh_keys));
  EXPECT_EQ(data["password"], "$6$salt$hash");
  EXPECT_EQ(data["chpasswd"], (Json{{"expire", false}}));
  EXPECT_EQ(document(seed, "vendor-data"), "(none)");
}

TEST(SeedDocuments, NeverGiveAHashThatCloudInitWouldTakeForThePassword) {
  Seed seed = sample_seed();
  seed.password_hash = Secret{"$y$j9T$salt$hash"};
  const Json data = config(document(seed, "user-data"));
  EXPECT_FALSE(data.contains("password"));
  EXPECT_EQ(data["user"], (Json{{"hashed_passwd", "$y$j9T$salt$hash"}, {"lock_passwd", false}}));
}

TEST(SeedDocuments, LeaveTheUsersDocumentAsItIs) {
  Seed seed = sample_seed();
  seed.user_data = Secret{"#!/bin/sh\necho '${x}' \"\\\" \x01\n"};
  seed.password_hash = Secret{"$6$salt$hash"};
  EXPECT_EQ(document(seed, "user-data"), seed.user_data.reveal());
  EXPECT_EQ(config(document(seed, "vendor-data"))["password"], "$6$salt$hash");
  EXPECT_THAT(document(seed, "meta-data"), HasSubstr("public-keys"));
  seed.password_hash = {};
  EXPECT_EQ(document(seed, "vendor-data"), "(none)");
}

TEST(SeedDocuments, RefuseTextsThatWouldBreakTheirLines) {
  Seed seed = sample_seed();
  seed.hostname = "a\nlocal-hostname: b";
  EXPECT_EQ(seed_documents(seed).error().code, Errc::invalid);
  seed = sample_seed();
  seed.ssh_keys = {"key\x7f"};
  EXPECT_EQ(seed_documents(seed).error().code, Errc::invalid);
  seed = sample_seed();
  seed.hostname = "caf\xe9";
  EXPECT_EQ(seed_documents(seed).error().code, Errc::invalid);
}

class SeedImage : public DiskFixture {};

TEST_F(SeedImage, IsAnIsoThatCloudInitFinds) {
  Seed seed = sample_seed();
  seed.user_data = Secret{"#cloud-config\nruncmd: [true]\n"};
  const auto disk = volumes_.create_seed(instance_, 2, seed);
  ASSERT_TRUE(disk) << disk.error().message;
  EXPECT_EQ(disk->role, DiskRole::seed);
  EXPECT_EQ(disk->format, DiskFormat::raw);
  EXPECT_EQ(disk->path, paths_.seed(instance_, 2).string());
  EXPECT_EQ(disk->size, std::filesystem::file_size(disk->path));
  EXPECT_EQ(std::filesystem::status(disk->path).permissions(), std::filesystem::perms{0600});
  EXPECT_EQ(names_in(paths_.instance(instance_)), std::vector<std::string>{"seed-2.iso"});

  const std::string blkid = tool({"blkid", "-p", "-o", "export", disk->path});
  EXPECT_THAT(blkid, HasSubstr("LABEL=cidata\n"));
  EXPECT_THAT(blkid, HasSubstr("TYPE=iso9660\n"));
  EXPECT_THAT(blkid, HasSubstr("Joliet"));
  const std::string content = read_file(disk->path).value();
  EXPECT_NE(content.find("RRIP_1991A"), std::string::npos) << "Rock Ridge";
  EXPECT_NE(content.find(seed.user_data.reveal()), std::string::npos);
  EXPECT_NE(content.find("instance-id: \"5f0c8c1e"), std::string::npos);
  EXPECT_NE(content.find("user-data"), std::string::npos) << "the name as it is, by Rock Ridge";
}

TEST_F(SeedImage, HasTheSameBytesForTheSameSeed) {
  const auto first = volumes_.create_seed(instance_, 1, sample_seed());
  ASSERT_TRUE(first);
  const auto bytes = digest_of_file(first->path).value();
  const auto again = volumes_.create_seed(instance_, 1, sample_seed());
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(*first));
  EXPECT_EQ(digest_of_file(again->path).value(), bytes);
}

TEST_F(SeedImage, IsRemovedAsADisk) {
  const auto disk = volumes_.create_seed(instance_, 1, sample_seed());
  ASSERT_TRUE(disk);
  EXPECT_TRUE(volumes_.remove_disk(*disk));
  EXPECT_FALSE(std::filesystem::exists(disk->path));
}

}  // namespace
}  // namespace imprint::test
