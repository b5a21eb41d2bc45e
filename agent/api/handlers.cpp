#include "agent/api/handlers.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "agent/api/metrics.h"
#include "agent/api/problem.h"
#include "agent/base/digest.h"
#include "agent/model/json.h"

namespace imprint::api {
namespace {

constexpr std::int64_t console_default = 16 << 10;
constexpr std::int64_t console_limit = 1 << 20;
constexpr std::int64_t wait_limit = 60;  // seconds
constexpr std::chrono::milliseconds watch_slice{
    500};  // how long a stop waits for a long poll, at most

Response ok(const Json& json) {
  return {200, "application/json", dump_json(json), {}};
}

/// A record with its generation as its entity tag, for If-Match.
Response ok_with_tag(const Json& json, std::int64_t generation) {
  Response response = ok(json);
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", generation));
  return response;
}

/// 202 with the place where the job can be watched.
Result<Response> accepted(Result<Job> job) {
  if (!job) return std::move(job).error();
  return Response{202,
                  "application/json",
                  dump_json(to_json(*job)),
                  {{"Location", "/v1/jobs/" + job->id.str()}}};
}

template <class T>
Response listing(std::string_view name, const std::vector<T>& values) {
  Json items = Json::array();
  for (const T& value : values) items.push_back(to_json(value));
  return ok({{std::string{name}, std::move(items)}});
}

Result<> require_empty(const Request& request) {
  return ObjectReader{request.body, ""}.finish();
}

Result<std::int64_t> number(const Request& request, std::string_view key, std::int64_t fallback,
                            std::int64_t limit) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return fallback;
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0 || value > limit)
    return make_error(Errc::invalid, "query '{}': must be a whole number from 0 to {}", key, limit);
  return value;
}

/// The value of a query key that has few possible ones; the first is the default.
Result<std::string> choice(const Request& request, std::string_view key,
                           std::initializer_list<std::string_view> words) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return std::string{*words.begin()};
  if (std::ranges::find(words, found->second) == words.end())
    return make_error(Errc::invalid, "query '{}': must be one of {}", key, fmt::join(words, ", "));
  return found->second;
}

const std::string& id_of(const Request& request) {
  return request.path.find("id")->second;
}
const std::string& ref_of(const Request& request) {
  return request.path.find("ref")->second;
}

Result<Job> watch(Context& context, const JobId& id, const std::string& seen,
                  std::chrono::seconds wait) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + wait;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0 || context.stopping) return context.service.show_job(id);
    Job job = TRY(context.service.watch_job(id, seen, std::min(left, watch_slice)));
    if (is_final(job.state) || digest_of(dump_json(to_json(job))) != seen) return job;
  }
}

}  // namespace

Result<Response> get_health(Context&, const Request&) {
  return ok({{"status", "ok"}});
}

Result<Response> get_readiness(Context& context, const Request&) {
  const NodeStatus status = TRY(context.service.node_status());
  if (!status.hypervisor_ok)
    return make_error(Errc::unavailable, "hypervisor: {}", status.hypervisor);
  return ok({{"status", "ready"}});
}

Result<Response> get_metrics(Context& context, const Request&) {
  return Response{200, metrics_type, write_metrics(TRY(context.service.node_status())), {}};
}

Result<Response> get_node(Context& context, const Request&) {
  return ok(to_json(TRY(context.service.node_status())));
}

Result<Response> list_images(Context& context, const Request&) {
  return listing("images", TRY(context.service.list_images()));
}

Result<Response> import_image(Context& context, const Request& request) {
  const ImportImage order = TRY(parse_import_image(request.body));
  return accepted(context.service.import_image(request.caller, order));
}

Result<Response> show_image(Context& context, const Request& request) {
  const Image image = TRY(context.service.show_image(ref_of(request)));
  return ok_with_tag(to_json(image), image.generation);
}

Result<Response> show_report(Context& context, const Request& request) {
  return ok(TRY(context.service.show_report(ref_of(request))));
}

Result<Response> delete_image(Context& context, const Request& request) {
  TRY(require_empty(request));
  const bool force = TRY(choice(request, "force", {"false", "true"})) == "true";
  return accepted(context.service.delete_image(request.caller, ref_of(request), force));
}

Result<Response> verify_image(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.verify_image(request.caller, ref_of(request)));
}

Result<Response> check_image(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.check_image(request.caller, ref_of(request)));
}

Result<Response> list_instances(Context& context, const Request&) {
  const auto views = TRY(context.service.list_instances());
  return Response{200, "application/json", context.instance_texts.listing(views), {}};
}

Result<Response> create_instance(Context& context, const Request& request) {
  const CreateInstance order = TRY(parse_create_instance(request.body));
  return accepted(context.service.create_instance(request.caller, order));
}

Result<Response> show_instance(Context& context, const Request& request) {
  const InstanceView view = TRY(context.service.show_instance(id_of(request)));
  return ok_with_tag(to_json(view), view.instance.generation);
}

Result<Response> start_instance(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.start_instance(request.caller, id_of(request)));
}

Result<Response> stop_instance(Context& context, const Request& request) {
  const StopInstance order = TRY(parse_stop_instance(request.body));
  return accepted(context.service.stop_instance(request.caller, id_of(request), order));
}

Result<Response> reimage_instance(Context& context, const Request& request) {
  const ReimageInstance order = TRY(parse_reimage_instance(request.body));
  if (TRY(choice(request, "mode", {"run", "plan"})) == "plan")
    return ok(to_json(TRY(context.service.plan_reimage(id_of(request), order))));
  return accepted(context.service.reimage_instance(request.caller, id_of(request), order));
}

Result<Response> revert_instance(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.revert_instance(request.caller, id_of(request)));
}

Result<Response> commit_instance(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.commit_instance(request.caller, id_of(request)));
}

Result<Response> release_instance(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.release_instance(request.caller, id_of(request)));
}

Result<Response> read_console(Context& context, const Request& request) {
  const auto bytes = TRY(number(request, "bytes", console_default, console_limit));
  std::string tail =
      TRY(context.service.read_console(id_of(request), static_cast<std::size_t>(bytes)));
  return Response{200, "application/octet-stream", std::move(tail), {}};
}

Result<Response> list_jobs(Context& context, const Request&) {
  return listing("jobs", TRY(context.service.list_jobs()));
}

Result<Response> show_job(Context& context, const Request& request) {
  const JobId id = TRY(JobId::parse(id_of(request)));
  const auto wait = TRY(number(request, "wait", 0, wait_limit));
  const auto seen = request.query.find("seen");
  if (seen == request.query.end()) return ok(to_json(TRY(context.service.show_job(id))));
  return ok(to_json(TRY(watch(context, id, seen->second, std::chrono::seconds{wait}))));
}

Result<Response> cancel_job(Context& context, const Request& request) {
  TRY(require_empty(request));
  return accepted(context.service.cancel_job(request.caller, TRY(JobId::parse(id_of(request)))));
}

}  // namespace imprint::api
