#pragma once
// One function a route: decodes the request, calls the service, encodes the answer.
// agent/api/routes.cpp binds them.

#include "agent/api/message.h"

namespace imprint::api {

Result<Response> get_health(Context& context, const Request& request);
Result<Response> get_readiness(Context& context, const Request& request);
/// In Prometheus' text format.
Result<Response> get_metrics(Context& context, const Request& request);
Result<Response> get_node(Context& context, const Request& request);

Result<Response> list_images(Context& context, const Request& request);
Result<Response> import_image(Context& context, const Request& request);
Result<Response> show_image(Context& context, const Request& request);
Result<Response> show_report(Context& context, const Request& request);
Result<Response> delete_image(Context& context, const Request& request);

Result<Response> verify_image(Context& context, const Request& request);
Result<Response> check_image(Context& context, const Request& request);

Result<Response> list_instances(Context& context, const Request& request);
Result<Response> create_instance(Context& context, const Request& request);
Result<Response> show_instance(Context& context, const Request& request);
Result<Response> start_instance(Context& context, const Request& request);
Result<Response> stop_instance(Context& context, const Request& request);
/// With ?mode=plan answers 200 and the plan; nothing changes.
Result<Response> reimage_instance(Context& context, const Request& request);
Result<Response> revert_instance(Context& context, const Request& request);
Result<Response> commit_instance(Context& context, const Request& request);
Result<Response> release_instance(Context& context, const Request& request);
/// The bytes as the guest wrote them, of type application/octet-stream.
Result<Response> read_console(Context& context, const Request& request);

Result<Response> list_jobs(Context& context, const Request& request);
/// With ?seen=DIGEST&wait=SECONDS waits for a change.
Result<Response> show_job(Context& context, const Request& request);
Result<Response> cancel_job(Context& context, const Request& request);

}  // namespace imprint::api
