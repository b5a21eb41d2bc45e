#include "guestfs/appliance/handshake.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <thread>

namespace imprint::appliance {
namespace {

using std::chrono::milliseconds;

/// The host's end of a control port, and what answers at the other one.
class Shaking : public testing::Test {
 protected:
  Shaking() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    host_ = Fd{ends[0]};
    machine_ = Fd{ends[1]};
  }

  /// Sends two disks to a machine that answers with this text, "NONCE" replaced by the one asked.
  Result<std::vector<BlockDevice>> shake(std::string answer) {
    Handshake handshake{std::move(host_), "key1"};
    std::thread machine{[&] {
      LineStream stream{std::move(machine_)};
      const auto line = stream.read_line(soon());
      ASSERT_TRUE(line);
      EXPECT_TRUE(line->starts_with("go ") && line->ends_with(" 2")) << *line;
      if (const auto at = answer.find("NONCE"); at != std::string::npos)
        answer.replace(at, 5, line->substr(3, line->size() - 5));
      EXPECT_TRUE(stream.write(answer));
      std::this_thread::sleep_for(milliseconds{20});
    }};
    auto result = handshake.send_disks(2, soon());
    machine.join();
    return result;
  }

  /// Asks a machine to leave its disks that answers with this text, "NONCE" replaced.
  Result<> leave(std::string answer) {
    Handshake handshake{std::move(host_), "key1"};
    std::thread machine{[&] {
      LineStream stream{std::move(machine_)};
      const auto line = stream.read_line(soon());
      ASSERT_TRUE(line);
      EXPECT_TRUE(line->starts_with("leave ")) << *line;
      if (const auto at = answer.find("NONCE"); at != std::string::npos)
        answer.replace(at, 5, line->substr(6));
      EXPECT_TRUE(stream.write(answer));
      std::this_thread::sleep_for(milliseconds{20});
    }};
    auto result = handshake.leave_disks(soon());
    machine.join();
    return result;
  }

  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{10}; }

  Fd host_;
  Fd machine_;
};

TEST_F(Shaking, TellsWhatIsOnTheDisks) {
  const auto devices = shake("here key1 NONCE 2\nfound sdb 8 sda 16384 sda10 4 sda2 2048\n");
  ASSERT_TRUE(devices) << devices.error().message;
  ASSERT_EQ(devices->size(), 4U);
  EXPECT_EQ((*devices)[0].name, "sda");
  EXPECT_EQ((*devices)[0].size, 16384U * 512);
  EXPECT_EQ((*devices)[1].partition, 2U);
  EXPECT_EQ((*devices)[2].partition, 10U);
  EXPECT_EQ((*devices)[3].disk, 1U);
}

TEST_F(Shaking, RefusesAnotherStatesKey) {
  EXPECT_EQ(shake("here key2 NONCE 2\nfound\n").error().code, Errc::corrupt);
}

TEST_F(Shaking, RefusesAnAnswerToAnEarlierQuestion) {
  EXPECT_EQ(shake("here key1 00112233445566778899aabbccddeeff 2\nfound\n").error().code,
            Errc::corrupt);
}

TEST_F(Shaking, RefusesAnotherNumberOfDisks) {
  EXPECT_EQ(shake("here key1 NONCE 1\nfound\n").error().code, Errc::corrupt);
}

TEST_F(Shaking, RefusesNonsenseAboutTheDisks) {
  for (const char* line :
       {"", "lost", "found loop0 8", "found sda1x 8", "found sd 1", "found sda 99999999999999999"})
    EXPECT_FALSE(parse_found(line)) << line;
}

TEST_F(Shaking, GivesAMachineUpThatSaysNothing) {
  Handshake handshake{std::move(host_), "key1"};
  const auto devices = handshake.send_disks(1, std::chrono::steady_clock::now() + milliseconds{50});
  EXPECT_EQ(devices.error().code, Errc::unavailable);
}

TEST_F(Shaking, GivesAMachineUpThatHasGone) {
  machine_.reset();
  Handshake handshake{std::move(host_), "key1"};
  EXPECT_FALSE(handshake.send_disks(1, soon()));
}

/// What is made of the answer to a question for the attributes of "/v1/a b".
/// The host's end of a control port, and the machine's.
struct Connected {
  Handshake handshake;
  LineStream machine;
};

Connected connect() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {Handshake{Fd{ends[0]}, "key1"}, LineStream{Fd{ends[1]}}};
}

Result<std::optional<std::string>> attributes_from(const std::string& answer) {
  auto [handshake, machine] = connect();
  EXPECT_TRUE(machine.write(answer));
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  auto result = handshake.attributes("/v1/a b", soon);
  EXPECT_EQ(machine.read_line(soon).value(), "attributes 2f76312f612062");
  return result;
}

TEST(Attributes, AreThoseThatTheFileSystemKeeps) {
  EXPECT_EQ(attributes_from("attributes -ie\n").value(), std::optional<std::string>{"ie"});
  EXPECT_EQ(attributes_from("attributes -\n").value(), std::optional<std::string>{""});
  EXPECT_EQ(attributes_from("attributes \n").value(), std::nullopt);
  EXPECT_EQ(attributes_from("assembled\n").error().code, Errc::corrupt);
}

/// Asks a machine that answers so, and holds the order that it gets to `order`.
template <class Ask>
auto ask_of_files(const std::string& answer, const std::string& order, Ask ask) {
  auto [handshake, machine] = connect();
  EXPECT_TRUE(machine.write(answer));
  const Deadline soon = std::chrono::steady_clock::now() + milliseconds{200};
  auto result = ask(handshake, soon);
  EXPECT_EQ(machine.read_line(std::chrono::steady_clock::now() + milliseconds{200}).value(), order);
  return result;
}

Result<std::optional<std::string>> bytes_from(const std::string& answer) {
  return ask_of_files(answer, "bytes 7 5 2f76312f61", [](Handshake& handshake, Deadline soon) {
    return handshake.bytes("/v1/a", 7, 5, soon);
  });
}

TEST(Files, AreReadAsTheyAre) {
  EXPECT_EQ(bytes_from("told 5\na\nb\nc").value(), std::optional<std::string>{"a\nb\nc"});
  EXPECT_EQ(bytes_from("told 0\n").value(), std::optional<std::string>{""});
  EXPECT_EQ(bytes_from("untold\n").value(), std::nullopt);
}

TEST(Files, AreNotReadFromAnAnswerThatMakesNoSense) {
  for (const char* answer : {"told\n", "told x\n", "told 6\n123456", "told 9999999\n", "left\n"})
    EXPECT_EQ(bytes_from(answer).error().code, Errc::corrupt) << answer;
  EXPECT_EQ(bytes_from("told 5\nabc").error().code, Errc::unavailable);
}

TEST(Files, AreNotAskedForByMoreThanAPath) {
  auto [handshake, machine] = connect();
  const auto soon = [] { return std::chrono::steady_clock::now() + milliseconds{200}; };
  std::string deep = "/a";
  while (deep.size() < 4096) deep += "/deeper";
  EXPECT_FALSE(handshake.look(deep, soon()).value().has_value());
  EXPECT_FALSE(handshake.folder(deep, true, soon()).value().has_value());
  EXPECT_FALSE(handshake.bytes(deep, 0, 1, soon()).value().has_value());
  EXPECT_FALSE(handshake.attributes(deep, soon()).value().has_value());
  EXPECT_FALSE(handshake.extents(deep, soon()).value().has_value());
  EXPECT_FALSE(machine.read_line(soon())) << "init would end at such an order";
}

TEST(Files, AreNotTakenFromTheAnswerToAnEarlierQuestion) {
  auto [handshake, machine] = connect();
  const auto soon = [] { return std::chrono::steady_clock::now() + milliseconds{50}; };
  ASSERT_FALSE(handshake.bytes("/etc/passwd", 0, 9, soon()));
  ASSERT_TRUE(machine.write("told 3\nabc"));
  const auto late = handshake.bytes("/etc/shadow", 0, 9, soon());
  ASSERT_FALSE(late) << late->value_or("nothing");
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_FALSE(handshake.attributes("/etc/shadow", soon()));
  EXPECT_EQ(handshake.leave_disks(soon()).error().code, Errc::unavailable) << "nor reused";
}

TEST(Files, AreLookedAtOneByOneOrAllOfAFolder) {
  const auto look =
      ask_of_files(std::string{"told 17\n 81a4 0 0 1 1234\0", 25}, "look 2f61",
                   [](Handshake& handshake, Deadline soon) { return handshake.look("/a", soon); });
  ASSERT_TRUE(look && *look && (*look)->file);
  EXPECT_EQ((*look)->file->size, 1U);
  for (const bool details : {false, true}) {
    const auto folder = ask_of_files(
        std::string{"told 4\na\0r\0", 11}, details ? "folder 2f61" : "names 2f61",
        [&](Handshake& handshake, Deadline soon) { return handshake.folder("/a", details, soon); });
    ASSERT_TRUE(folder && *folder);
    EXPECT_EQ((*folder)->front().name, "a");
  }
}

TEST(Files, AreAskedForInAdvanceAsTheyWereOfTheImageBefore) {
  auto [handshake, machine] = connect();
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  ASSERT_TRUE(machine.write("told 00000001\naleft\ntold 00000002\nbb"));
  EXPECT_EQ(handshake.bytes("/v1/a", 0, 9, soon).value(), "a");
  EXPECT_EQ(handshake.bytes("/v1/a", 0, 9, soon).value(), "a");
  ASSERT_FALSE(handshake.leave_disks(soon));  // this machine cannot know the number
  ASSERT_TRUE(handshake.foresee("/v1", std::chrono::seconds{10}));
  EXPECT_EQ(handshake.bytes("/v1/a", 0, 9, soon).value(), "bb");
  EXPECT_EQ(machine.read_line(soon).value(), "bytes 0 9 2f76312f61");
  EXPECT_TRUE(machine.read_line(soon)->starts_with("leave "));
  EXPECT_EQ(machine.read_line(soon).value(), "many 1");
  EXPECT_EQ(machine.read_line(soon).value(), "bytes 0 9 2f76312f61");
}

Result<bool> mounted_from(const std::string& answer) {
  return ask_of_files(answer, "mount ro,nodev ext4 /dev/sda1 /v0",
                      [](Handshake& handshake, Deadline soon) {
                        return handshake.mount("ro,nodev", "ext4", "/dev/sda1", "/v0", soon);
                      });
}

TEST(Mounting, IsDoneOrLeftToGuestfsd) {
  EXPECT_EQ(mounted_from("mounted\n").value(), true);
  EXPECT_EQ(mounted_from("not mounted\n").value(), false);
  EXPECT_EQ(mounted_from("told 0\n").error().code, Errc::corrupt);
}

TEST(Extents, AreThePlacesOfAFileOnItsDisk) {
  const auto file = parse_extents("extents sdb 0 1052672 4096 4096 2101248 8192").value();
  ASSERT_TRUE(file);
  EXPECT_EQ(file->disk, 1U);
  ASSERT_EQ(file->extents.size(), 2U);
  EXPECT_EQ(file->extents[1].logical, 4096U);
  EXPECT_EQ(file->extents[1].physical, 2101248U);
  EXPECT_EQ(file->extents[1].length, 8192U);
}

TEST(Extents, AreNoneOfAFileWithAHole) {
  EXPECT_FALSE(parse_extents("extents").value());
  EXPECT_FALSE(parse_extents("extents sda 4096 1052672 4096").value());
  EXPECT_FALSE(parse_extents("extents sda 0 1052672 4096 8192 2101248 4096").value());
}

TEST(Extents, AreRefusedThatMakeNoSense) {
  for (const char* line :
       {"", "probed", "extents vda 0 1 2", "extents sda", "extents sda 0 1", "extents sda 0 1 x",
        "extents sda 0 18446744073709551615 4096", "extents sda 0 4096 18446744073709551615"})
    EXPECT_EQ(parse_extents(line).error().code, Errc::corrupt) << line;
}

TEST(Probed, IsWhatBlkidFinds) {
  const auto values = parse_probed("probed TYPE=65787434 LABEL=6120625c0a").value();
  EXPECT_EQ(values, (Values{{"TYPE", "ext4"}, {"LABEL", "a b\\\n"}}));
  EXPECT_TRUE(parse_probed("probed").value().empty());
}

TEST(Probed, IsRefusedThatMakesNoSense) {
  for (const char* line : {"", "extents", "probed TYPE", "probed TYPE=6", "probed TYPE=6x"})
    EXPECT_EQ(parse_probed(line).error().code, Errc::corrupt) << line;
}

TEST_F(Shaking, BelievesThatNothingIsLeftOnlyOfThisVeryQuestion) {
  EXPECT_TRUE(leave("left key1 NONCE\n"));
}

TEST_F(Shaking, DoesNotBelieveAnEarlierAnswerThatNothingIsLeft) {
  EXPECT_EQ(leave("left key1 00112233445566778899aabbccddeeff\n").error().code, Errc::corrupt);
}

TEST_F(Shaking, TellsWhatADiskHasLeftBehind) {
  const auto left = leave("unsound key1 NONCE kernel\n");
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().code, Errc::conflict);
  EXPECT_NE(left.error().message.find("kernel"), std::string::npos);
}

}  // namespace
}  // namespace imprint::appliance
