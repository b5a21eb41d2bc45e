#pragma once
// A state folder with real files made by qemu-img.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "agent/store/local_volumes.h"
#include "agent/store/state_folder.h"
#include "tests/support/temp_folder.h"

namespace imprint::test {

class DiskFixture : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = store::StateFolder::open(paths_);
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
    ASSERT_TRUE(folder_->prepare());
  }

  static std::string tool(std::vector<std::string> arguments) {
    Command command;
    command.arguments = std::move(arguments);
    const auto output = run_checked(command);
    EXPECT_TRUE(output) << (output ? "" : output.error().message);
    return output ? output->out : "";
  }
  static Json info(const std::filesystem::path& disk) {
    return parse_json(tool({"qemu-img", "info", "-f", "qcow2", "--output=json", disk.string()}))
        .value();
  }
  /// Puts `text` at a place in the disk's content.
  static void write_guest_data(const std::string& disk, const std::string& pattern) {
    tool({"qemu-io", "-f", "qcow2", "-c", "write -P " + pattern + " 1M 64k", disk});
  }
  static bool reads_guest_data(const std::string& disk, const std::string& pattern) {
    const auto out = tool({"qemu-io", "-f", "qcow2", "-c", "read -P " + pattern + " 1M 64k", disk});
    return out.find("Pattern verification failed") == std::string::npos;
  }

  /// A file of 8 MiB in the incoming folder, with a little content.
  std::filesystem::path incoming(const JobId& job, ImageFormat format = ImageFormat::qcow2) {
    const auto path = volumes_.prepare_incoming(job).value();
    const std::string word{format == ImageFormat::vhd ? "vpc" : to_string(format)};
    tool({"qemu-img", "create", "-q", "-f", word, path.string(), "8M"});
    tool({"qemu-io", "-f", word, "-c", "write -P 7 1M 64k", path.string()});
    return path;
  }
  Image adopted_image() {
    const auto stored =
        volumes_.adopt_image(incoming(JobId::generate()), ImageFormat::qcow2, {}, {});
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message);
    return {.id = ImageId::generate(),
            .name = "tiny",
            .version = 1,
            .kind = ImageKind::custom,
            .owner = "",
            .provider = "",
            .region = "",
            .node = "",
            .digest = stored->digest,
            .source_digest = stored->digest,
            .source = "",
            .file_size = stored->file_size,
            .virtual_size = stored->virtual_size,
            .guest = {},
            .verdict = Verdict::accepted,
            .profile = "",
            .ruleset = "",
            .confirm = {},
            .created = "",
            .generation = 1};
  }
  /// Names of what lies in a folder, sorted.
  static std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator{folder})
      names.push_back(file.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  TempFolder temp_;
  store::StatePaths paths_{temp_ / "state"};
  std::optional<store::StateFolder> folder_;
  store::LocalVolumes volumes_{paths_};
  InstanceId instance_ = InstanceId::generate();
};

}  // namespace imprint::test
