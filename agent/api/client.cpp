#include "agent/api/client.h"

#include "agent/api/exchange.h"
#include "agent/model/json.h"

namespace imprint::api {
namespace {

std::string image_path(const std::string& image) {
  return "/v1/images/" + encode(image);
}
std::string instance_path(const std::string& instance) {
  return "/v1/instances/" + encode(instance);
}

template <class T>
Result<std::vector<T>> read_list(const Json& json, std::string_view name,
                                 Result<T> (*parse)(const Json&)) {
  ObjectReader reader{json, "answer"};
  std::vector<T> values;
  for (const Json& item : reader.items(name)) values.push_back(TRY(parse(item)));
  TRY(reader.finish());
  return values;
}

}  // namespace

Client::Client(std::filesystem::path socket) : socket_{std::move(socket)} {}

Result<std::string> Client::get(const std::string& path) const {
  return exchange(socket_, {"GET", path, "", ""});
}

Result<Json> Client::get_json(const std::string& path) const {
  return parse_json(TRY(get(path)));
}

Result<Job> Client::change(const char* method, const std::string& path, const Caller& caller,
                           const Json& body) const {
  const Outgoing order{method, path, dump_json(body), caller.idempotency_key,
                       caller.expected_generation};
  return parse_job(TRY(parse_json(TRY(exchange(socket_, order)))));
}

Result<Job> Client::import_image(const Caller& caller, const ImportImage& request) {
  return change("POST", "/v1/images", caller, to_json(request));
}

Result<std::vector<Image>> Client::list_images() {
  return read_list(TRY(get_json("/v1/images")), "images", parse_image);
}

Result<Image> Client::show_image(const std::string& image) {
  return parse_image(TRY(get_json(image_path(image))));
}

Result<Json> Client::show_report(const std::string& image) {
  return get_json(image_path(image) + "/report");
}

Result<Job> Client::delete_image(const Caller& caller, const std::string& image, bool force) {
  return change("DELETE", image_path(image) + (force ? "?force=true" : ""), caller, Json::object());
}

Result<Job> Client::verify_image(const Caller& caller, const std::string& image) {
  return change("POST", image_path(image) + "/verify", caller, Json::object());
}

Result<Job> Client::check_image(const Caller& caller, const std::string& image) {
  return change("POST", image_path(image) + "/check", caller, Json::object());
}

Result<Job> Client::create_instance(const Caller& caller, const CreateInstance& request) {
  return change("POST", "/v1/instances", caller, to_json(request));
}

Result<std::vector<InstanceView>> Client::list_instances() {
  return read_list(TRY(get_json("/v1/instances")), "instances", parse_instance_view);
}

Result<InstanceView> Client::show_instance(const std::string& instance) {
  return parse_instance_view(TRY(get_json(instance_path(instance))));
}

Result<Job> Client::start_instance(const Caller& caller, const std::string& instance) {
  return change("POST", instance_path(instance) + "/start", caller, Json::object());
}

Result<Job> Client::stop_instance(const Caller& caller, const std::string& instance,
                                  const StopInstance& request) {
  return change("POST", instance_path(instance) + "/stop", caller, to_json(request));
}

Result<Plan> Client::plan_reimage(const std::string& instance, const ReimageInstance& request) {
  const std::string path = instance_path(instance) + "/reimage?mode=plan";
  return parse_plan(
      TRY(parse_json(TRY(exchange(socket_, {"POST", path, dump_json(to_json(request)), ""})))));
}

Result<Job> Client::reimage_instance(const Caller& caller, const std::string& instance,
                                     const ReimageInstance& request) {
  return change("POST", instance_path(instance) + "/reimage", caller, to_json(request));
}

Result<Job> Client::revert_instance(const Caller& caller, const std::string& instance) {
  return change("POST", instance_path(instance) + "/revert", caller, Json::object());
}

Result<Job> Client::commit_instance(const Caller& caller, const std::string& instance) {
  return change("POST", instance_path(instance) + "/commit", caller, Json::object());
}

Result<Job> Client::release_instance(const Caller& caller, const std::string& instance) {
  return change("DELETE", instance_path(instance), caller, Json::object());
}

Result<std::string> Client::read_console(const std::string& instance, std::size_t bytes) {
  return get(fmt::format("{}/console?bytes={}", instance_path(instance), bytes));
}

Result<std::vector<Job>> Client::list_jobs() {
  return read_list(TRY(get_json("/v1/jobs")), "jobs", parse_job);
}

Result<Job> Client::show_job(const JobId& job) {
  return parse_job(TRY(get_json("/v1/jobs/" + job.str())));
}

Result<Job> Client::watch_job(const JobId& job, const std::string& seen,
                              std::chrono::milliseconds wait) {
  // The wire counts whole seconds; a caller who waits at all waits at least one.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return parse_job(
      TRY(get_json(fmt::format("/v1/jobs/{}?seen={}&wait={}", job.str(), encode(seen), seconds))));
}

Result<Job> Client::cancel_job(const Caller& caller, const JobId& job) {
  return change("POST", fmt::format("/v1/jobs/{}/cancel", job.str()), caller, Json::object());
}

Result<NodeStatus> Client::node_status() {
  return parse_node_status(TRY(get_json("/v1/node")));
}

}  // namespace imprint::api
