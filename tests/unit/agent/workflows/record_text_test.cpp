#include "agent/workflows/record_text.h"

#include <gtest/gtest.h>

namespace imprint::workflows {
namespace {

const Json record{{"name", "web"}, {"disks", {1, 2}}, {"digest", "of something else"}};

TEST(RecordText, IsReadAsItWasWritten) {
  EXPECT_EQ(*read_record(write_record(record)), record);
}

TEST(RecordText, IsTheRecordsJsonForWhoeverLooks) {
  const Json shown = parse_json(write_record({{"name", "web"}})).value();
  EXPECT_EQ(shown.at("name"), "web");
  EXPECT_EQ(shown.at("record_digest").get<std::string>().size(), 64U);
}

TEST(RecordText, OfBeforeThereWereDigestsIsTakenAsItIs) {
  EXPECT_EQ(*read_record(R"({"name":"web"})"), Json({{"name", "web"}}));
  EXPECT_EQ(*read_record("{}"), Json::object());
}

TEST(RecordText, WithAnyOtherByteIsNeverTakenForAnotherRecord) {
  const std::string text = write_record({{"name", "web"}, {"path", "/var/lib/disk-1"}});
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : {'0', '2', 'x', '"', ','}) {
      std::string changed = text;
      changed[at] = other;
      const auto read = read_record(changed);
      if (changed == text || !read) continue;
      // Where the member's own name changed, it is one that no record has.
      EXPECT_EQ(read->size(), 3U) << changed;
    }
  }
}

}  // namespace
}  // namespace imprint::workflows
