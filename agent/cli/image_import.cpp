// imprintctl image import.

#include <filesystem>
#include <ostream>

#include "agent/cli/follow.h"
#include "agent/cli/options.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

const char* const examples =
    R"(The source is fetched, hashed, read in a sandbox and judged; only an accepted image is stored.
A file is read by the agent, with the agent's rights.

Examples:
  imprintctl image import /srv/debian12.qcow2 --name debian12
  imprintctl image import https://example.org/debian12.qcow2 --name debian12 --sha256 3f7a...
  imprintctl image import tiny.raw --name tiny --format raw --confirm console --confirm-pattern '^tiny: ready')";

struct ImportOptions {
  std::string source;
  std::string name;
  std::string sha256;
  std::string format;
  std::string kind = "custom";
  std::string provider;
  ConfirmOptions confirm;
};

/// A path is the node's; a relative one is meant from here.
std::string absolute_source(const std::string& source) {
  return source.find("://") == std::string::npos
             ? std::filesystem::absolute(source).lexically_normal().string()
             : source;
}

/// Why an image was refused, where that is why the import failed.
void show_refusal(Session& session, const JobId& job) {
  const auto json = session.service().show_report(job.str());
  if (!json || !json->is_object()) return;
  ObjectReader reader{*json, "report"};
  Report report{reader.text_or("profile", ""), reader.text_or("ruleset", ""), {}};
  for (const Json& item : reader.items("images"))
    if (auto image = parse_image_report(item)) report.images.push_back(*std::move(image));
  std::ostream& err = session.environment.err;
  if (!report.images.empty())
    err << session.environment.render(
        report, ReportFormat::text,
        session.environment.err_is_terminal && session.environment.colour);
}

Result<int> import(Session& session, const ImportOptions& options) {
  ImportImage request;
  request.source = absolute_source(options.source);
  request.name = TRY(parse_name(options.name, "image"));
  if (!options.sha256.empty()) request.sha256 = TRY(Sha256::parse(options.sha256));
  if (!options.format.empty()) request.format = options.format;
  request.kind = TRY(parse_image_kind(options.kind));
  request.provider = options.provider;
  request.confirm = TRY(confirm_of(options.confirm));
  const Result<Job> ordered = session.service().import_image(session.caller(), request);
  const int status = TRY(follow(session, ordered));
  if (status == status_failed && ordered) show_refusal(session, ordered->id);
  return status;
}

}  // namespace

void add_image_import(CLI::App& image, Session& session) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      add_action(image, session, "import", "Fetch, check and store an image", options, import);
  command
      ->add_option(
          "SOURCE", options->source,
          "A file on the node, or an http or https URL; gzip, bzip2, xz and zstd are unpacked")
      ->required();
  command->add_option("--name", options->name, "Its name; a name that exists gets a new version")
      ->required();
  command->add_option("--sha256", options->sha256, "What the source's bytes must be")
      ->type_name("DIGEST");
  command->add_option("--format", options->format, "What the source is, unpacked; a lie is refused")
      ->check(CLI::IsMember({"qcow2", "raw", "vmdk", "vhd", "vhdx"}));
  command->add_option("--kind", options->kind, "Whose it is")
      ->check(CLI::IsMember({"public", "custom", "shared", "marketplace"}))
      ->capture_default_str();
  command->add_option("--provider", options->provider, "Who made it");
  add_confirm(command, options->confirm);
  command->footer(examples);
}

}  // namespace imprint::cli
