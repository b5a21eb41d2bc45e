#pragma once

#include <string>

namespace imprint::facts {

/// A place in a guest's file.
struct Place {
  std::string path;
  int line = 0;  ///< from 1; 0: the file as a whole
  std::string text;
};

}  // namespace imprint::facts
