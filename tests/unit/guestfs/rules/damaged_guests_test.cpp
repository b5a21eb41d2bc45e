// Seeded damage to any file of any healthy guest: reading and judging it ends soon, with a verdict
// and findings that can be shown. IMPRINT_DAMAGE_ROUNDS and IMPRINT_DAMAGE_SEED choose how many and
// which.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <random>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using guest::FileType;
using guest::GuestPath;

constexpr std::chrono::seconds time_limit{20};  // of one guest, on a busy machine
constexpr std::uint64_t huge = std::uint64_t{1} << 62U;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> files_of(Guest& guest) {
  std::vector<std::string> files;
  std::deque<GuestPath> folders{GuestPath{}};
  while (!folders.empty()) {
    const GuestPath folder = folders.front();
    folders.pop_front();
    const auto entries = guest.fs.list(folder);
    for (const guest::FolderEntry& entry : entries ? *entries : std::vector<guest::FolderEntry>{}) {
      if (entry.type == FileType::folder)
        folders.push_back(folder / entry.name);
      else
        files.push_back((folder / entry.name).str());
    }
  }
  return files;
}

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_{seed} {}

  std::size_t pick(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  /// What was done, in words.
  std::string apply(Guest& guest, const std::vector<std::string>& files) {
    const std::string path = files[pick(files.size())];
    static constexpr std::array<std::string (Damage::*)(Guest&, const std::string&), 11> kinds{
        &Damage::replace, &Damage::flip,    &Damage::flip,     &Damage::cut,
        &Damage::repeat,  &Damage::insert,  &Damage::make_odd, &Damage::link_away,
        &Damage::claim,   &Damage::add_odd, &Damage::drop};
    return (this->*kinds[pick(kinds.size())])(guest, path) + " " + path;
  }

 private:
  static std::string content_of(Guest& guest, const std::string& path) {
    const auto parsed = GuestPath::parse(path);
    auto text = guest.fs.read(*parsed, std::size_t{64} << 20U);
    return text ? *std::move(text) : std::string{};
  }

  std::string bytes(std::size_t size) {
    static constexpr std::string_view telling =
        "\n\n  \t:=,\"'\\/#\r0123456789{}[]$()-&*!|<>%@/dev/sda1UUID=menuentry linux ../";
    std::string text;
    const bool binary = pick(3) == 0;
    for (std::size_t i = 0; i < size; ++i)
      text += binary ? static_cast<char>(random_()) : telling[pick(telling.size())];
    return text;
  }

  std::string replace(Guest& guest, const std::string& path) {
    guest.fs.file(path, bytes(pick(4000)));
    return "replaced";
  }
  std::string flip(Guest& guest, const std::string& path) {
    std::string text = content_of(guest, path);
    for (std::size_t i = 0, count = 1 + pick(8); i < count && !text.empty(); ++i)
      text[pick(text.size())] = static_cast<char>(random_());
    guest.fs.file(path, std::move(text));
    return "flipped";
  }
  std::string cut(Guest& guest, const std::string& path) {
    const std::string text = content_of(guest, path);
    guest.fs.file(path, text.substr(0, pick(text.size() + 1)));
    return "cut";
  }
  std::string repeat(Guest& guest, const std::string& path) {
    const std::string text = content_of(guest, path);
    std::string more;
    while (!text.empty() && more.size() < 200'000 && more.size() < text.size() * 5000) more += text;
    guest.fs.file(path, std::move(more));
    return "repeated";
  }
  std::string insert(Guest& guest, const std::string& path) {
    std::string text = content_of(guest, path);
    text.insert(pick(text.size() + 1), bytes(1 + pick(300)));
    guest.fs.file(path, std::move(text));
    return "lengthened";
  }
  std::string make_odd(Guest& guest, const std::string& path) {
    static constexpr std::array kinds{FileType::fifo, FileType::socket, FileType::block_device,
                                      FileType::character_device};
    if (pick(4) == 0)
      guest.fs.remove(path).folder(path, pick(2) == 0 ? 0 : 07777);
    else
      guest.fs.special(path, kinds[pick(kinds.size())]);
    return "made no file";
  }
  /// To itself, out of the guest, to nothing, or through a long chain.
  std::string link_away(Guest& guest, const std::string& path) {
    const std::array<std::string, 6> targets{path,
                                             "../../../../../../etc/passwd",
                                             "/nowhere/at/all",
                                             std::string(5000, 'a'),
                                             "/proc/self/root" + path,
                                             "/chain0"};
    if (const std::string& target = targets[pick(targets.size())]; target != "/chain0") {
      guest.fs.link(path, target);
      return "linked";
    }
    const std::string text = content_of(guest, path);
    const std::size_t length = 30 + pick(30);
    for (std::size_t i = 0; i < length; ++i)
      guest.fs.link("/chain" + std::to_string(i), "chain" + std::to_string(i + 1));
    guest.fs.file("/chain" + std::to_string(length), text).link(path, "/chain0");
    return "put behind a chain";
  }
  std::string claim(Guest& guest, const std::string& path) {
    guest.fs.claimed_size(path, pick(2) == 0 ? huge : pick(std::size_t{1} << 31U));
    return "made to claim a size";
  }
  /// Files beside it with names that are no text.
  std::string add_odd(Guest& guest, const std::string& path) {
    const std::string folder = GuestPath::parse(path)->parent().str() + "/";
    for (const char* name : {"\xff\xfe\x80.conf", "a\nb.conf", " ", "-rf", "\x1b[31m.cfg", "..."})
      guest.fs.file(folder + name, bytes(pick(200)));
    return "given odd neighbours";
  }
  std::string drop(Guest& guest, const std::string& path) {
    guest.fs.remove(path);
    return "removed";
  }

  std::mt19937_64 random_;
};

void expect_presentable(const rules::Judgement& judgement) {
  EXPECT_LT(judgement.findings.size(), 20'000U);
  for (const Finding& finding : judgement.findings) {
    EXPECT_FALSE(finding.rule.empty());
    EXPECT_FALSE(finding.message.empty()) << finding.rule;
    EXPECT_LT(finding.message.size(), 20'000U) << finding.rule;
  }
  for (const Undetermined& each : judgement.undetermined)
    EXPECT_FALSE(each.reason.empty()) << each.rule;
}

TEST(DamagedGuests, AreJudgedInBoundedTimeWhateverTheirFilesHold) {
  const std::uint64_t seed = number_from("IMPRINT_DAMAGE_SEED", 20261128);
  const std::uint64_t rounds = number_from("IMPRINT_DAMAGE_ROUNDS", 300);
  RecordProperty("seed", std::to_string(seed));
  std::vector<std::vector<std::string>> files;
  for (const NamedGuest& each : healthy_guests()) {
    Guest guest = each.make();
    files.push_back(files_of(guest));
    ASSERT_FALSE(files.back().empty()) << each.name;
  }
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Damage damage{seed + round};
    const std::size_t which = damage.pick(files.size());
    Guest guest = healthy_guests()[which].make();
    std::string done{healthy_guests()[which].name};
    for (std::size_t i = 0, count = 1 + damage.pick(3); i < count; ++i)
      done += ", " + damage.apply(guest, files[which]);
    SCOPED_TRACE("IMPRINT_DAMAGE_ROUNDS=1 IMPRINT_DAMAGE_SEED=" + std::to_string(seed + round) +
                 ": " + done);
    const auto start = std::chrono::steady_clock::now();
    expect_presentable(guest.judge());
    EXPECT_LT(std::chrono::steady_clock::now() - start, time_limit);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace imprint::guests
