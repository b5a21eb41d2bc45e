// imprint_coverage SOURCES: prints docs/coverage.md.

#include <iostream>

#include "tests/guests/library/coverage.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: imprint_coverage SOURCES\n";
    return 64;
  }
  std::cout << imprint::guests::coverage_page(argv[1]);
  return 0;
}
