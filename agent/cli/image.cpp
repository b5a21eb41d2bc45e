// imprintctl image list, show, report, verify, check, delete.

#include <ostream>

#include "agent/cli/follow.h"
#include "agent/cli/options.h"
#include "agent/cli/print.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"

namespace imprint::cli {
namespace {

struct NoOptions {};
struct DeleteOptions : Named {
  bool force = false;
};

Result<int> list(Session& session, const NoOptions&) {
  const auto images = TRY(session.service().list_images());
  if (session.json) {
    print_json(session.environment.out, list_to_json(images));
    return status_ok;
  }
  std::vector<Row> rows{{"NAME", "ID", "KIND", "VERDICT", "SIZE", "CREATED", "SYSTEM"}};
  for (const Image& image : images)
    rows.push_back({fmt::format("{}@{}", image.name, image.version), image.id.str(),
                    std::string{to_string(image.kind)}, std::string{to_string(image.verdict)},
                    format_size(image.virtual_size), image.created, image.guest.name});
  print_table(session.environment.out, rows);
  return status_ok;
}

Result<int> show(Session& session, const Named& options) {
  const Image image = TRY(session.service().show_image(options.name));
  std::ostream& out = session.environment.out;
  if (session.json) {
    print_json(out, to_json(image));
    return status_ok;
  }
  print_fields(out, {{"id", image.id.str()},
                     {"name", fmt::format("{}@{}", image.name, image.version)},
                     {"kind", std::string{to_string(image.kind)}},
                     {"owner", image.owner},
                     {"source", image.source},
                     {"source digest", image.source_digest.hex()},
                     {"digest", image.digest.hex()},
                     {"size", format_size(image.virtual_size) + " virtual, " +
                                  format_size(image.file_size) + " stored"},
                     {"system", fmt::format("{} ({})", image.guest.name, image.guest.arch)},
                     {"firmware", fmt::format("{}", fmt::join(image.guest.firmware, ", "))},
                     {"verdict", fmt::format("{} by profile {}, rules {}", to_string(image.verdict),
                                             image.profile, image.ruleset)},
                     {"confirm", std::string{to_string(image.confirm.kind)}},
                     {"created", image.created}});
  return status_ok;
}

Result<int> report(Session& session, const Named& options) {
  print_json(session.environment.out, TRY(session.service().show_report(options.name)));
  return status_ok;
}

Result<int> remove(Session& session, const DeleteOptions& options) {
  return follow(session,
                session.service().delete_image(session.caller(), options.name, options.force));
}

Result<int> verify(Session& session, const Named& options) {
  return follow(session, session.service().verify_image(session.caller(), options.name));
}

Result<int> check(Session& session, const Named& options) {
  return follow(session, session.service().check_image(session.caller(), options.name));
}

}  // namespace

void add_image(CLI::App& app, Session& session) {
  CLI::App* image = app.add_subcommand("image", "Images: what machines are made from");
  image->require_subcommand(1);
  image->footer(
      "An image is read and judged when it is imported; one that is not accepted is never stored.");
  add_image_import(*image, session);
  add_action(*image, session, "list", "All images", std::make_shared<NoOptions>(), list);

  auto shown = std::make_shared<Named>();
  add_name(add_action(*image, session, "show", "One image", shown, show), shown, "IMAGE");
  auto reported = std::make_shared<Named>();
  add_name(add_action(*image, session, "report", "The report that its verdict rests on, as JSON",
                      reported, report),
           reported, "IMAGE");
  auto verified = std::make_shared<Named>();
  add_name(add_action(*image, session, "verify",
                      "Read all of an image and see that its bytes are those that were accepted",
                      verified, verify),
           verified, "IMAGE");
  auto checked = std::make_shared<Named>();
  add_name(add_action(*image, session, "check",
                      "Judge an image anew by the present rules; its recorded verdict stays",
                      checked, check),
           checked, "IMAGE");
  auto removed = std::make_shared<DeleteOptions>();
  CLI::App* remover =
      add_action(*image, session, "delete", "Take an image out of the store", removed, remove);
  add_name(remover, removed, "IMAGE");
  remover->add_flag("--force", removed->force,
                    "Also while instances use it; their disks go on working");
}

}  // namespace imprint::cli
