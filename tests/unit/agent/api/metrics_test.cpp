#include "agent/api/metrics.h"

#include <gmock/gmock.h>

namespace imprint::api {
namespace {

using testing::HasSubstr;

TEST(Metrics, WritesGaugesInPrometheusTextFormat) {
  NodeStatus status;
  status.node = "n\"1\\\n";
  status.instances = 3;
  status.space_free = 1024;
  status.space_state = "low";
  status.drift = {{"missing-machine", "i-1", ""}, {"missing-machine", "i-2", ""}};
  const std::string text = write_metrics(status);
  EXPECT_THAT(text, HasSubstr(R"(imprint_info{node="n\"1\\\n",)"));
  EXPECT_THAT(text, HasSubstr("# TYPE imprint_instances gauge\nimprint_instances 3\n"));
  EXPECT_THAT(text, HasSubstr("imprint_hypervisor_up 0\n"));
  EXPECT_THAT(text, HasSubstr("imprint_space_free_bytes 1024\n"));
  EXPECT_THAT(text, HasSubstr("imprint_space_state{state=\"low\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("imprint_drift{kind=\"missing-machine\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("imprint_drift{kind=\"faulty-image\"} 0\n"));
}

}  // namespace
}  // namespace imprint::api
