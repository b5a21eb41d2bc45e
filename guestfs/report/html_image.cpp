#include "guestfs/report/html_image.h"

#include <fmt/format.h>

#include <utility>

#include "guestfs/language/say.h"
#include "guestfs/report/boot_chain.h"
#include "guestfs/report/disk_map.h"
#include "guestfs/report/html_finding.h"
#include "guestfs/report/markup.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

/// Colour alone tells nothing to some readers and on paper.
std::string_view sign_of(Verdict verdict) {
  if (verdict == Verdict::accepted) return "✔";
  return verdict == Verdict::rejected ? "✘" : "?";
}

std::string banner(const ImageReport& image) {
  const Finding* reason = main_reason_or_null(image);
  std::string more;
  if (reason != nullptr) {
    if (const std::string place = place_of(*reason); !place.empty())
      more += fmt::format(R"(<p class="place"><code>{}</code></p>)", escaped(place));
    if (!reason->effect.empty())
      more += fmt::format("<p>{}: {}</p>", say("What happens"), escaped(reason->effect));
  }
  return fmt::format(
      R"(<header class="banner {}"><p class="sign" aria-hidden="true">{}</p><div><p class="verdict">{}</p><p class="reason">{}</p>{}<p class="counts">{}</p></div></header>)",
      to_string(image.verdict), sign_of(image.verdict), word_of(image.verdict),
      escaped(reason_of(image)), more, escaped(counts(image)));
}

std::pair<std::string_view, std::string> sign_and_word(LinkState state) {
  switch (state) {
    case LinkState::good:
      return {"good", "✔"};
    case LinkState::doubtful:
      return {"doubtful", "! " + say("warning")};
    case LinkState::broken:
      return {"broken", "✘ " + say("broken here")};
    case LinkState::unknown:
      return {"unknown", "? " + say("unknown")};
  }
  return {"unknown", "?"};
}

/// A path may be broken behind its slashes.
std::string breakable(const std::string& escaped_text) {
  std::string out;
  for (const char c : escaped_text) {
    out += c;
    if (c == '/') out += "<wbr>";
  }
  return out;
}

std::string chain(const ImageReport& image) {
  std::string out =
      fmt::format(R"(<section><h3>{}</h3><ol class="chain">)", say("From disk to system"));
  for (const ChainLink& link : boot_chain(image)) {
    const auto [css, sign] = sign_and_word(link.state);
    out += fmt::format(
        R"(<li class="{}"><span class="what">{}</span><span class="detail">{}</span><span class="state">{}</span></li>)",
        css, link.name, breakable(escaped(link.detail, 200)), sign);
  }
  return out + "</ol></section>";
}

std::string profiles(const ImageReport& image) {
  if (image.profiles.empty()) return "";
  std::string head;
  std::string verdicts;
  for (const ProfileReport& profile : image.profiles) {
    head += fmt::format("<th>{}</th>", escaped(profile.profile, 80));
    verdicts += fmt::format(R"(<td><span class="badge {}">{}</span></td>)",
                            to_string(profile.verdict), word_of(profile.verdict));
  }
  std::string out = fmt::format(
      R"(<section><h3>{}</h3><div class="scroll"><table><tr><th></th>{}</tr><tr><th>{}</th>{}</tr>)",
      say("Where the profiles differ"), head, say("verdict"), verdicts);
  for (const Difference& difference : differences_of(image.profiles)) {
    out += fmt::format("<tr><td><code>{}</code></td>", escaped(difference.rule));
    for (const std::string& answer : difference.answers)
      out += fmt::format(R"(<td><span class="answer {}">{}</span></td>)", escaped(answer),
                         escaped(word_of_answer(answer)));
    out += "</tr>";
  }
  return out + "</table></div></section>";
}

std::string disks(const ImageReport& image) {
  if (image.disks.empty()) return "";
  std::string out = fmt::format("<section><h3>{}</h3>", say("Disks"));
  for (const DiskFacts& disk : image.disks) out += disk_map(disk);
  return out + "</section>";
}

std::string fact(const std::string& name, const std::string& value) {
  if (value.empty()) return "";
  return fmt::format("<dt>{}</dt><dd>{}</dd>", name, escaped(value));
}

std::string joined(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ", "));
}

std::string boot_facts(const BootFacts& boot) {
  std::string out = fact(say("boot loader"), boot.loader) +
                    fact(say("firmware"), joined(boot.firmware)) +
                    fact(say("configuration"), joined(boot.configs));
  if (boot.default_entry) {
    const BootEntryFacts& entry = *boot.default_entry;
    out += fact(say("boots by default"), entry.title) + fact(say("kernel"), entry.kernel) +
           fact("initramfs", joined(entry.initrd)) + fact(say("command line"), entry.cmdline);
  }
  if (boot.root)
    out += fact(say("root device"),
                boot.root->device.empty()
                    ? fmt::format("{} ({})", boot.root->spec, say("not in the image"))
                    : fmt::format("{} = {}", boot.root->spec, boot.root->device));
  return out;
}

std::string facts(const ImageReport& image) {
  const GuestFacts& guest = image.guest;
  std::string out = fact(say("file"), image.path);
  if (!image.container.format.empty())
    out += fact(say("format"), fmt::format("{}, {}", image.container.format,
                                           human_size(image.container.virtual_size)));
  out += fact("SHA-256", image.sha256) + fact(say("system"), guest.name) +
         fact(say("architecture"), guest.arch) + fact(say("init"), guest.init) +
         boot_facts(image.boot);
  return fmt::format(R"(<section><h3>{}</h3><dl class="facts">{}</dl></section>)", say("Facts"),
                     out);
}

std::string coverage(const ImageReport& image) {
  const Coverage& coverage = image.coverage;
  const int total = coverage.evaluated + coverage.not_applicable + coverage.undetermined;
  std::string bar;
  double x = 0;
  for (const auto& [css, count] : {std::pair{"evaluated", coverage.evaluated},
                                   std::pair{"not-applicable", coverage.not_applicable},
                                   std::pair{"undetermined", coverage.undetermined}}) {
    const double width = total > 0 ? 100.0 * count / total : 0;
    bar += fmt::format(R"(<rect class="{}" x="{}%" y="0" width="{}%" height="100%"/>)", css,
                       number(x), number(width));
    x += width;
  }
  const Timings& time = image.timings_ms;
  return fmt::format(
      R"(<section><h3>{}</h3><svg class="coverage" role="img" aria-label="{}" height="14" width="100%">{}</svg><p class="legend"><span class="key evaluated"></span>{} <span class="key not-applicable"></span>{} <span class="key undetermined"></span>{}</p><p class="legend">{}</p></section>)",
      say("Coverage"), say("rules that were answered"), bar,
      say("{} rules answered", coverage.evaluated),
      say("{} not applicable", coverage.not_applicable),
      say("{} undetermined", coverage.undetermined),
      say("{} ms: disk file {}, start {}, reading {}, rules {}", time.total, time.container,
          time.launch, time.read, time.rules));
}

}  // namespace

std::string image_html(const ImageReport& image, const std::string& id) {
  return fmt::format(R"(<article class="image" id="{}"><h2>{}</h2>)", id, escaped(image.path)) +
         banner(image) + chain(image) + findings_html(image) + undetermined_html(image) +
         profiles(image) + disks(image) + facts(image) + coverage(image) + "</article>\n";
}

}  // namespace imprint::report
