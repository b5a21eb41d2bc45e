#include "tests/guests/library/coverage.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace imprint::guests {
namespace {

TEST(Coverage, IsThatOfTheCommittedPage) {
  const std::filesystem::path sources{IMPRINT_SOURCES};
  std::ifstream file{sources / "docs/coverage.md"};
  std::ostringstream committed;
  committed << file.rdbuf();
  EXPECT_TRUE(committed.str() == coverage_page(sources))
      << "docs/coverage.md is stale; run: imprint_coverage . > docs/coverage.md";
}

TEST(Coverage, ShowsEveryRuleFiring) {
  EXPECT_THAT(coverage_page(IMPRINT_SOURCES), testing::Not(testing::HasSubstr("not shown")));
}

}  // namespace
}  // namespace imprint::guests
