#include "agent/api/metrics.h"

#include <iterator>
#include <map>

namespace imprint::api {
namespace {

/// Label values may hold anything but these three as they are.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result;
}

class Writer {
 public:
  void gauge(std::string_view name, std::string_view help) {
    name_ = fmt::format("imprint_{}", name);
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} gauge\n", name_, help);
  }
  template <class Number>
  void value(Number number, std::string_view labels = "") {
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name_, labels, number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace

std::string write_metrics(const NodeStatus& status) {
  Writer writer;
  writer.gauge("info", "What runs here; always 1.");
  writer.value(
      1, fmt::format(R"({{node="{}",region="{}",version="{}",ruleset="{}"}})", escaped(status.node),
                     escaped(status.region), escaped(status.version), escaped(status.ruleset)));
  const auto one = [&](std::string_view name, std::string_view help, auto number) {
    writer.gauge(name, help);
    writer.value(number);
  };
  one("hypervisor_up", "Whether the hypervisor answers.", status.hypervisor_ok ? 1 : 0);
  one("images", "Images in the store.", status.images);
  one("instances", "Recorded instances.", status.instances);
  one("jobs_open", "Jobs that wait or run.", status.open_jobs);
  one("space_free_bytes", "Bytes free on the state folder's file system.", status.space_free);
  one("space_total_bytes", "Bytes of the state folder's file system.", status.space_total);
  one("space_claimed_bytes", "Bytes that running jobs are about to write.", status.space_claimed);
  writer.gauge("space_state", "1 for the present state.");
  for (const char* state : {"ok", "low", "full"})
    writer.value(status.space_state == state ? 1 : 0, fmt::format(R"({{state="{}"}})", state));
  one("damaged_rows", "Rows of journal and store that cannot be read.", status.damage.size());
  one("read_only", "Whether every change is refused.", status.read_only.empty() ? 0 : 1);
  std::map<std::string_view, int> drift;
  for (const std::string_view kind : drift_kinds) drift[kind] = 0;
  for (const Drift& found : status.drift) ++drift[found.kind];
  writer.gauge("drift", "Differences between the records and the world.");
  for (const auto& [kind, count] : drift)
    writer.value(count, fmt::format(R"({{kind="{}"}})", escaped(kind)));
  return writer.take();
}

}  // namespace imprint::api
