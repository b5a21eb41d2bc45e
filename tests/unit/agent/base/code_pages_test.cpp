#include "agent/base/code_pages.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "agent/base/digest.h"

namespace imprint {
namespace {

/// Of what is mapped from files to be run.
long resident_code() {
  std::ifstream lines{"/proc/self/smaps"};
  bool is_code = false;
  long total = 0;
  for (std::string line; std::getline(lines, line);) {
    long size = 0;
    if (line.find('-') < line.find(' '))  // "55d0-55e0 r-xp 00000000 fe:00 1234 /usr/bin/program"
      is_code = line.find(" r-xp ") != std::string::npos && line.find('/') != std::string::npos;
    else if (is_code && std::sscanf(line.c_str(), "Rss: %ld kB", &size) == 1)
      total += size;
  }
  return total;
}

TEST(CodePages, AreReturned) {
  digest_of("touches a library");
  const long before = resident_code();
  ASSERT_GT(before, 0);
  return_code_pages();
  EXPECT_LT(resident_code(), before * 3 / 4);
}

TEST(CodePages, AreFoundAgainByThreadsAtWork) {
  const std::string digest = digest_of("the same each time");
  std::atomic<bool> done = false;
  std::thread returns{[&] {
    while (!done) return_code_pages();
  }};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(digest_of("the same each time"), digest);
  done = true;
  returns.join();
}

}  // namespace
}  // namespace imprint
