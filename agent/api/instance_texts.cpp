#include "agent/api/instance_texts.h"

#include <utility>

#include "agent/model/json.h"

namespace imprint::api {
namespace {

/// All else is in the record, whose generation grows with every change.
std::string look_of(const InstanceView& view) {
  return fmt::format("{} {} {} {}", view.instance.generation, to_string(view.power),
                     view.newer_image.value_or(""),
                     view.open_job ? view.open_job->str() : std::string{});
}

}  // namespace

std::string InstanceTexts::listing(const std::vector<InstanceView>& views) {
  constexpr std::size_t some_more = 4096;
  const auto last = last_.lock();
  std::map<std::string, Text> before = std::exchange(last->texts, {});
  std::string body;
  body.reserve(last->size + some_more);
  body = R"({"instances":[)";
  for (const InstanceView& view : views) {
    std::string look = look_of(view);
    auto known = before.extract(view.instance.id.str());
    if (known.empty() || known.mapped().look != look) {
      Text text{std::move(look), dump_json(to_json(view))};
      body += text.json;
      last->texts.insert_or_assign(view.instance.id.str(), std::move(text));
    } else {
      body += known.mapped().json;
      last->texts.insert(std::move(known));
    }
    body += ',';
  }
  if (!views.empty()) body.pop_back();
  body += "]}";
  last->size = body.size();
  return body;
}

}  // namespace imprint::api
