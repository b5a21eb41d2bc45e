// Images that share a machine are judged as each is by itself, whatever the others are.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

std::string text_of(ImageReport report) {
  report.timings_ms = {};
  return dump_json(to_json(report), 1);
}

class Together : public testing::Test {
 protected:
  /// A small disk of that kind (see tests/integration/inspect/build-image).
  fs::path disk(const std::string& kind, const std::string& name) {
    Command build;
    build.arguments = {IMPRINT_BUILD_IMAGE, kind, (folder_ / name).string()};
    const auto appliance = prepare_appliance(IMPRINT_TEST_CACHE);
    EXPECT_TRUE(appliance) << appliance.error().message;
    build.environment = {"LIBGUESTFS_PATH=" + appliance->string(), "LIBGUESTFS_BACKEND=direct",
                         "LIBGUESTFS_BACKEND_SETTINGS=force_tcg",
                         "LIBGUESTFS_CACHEDIR=" + folder_.path().string()};
    build.time_limit = std::chrono::minutes{5};
    const auto built = run_checked(build);
    EXPECT_TRUE(built) << built.error().message;
    return folder_ / name;
  }

  std::vector<std::optional<ImageReport>> inspect(const Paths& images) {
    return inspector_.inspect_together({}, images);
  }

  /// What is said of the image by itself; asked once.
  const std::string& alone(const fs::path& image) {
    std::string& known = alone_[image];
    if (!known.empty()) return known;
    Inspection inspection;
    inspection.image = image;
    auto report = inspector_.inspect(inspection);
    EXPECT_TRUE(report) << report.error().message;
    return known = report ? text_of(*std::move(report)) : std::string{"?"};
  }

  /// Each report that is told is that of the image alone; which are told is known.
  void expect_told(const Paths& images, const std::vector<bool>& told) {
    const auto reports = inspect(images);
    ASSERT_EQ(reports.size(), images.size());
    for (std::size_t i = 0; i < images.size(); ++i) {
      SCOPED_TRACE(images[i]);
      EXPECT_EQ(reports[i].has_value(), told[i]);
      if (!reports[i]) continue;
      EXPECT_EQ(text_of(*reports[i]), alone(images[i]));
    }
  }

  test::TempFolder folder_;
  WorkerInspector inspector_{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}};
  std::map<fs::path, std::string> alone_;
};

Paths test_guests() {
  Command ask;
  ask.environment = {std::string{"HOME="} + std::getenv("HOME")};
  ask.time_limit = std::chrono::minutes{10};
  ask.arguments = {IMPRINT_GUEST, "--list"};
  std::istringstream names{run_checked(ask).value().out};
  Paths paths;
  for (std::string name; std::getline(names, name);) {
    ask.arguments = {IMPRINT_GUEST, name};
    std::string path = run_checked(ask).value().out;
    path.erase(path.find_last_not_of('\n') + 1);
    paths.emplace_back(path);
  }
  return paths;
}

TEST_F(Together, SaysOfEveryTestGuestInAnyOrderWhatIsSaidOfItAlone) {
  Paths guests = test_guests();
  const std::vector<bool> all(guests.size(), true);
  expect_told(guests, all);
  std::ranges::reverse(guests);
  expect_told(guests, all);
  std::ranges::rotate(guests, guests.begin() + 3);
  expect_told(guests, all);
}

TEST_F(Together, TellsTheSameImageAndItsCloneApart) {
  const fs::path faults = disk("faults", "faults.raw");
  const fs::path healthy = disk("healthy", "healthy.raw");  // with the same UUIDs
  expect_told({faults, healthy, faults, faults, healthy}, {true, true, true, true, true});
}

TEST_F(Together, LeavesAloneWhatIsNotPlainAndGoesOn) {
  const fs::path healthy = disk("healthy", "healthy.raw");
  const fs::path group = disk("lvm", "lvm.raw");
  const fs::path none = disk("no-system", "none.raw");
  expect_told({healthy, group, folder_ / "absent", folder_.path(), none, healthy},
              {true, false, false, false, true, true});
}

TEST_F(Together, LetsNoImageThatMakesTroubleTouchAnother) {
  const fs::path healthy = disk("healthy", "healthy.raw");
  const fs::path faults = disk("faults", "faults.raw");
  for (const char* kind : {"panics", "complains"}) {
    SCOPED_TRACE(kind);
    const fs::path hostile = disk(kind, kind);
    expect_told({healthy, faults, hostile, healthy, faults}, {true, true, false, false, false});
    expect_told({hostile, healthy}, {false, false});
  }
}

}  // namespace
}  // namespace imprint::inspect
