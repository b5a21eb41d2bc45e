#pragma once

#include <string>

#include "agent/ports/service.h"

namespace imprint::api {

/// The node's figures in Prometheus' text exposition format, version 0.0.4.
std::string write_metrics(const NodeStatus& status);

inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace imprint::api
