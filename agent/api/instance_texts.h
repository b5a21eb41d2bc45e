#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/base/sync.h"
#include "agent/model/instance.h"

namespace imprint::api {

/// Writes lists of instances, and writes each anew only when it has changed: a control plane that
/// looks at a thousand instances every few seconds would otherwise keep a processor busy with the
/// same text. Thread-safe.
class InstanceTexts {
 public:
  /// {"instances": [...]}, the same text as the model's own JSON.
  std::string listing(const std::vector<InstanceView>& views);

 private:
  struct Text {
    std::string look;  ///< what tells whether the instance still looks the same
    std::string json;
  };
  struct Last {
    std::map<std::string, Text> texts;  ///< by id
    std::size_t size = 0;
  };
  Sync<Last> last_;  ///< of the last list
};

}  // namespace imprint::api
