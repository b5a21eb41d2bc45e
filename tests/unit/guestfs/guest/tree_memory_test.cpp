#include "guestfs/guest/tree_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::guest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

GuestPath at(std::string_view text) {
  return GuestPath::parse(text).value();
}

/// Answers from a tree in memory, and writes down what it was asked.
class CountingSource : public TreeSource {
 public:
  explicit CountingSource(MemoryFs& fs) : fs_{fs} {}

  Result<LookedAt> look_at(const GuestPath& path) override {
    questions.push_back("look " + path.str());
    if (broken && path.name() == unreadable) return make_error(Errc::corrupt, "damaged");
    return told_of(path);
  }
  Result<std::optional<std::vector<LookedAtEntry>>> look_into(const GuestPath& folder) override {
    if (!looks_into) return std::optional<std::vector<LookedAtEntry>>{};
    questions.push_back("into " + folder.str());
    std::vector<LookedAtEntry> entries;
    for (const FolderEntry& entry : TRY(fs_.list(folder)))
      entries.push_back(
          {{entry.name, tells_types ? entry.type : FileType::unknown},
           entry.name == unreadable ? LookedAt{} : TRY(told_of(folder / entry.name))});
    std::reverse(entries.begin(), entries.end());
    return std::optional{std::move(entries)};
  }
  Result<std::vector<FolderEntry>> names_in(const GuestPath& folder) override {
    questions.push_back("list " + folder.str());
    auto entries = TRY(fs_.list(folder));
    std::reverse(entries.begin(), entries.end());
    if (!tells_types)
      for (FolderEntry& entry : entries) entry.type = FileType::unknown;
    return entries;
  }
  Result<std::vector<FileInfo>> look_at_all(const GuestPath& folder,
                                            const std::vector<std::string>& names) override {
    questions.push_back("look-all " + folder.str());
    if (batches_fail) return make_error(Errc::corrupt, "damaged");
    std::vector<FileInfo> infos;
    for (const std::string& name : names) {
      const auto info = fs_.stat(folder / name);
      infos.push_back(info && name != unreadable ? *info : FileInfo{});
    }
    return infos;
  }
  Result<std::string> read_one_link(const GuestPath& path) override {
    questions.push_back("link " + path.str());
    return fs_.read_link(path);
  }
  Result<std::vector<std::string>> read_links(const GuestPath& folder,
                                              const std::vector<std::string>& names) override {
    questions.push_back("links " + folder.str());
    std::vector<std::string> texts;
    for (const std::string& name : names)
      texts.push_back(name == unreadable ? "" : fs_.read_link(folder / name).value());
    return texts;
  }

  std::vector<std::string> take() { return std::exchange(questions, {}); }

  std::vector<std::string> questions;
  std::string unreadable;
  bool tells_types = true;
  bool batches_fail = false;
  bool broken = false;      ///< what is unreadable is so by itself as well
  bool looks_into = false;  ///< tells all of a folder at once, and where links lead

 private:
  [[nodiscard]] Result<LookedAt> told_of(const GuestPath& path) const {
    LookedAt told{TRY(fs_.stat(path)), {}};
    if (looks_into && told.info.type == FileType::link) told.target = TRY(fs_.read_link(path));
    return told;
  }

  MemoryFs& fs_;
};

class TreeMemoryTest : public testing::Test {
 protected:
  TreeMemoryTest() {
    fs.file("/etc/fstab", "x", 0600).link("/etc/a", "one").link("/etc/b", "two");
    for (int i = 0; i < 100; ++i) fs.file("/many/" + std::to_string(i), "");
  }

  MemoryFs fs;
  CountingSource source{fs};
  TreeMemory memory{source};
};

TEST_F(TreeMemoryTest, AsksNothingTwice) {
  EXPECT_EQ(memory.stat(at("/etc/fstab"))->mode, 0600U);
  EXPECT_EQ(memory.stat(at("/etc/none")).error().code, Errc::not_found);
  EXPECT_EQ(memory.read_link(at("/etc/a")).value(), "one");
  EXPECT_EQ(memory.list(at("/etc"))->size(), 3U);
  EXPECT_THAT(source.take(),
              ElementsAre("look /etc/fstab", "look /etc/none", "links /etc", "list /etc"));
  EXPECT_EQ(memory.stat(at("/etc/fstab"))->mode, 0600U);
  EXPECT_EQ(memory.stat(at("/etc/none")).error().code, Errc::not_found);
  EXPECT_EQ(memory.read_link(at("/etc/a")).value(), "one");
  EXPECT_EQ(memory.list(at("/etc"))->front().name, "a");
  EXPECT_THAT(source.take(), IsEmpty());
}

TEST_F(TreeMemoryTest, PutsOneQuestionForAFolderThatWasListed) {
  ASSERT_TRUE(memory.list(at("/etc")));
  EXPECT_EQ(memory.stat(at("/etc/a"))->type, FileType::link);
  EXPECT_EQ(memory.stat(at("/etc/fstab"))->mode, 0600U);
  EXPECT_EQ(memory.read_link(at("/etc/b")).value(), "two");
  EXPECT_EQ(memory.read_link(at("/etc/a")).value(), "one");
  EXPECT_EQ(memory.list_details(at("/etc"))->at(2).info.mode, 0600U);
  EXPECT_THAT(source.take(), ElementsAre("list /etc", "look-all /etc", "links /etc"));
}

TEST_F(TreeMemoryTest, KnowsWhatAListWithDetailsTold) {
  ASSERT_TRUE(memory.list_details(at("/etc")));
  source.take();
  EXPECT_TRUE(memory.stat(at("/etc/fstab")));
  EXPECT_EQ(memory.list_details(at("/etc"))->size(), 3U);
  EXPECT_THAT(source.take(), IsEmpty());
}

TEST_F(TreeMemoryTest, LooksAtALargeFolderOnlyWhenSeveralOfItAreAskedFor) {
  ASSERT_TRUE(memory.list(at("/many")));
  source.take();
  for (const char* path : {"/many/1", "/many/2", "/many/3", "/many/4", "/many/5"})
    EXPECT_TRUE(memory.stat(at(path)));
  EXPECT_THAT(source.take(),
              ElementsAre("look /many/1", "look /many/2", "look /many/3", "look-all /many"));
}

TEST_F(TreeMemoryTest, AsksForAnAbsentNameByItself) {
  ASSERT_TRUE(memory.list(at("/etc")));
  source.take();
  EXPECT_EQ(memory.stat(at("/etc/FSTAB")).error().code, Errc::not_found);
  EXPECT_THAT(source.take(), ElementsAre("look /etc/FSTAB"));
}

TEST_F(TreeMemoryTest, TellsTheFaultOfOneEntryByThatEntryAlone) {
  source.unreadable = "a";
  ASSERT_TRUE(memory.list(at("/etc")));
  source.take();
  EXPECT_TRUE(memory.stat(at("/etc/fstab")));
  EXPECT_TRUE(memory.stat(at("/etc/a")));
  EXPECT_EQ(memory.read_link(at("/etc/b")).value(), "two");
  EXPECT_EQ(memory.read_link(at("/etc/a")).value(), "one");
  EXPECT_THAT(source.take(), ElementsAre("look-all /etc", "look /etc/a", "links /etc", "links /etc",
                                         "link /etc/a"));
}

TEST_F(TreeMemoryTest, GoesOnOneByOneWhereAFolderCannotBeLookedAtAtOnce) {
  source.batches_fail = true;
  ASSERT_TRUE(memory.list(at("/etc")));
  EXPECT_EQ(memory.stat(at("/etc/fstab"))->mode, 0600U);
  EXPECT_EQ(memory.list_details(at("/etc")).error().code, Errc::corrupt);
}

TEST_F(TreeMemoryTest, FindsOutTypesThatAListDoesNotTell) {
  source.tells_types = false;
  const auto entries = memory.list(at("/etc"));
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->at(0).type, FileType::link);
  EXPECT_EQ(entries->at(2).type, FileType::regular);
}

TEST_F(TreeMemoryTest, AsksAgainForWhatItHasNoRoomFor) {
  for (int i = 0; i < 60'000; ++i) fs.file("/huge/" + std::to_string(i), "");
  ASSERT_EQ(memory.list(at("/huge"))->size(), 60'000U);
  ASSERT_EQ(memory.list(at("/huge"))->size(), 60'000U);
  EXPECT_THAT(source.take(), ElementsAre("list /huge", "list /huge"));
  EXPECT_EQ(memory.list_details(at("/huge"))->size(), 60'000U);
  EXPECT_TRUE(memory.stat(at("/huge/7")));
}

class LookingInto : public TreeMemoryTest {
 protected:
  LookingInto() { source.looks_into = true; }
};

TEST_F(LookingInto, LearnsAllOfAFolderByOneQuestion) {
  const auto items = memory.list_details(at("/etc"));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->at(0).name, "a");
  EXPECT_EQ(items->at(2).info.mode, 0600U);
  EXPECT_EQ(memory.list(at("/etc"))->size(), 3U);
  EXPECT_EQ(memory.list_details(at("/etc"))->size(), 3U);
  EXPECT_EQ(memory.stat(at("/etc/a"))->type, FileType::link);
  EXPECT_EQ(memory.read_link(at("/etc/b")).value(), "two");
  EXPECT_THAT(source.take(), ElementsAre("into /etc"));
}

TEST_F(LookingInto, LearnsWhereALinkLeadsByLookingAtIt) {
  EXPECT_EQ(memory.stat(at("/etc/a"))->type, FileType::link);
  EXPECT_EQ(memory.read_link(at("/etc/a")).value(), "one");
  EXPECT_THAT(source.take(), ElementsAre("look /etc/a"));
}

TEST_F(LookingInto, LooksIntoAFolderOnceEnoughOfItIsAskedFor) {
  ASSERT_TRUE(memory.list(at("/many")));
  for (const char* path : {"/many/1", "/many/2", "/many/3", "/many/4", "/many/5"})
    EXPECT_TRUE(memory.stat(at(path)));
  EXPECT_THAT(source.take(), ElementsAre("list /many", "look /many/1", "look /many/2",
                                         "look /many/3", "into /many"));
}

TEST_F(LookingInto, AsksForAnAbsentNameByItself) {
  ASSERT_TRUE(memory.list_details(at("/etc")));
  source.take();
  EXPECT_EQ(memory.stat(at("/etc/FSTAB")).error().code, Errc::not_found);
  EXPECT_THAT(source.take(), ElementsAre("look /etc/FSTAB"));
}

TEST_F(LookingInto, TellsTheFaultOfOneEntryByThatEntryAlone) {
  source.unreadable = "a";
  const auto items = memory.list_details(at("/etc"));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->at(0).info.type, FileType::unknown);
  source.take();
  EXPECT_TRUE(memory.stat(at("/etc/a")));
  EXPECT_THAT(source.take(), ElementsAre("look /etc/a"));
}

TEST_F(LookingInto, FindsOutTypesThatAFolderDoesNotTell) {
  source.tells_types = false;
  ASSERT_TRUE(memory.list_details(at("/etc")));
  EXPECT_EQ(memory.list(at("/etc"))->at(0).type, FileType::link);
  EXPECT_THAT(source.take(), ElementsAre("into /etc"));
}

TEST_F(LookingInto, TellsNothingOfAFolderWithAnEntryOfNoType) {
  source.tells_types = false;
  source.unreadable = "a";
  source.broken = true;
  ASSERT_FALSE(memory.list_details(at("/etc")));
  EXPECT_THAT(source.take(), ElementsAre("into /etc", "look /etc/a"));
}

TEST_F(LookingInto, AsksAgainForWhatItHasNoRoomFor) {
  for (int i = 0; i < 60'000; ++i) fs.file("/huge/" + std::to_string(i), "");
  EXPECT_EQ(memory.list_details(at("/huge"))->size(), 60'000U);
  EXPECT_EQ(memory.list(at("/huge"))->size(), 60'000U);
  EXPECT_TRUE(memory.stat(at("/huge/7")));
  EXPECT_THAT(source.take(), ElementsAre("into /huge", "list /huge", "look /huge/7"));
}

}  // namespace
}  // namespace imprint::guest
