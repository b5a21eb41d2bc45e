#include "agent/workflows/import_image.h"

#include <algorithm>

#include "agent/model/json.h"
#include "agent/model/quantity.h"
#include "agent/policy/image_choice.h"
#include "agent/policy/import.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {
namespace {

constexpr std::uint64_t unknown_bytes = std::uint64_t{16} << 20;

Result<ImportPlan> plan_of(const Run& run) {
  return parse_import_plan(run.plan());
}

std::function<bool()> cancelled(Run& run) {
  return [&run] { return run.interrupted(); };
}

Result<Fetched> fetch_to(Run& run, const ImportPlan& plan, const std::filesystem::path& target) {
  SpaceClaim space{run};
  const std::uint64_t most = TRY(space.set_and_measure(0));
  Result<> claimed;
  auto fetched = run.ports.source.fetch(plan.request.source, target, most, [&](FetchProgress at) {
    // A source that does not tell its size is trusted with a little at a time.
    claimed = space.set(at.total == 0 ? unknown_bytes : at.total - std::min(at.done, at.total));
    if (at.total > 0) run.progress(static_cast<double>(at.done) / static_cast<double>(at.total));
    return claimed.has_value() && !run.interrupted();
  });
  TRY(std::move(claimed));
  return fetched;
}

Result<> fetch(Run& run) {
  ImportPlan plan = TRY(plan_of(run));
  const auto incoming = TRY(run.ports.volumes.prepare_incoming(run.job().id));
  const Fetched fetched = TRY(fetch_to(run, plan, incoming));
  if (plan.request.sha256 && *plan.request.sha256 != fetched.digest)
    return make_error(Errc::corrupt, "'{}' has the SHA-256 {}, not {}",
                      policy::public_source(plan.request.source), fetched.digest.hex(),
                      plan.request.sha256->hex());
  plan.incoming = incoming;
  plan.fetched = fetched.digest;
  plan.fetched_size = fetched.size;
  plan.content_size = fetched.size;
  plan.seal = TRY(run.ports.volumes.seal_of(incoming));
  return run.save_plan(to_json(plan));
}

Result<> unpack(Run& run) {
  ImportPlan plan = TRY(plan_of(run));
  if (plan.unpacked) return {};  // done before a crash
  SpaceClaim space{run};
  const std::uint64_t most = TRY(space.set_and_measure(plan.content_size));
  const auto target = TRY(run.ports.volumes.prepare_unpacked(run.job().id));
  const auto unpacked = TRY(run.ports.inspector.unpack({.source = plan.incoming,
                                                        .target = target,
                                                        .data_limit = most,
                                                        .cancelled = cancelled(run)}));
  if (!unpacked) return {};
  plan.incoming = target;
  plan.unpacked = unpacked->digest;
  plan.content_size = unpacked->size;
  plan.seal = TRY(run.ports.volumes.seal_of(target));
  return run.save_plan(to_json(plan));
}

Result<> discard(Run& run) {
  return run.ports.volumes.discard_incoming(run.job().id);
}

Json report_json(const Run& run, const ImageReport& report) {
  return to_json(Report{run.settings.profile, run.ports.inspector.ruleset(), {report}});
}

/// The report is kept whatever it says: who is refused must be able to read why.
Result<> keep_report(Run& run, const ImageReport& report) {
  const Json json = report_json(run, report);
  TRY(run.insist("store",
                 [&] { return Records{run.ports.store}.save_report(run.job().id.str(), json); }));
  if (report.verdict == Verdict::accepted) return {};
  return run.save_result({{"verdict", to_string(report.verdict)}, {"report", json}});
}

/// The digest of what is inspected and adopted, as it was computed when the bytes came.
Result<Hashed> content_of(const ImportPlan& plan) {
  if (!plan.fetched) return make_error(Errc::corrupt, "the plan has no digest of what was fetched");
  return Hashed{plan.unpacked.value_or(*plan.fetched), plan.seal};
}

/// The report is bound to the bytes by their digest. As long as the file bears the seal that it got
/// when it was hashed, the worker need not read all of it a second time.
Result<ImageReport> inspect_incoming(Run& run, const ImportPlan& plan) {
  const Hashed content = TRY(content_of(plan));
  std::optional<Sha256> known;
  if (TRY(run.ports.volumes.seal_of(plan.incoming)) == content.seal) known = content.digest;
  ImageReport report = TRY(run.ports.inspector.inspect({.image = plan.incoming,
                                                        .declared_format = plan.request.format,
                                                        .digest = known,
                                                        .profile = run.settings.profile,
                                                        .companions = {},
                                                        .time_limit = run.settings.inspect_limit,
                                                        .cancelled = cancelled(run)}));
  report.path = policy::public_source(plan.request.source);
  return report;
}

Result<> inspect(Run& run) {
  ImportPlan plan = TRY(plan_of(run));
  const ImageReport report = TRY(inspect_incoming(run, plan));
  // The service manager ends the worker together with us; what it could not finish says nothing of
  // the image.
  if (run.interrupted() && report.verdict != Verdict::accepted)
    return make_error(Errc::cancelled, "interrupted");
  TRY(keep_report(run, report));
  TRY(policy::may_import(report, TRY(content_of(plan)).digest));
  plan.format = TRY(parse_image_format(report.container.format));
  plan.virtual_size = report.container.virtual_size;
  plan.guest = report.guest;
  plan.ruleset = run.ports.inspector.ruleset();
  return run.save_plan(to_json(plan));
}

Result<StoredImage> adopt_incoming(Run& run, const ImportPlan& plan) {
  SpaceClaim space{run};
  if (plan.format != ImageFormat::qcow2) TRY(space.set(plan.content_size));
  return run.ports.volumes.adopt_image(plan.incoming, plan.format, TRY(content_of(plan)),
                                       cancelled(run));
}

Result<> adopt(Run& run) {
  ImportPlan plan = TRY(plan_of(run));
  // Before they are in the store, where they may be already, and another job may be about to find
  // that nobody uses them.
  const Sha256 expected = TRY(content_of(plan)).digest;
  TRY(reserve_bytes(run, expected));
  plan.stored = TRY(adopt_incoming(run, plan));
  TRY(run.save_plan(to_json(plan)));
  TRY(hold_bytes(run, plan.stored->digest, plan.stored->file_size));
  return plan.stored->digest == expected ? Result<>{} : let_go_of_bytes(run, expected);
}

Result<> disown(Run& run) {
  const ImportPlan plan = TRY(plan_of(run));
  const auto stored = plan.stored ? plan.stored : TRY(run.ports.volumes.noted_image(plan.incoming));
  if (plan.fetched) TRY(let_go_of_bytes(run, TRY(content_of(plan)).digest));
  return stored ? let_go_of_bytes(run, stored->digest) : Result<>{};
}

Image image_of(const Run& run, const ImportPlan& plan, const StoredImage& stored) {
  return {.id = plan.image,
          .name = plan.request.name,
          .version = 1,  // the record step gives the next of its name
          .kind = plan.request.kind,
          .owner = plan.owner,
          .provider = plan.request.provider,
          .region = run.settings.region,
          .node = run.settings.node,
          .digest = stored.digest,
          .source_digest = plan.fetched.value_or(stored.digest),
          .source = policy::public_source(plan.request.source),
          .file_size = stored.file_size,
          .virtual_size = stored.virtual_size,
          .guest = plan.guest,
          .verdict = Verdict::accepted,
          .profile = run.settings.profile,
          .ruleset = plan.ruleset,
          .confirm = plan.request.confirm.value_or(policy::default_confirm(plan.guest)),
          .created = plan.now,
          .generation = 1};
}

Result<> record(Run& run) {
  const ImportPlan plan = TRY(plan_of(run));
  if (!plan.stored) return make_error(Errc::corrupt, "the plan names no stored image");
  const Image listed = TRY(run.insist("store", [&]() -> Result<Image> {
    Records records{run.ports.store};
    const Json report = TRY(records.report(run.job().id.str()));
    return records.add_image(image_of(run, plan, *plan.stored), report);
  }));
  return run.save_result(to_json(listed));
}

Result<> unlist(Run& run) {
  const ImportPlan plan = TRY(plan_of(run));
  return run.insist("store", [&] { return Records{run.ports.store}.forget_image(plan.image); });
}

Result<> tidy(Run& run) {
  const ImportPlan plan = TRY(plan_of(run));
  TRY(discard(run));
  TRY(release_bytes(run, plan.stored->digest));
  return run.insist("store",
                    [&] { return Records{run.ports.store}.forget_report(run.job().id.str()); });
}

}  // namespace

Steps import_steps(const ImportPlan& plan) {
  const std::string source = policy::public_source(plan.request.source);
  return {{.name = "fetch",
           .text = fmt::format("fetch '{}' while hashing it", source),
           .run = fetch,
           .undo = discard},
          {.name = "unpack", .text = "unpack it if it is compressed", .run = unpack},
          {.name = "inspect", .text = "read it in the sandbox and judge it", .run = inspect},
          {.name = "adopt",
           .text = "make it a read-only file of the store",
           .run = adopt,
           .undo = disown},
          {.name = "record",
           .text = fmt::format("list it as the newest '{}'", plan.request.name),
           .run = record,
           .undo = unlist,
           .commits = true},
          {.name = "tidy", .text = "remove what was fetched", .run = tidy, .way = Way::forward}};
}

}  // namespace imprint::workflows
