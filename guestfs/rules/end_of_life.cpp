#include "guestfs/rules/end_of_life.h"

#include <algorithm>
#include <array>
#include <string>

namespace imprint::rules {
namespace {

struct End {
  std::string_view id;
  std::string_view version;  ///< as it stands; with a dot at its end also any version below it
  std::string_view day;
};

/// By what the makers publish: Debian with its long-term support, which everybody gets; SUSE and
/// openEuler a day for each service pack.
constexpr std::array ends{
    End{"alinux", "2.", "2026-03-31"},
    End{"alpine", "3.0.", "2016-05-01"},
    End{"alpine", "3.1.", "2016-11-01"},
    End{"alpine", "3.2.", "2017-05-01"},
    End{"alpine", "3.3.", "2017-11-01"},
    End{"alpine", "3.4.", "2018-05-01"},
    End{"alpine", "3.5.", "2018-11-01"},
    End{"alpine", "3.6.", "2019-05-01"},
    End{"alpine", "3.7.", "2019-11-01"},
    End{"alpine", "3.8.", "2020-05-01"},
    End{"alpine", "3.9.", "2020-11-01"},
    End{"alpine", "3.10.", "2021-05-01"},
    End{"alpine", "3.11.", "2021-11-01"},
    End{"alpine", "3.12.", "2022-05-01"},
    End{"alpine", "3.13.", "2022-11-01"},
    End{"alpine", "3.14.", "2023-05-01"},
    End{"alpine", "3.15.", "2023-11-01"},
    End{"alpine", "3.16.", "2024-05-23"},
    End{"alpine", "3.17.", "2024-11-22"},
    End{"alpine", "3.18.", "2025-05-09"},
    End{"alpine", "3.19.", "2025-11-01"},
    End{"alpine", "3.20.", "2026-04-01"},
    End{"amzn", "2.", "2026-06-30"},
    End{"amzn", "2014.", "2023-12-31"},
    End{"amzn", "2015.", "2023-12-31"},
    End{"amzn", "2016.", "2023-12-31"},
    End{"amzn", "2017.", "2023-12-31"},
    End{"amzn", "2018.", "2023-12-31"},
    End{"centos", "5.", "2017-03-31"},
    End{"centos", "6.", "2020-11-30"},
    End{"centos", "7.", "2024-06-30"},
    End{"centos", "8.", "2021-12-31"},
    End{"centos-stream", "8.", "2024-05-31"},
    End{"debian", "6.", "2016-02-29"},
    End{"debian", "7.", "2018-05-31"},
    End{"debian", "8.", "2020-06-30"},
    End{"debian", "9.", "2022-06-30"},
    End{"debian", "10.", "2024-06-30"},
    End{"debian", "11.", "2026-08-31"},
    End{"fedora", "24.", "2017-08-08"},
    End{"fedora", "25.", "2017-12-12"},
    End{"fedora", "26.", "2018-05-29"},
    End{"fedora", "27.", "2018-11-30"},
    End{"fedora", "28.", "2019-05-28"},
    End{"fedora", "29.", "2019-11-26"},
    End{"fedora", "30.", "2020-05-26"},
    End{"fedora", "31.", "2020-11-24"},
    End{"fedora", "32.", "2021-05-25"},
    End{"fedora", "33.", "2021-11-30"},
    End{"fedora", "34.", "2022-06-07"},
    End{"fedora", "35.", "2022-12-13"},
    End{"fedora", "36.", "2023-05-16"},
    End{"fedora", "37.", "2023-12-05"},
    End{"fedora", "38.", "2024-05-21"},
    End{"fedora", "39.", "2024-11-26"},
    End{"fedora", "40.", "2025-05-13"},
    End{"fedora", "41.", "2025-12-15"},
    End{"fedora", "42.", "2026-05-13"},
    End{"ol", "5.", "2017-06-30"},
    End{"ol", "6.", "2021-03-31"},
    End{"ol", "7.", "2024-12-31"},
    End{"openeuler", "20.03-LTS", "2021-03-31"},
    End{"openeuler", "20.03-LTS-SP1", "2022-12-31"},
    End{"openeuler", "20.03-LTS-SP2", "2022-04-30"},
    End{"openeuler", "20.03-LTS-SP3", "2023-12-31"},
    End{"openeuler", "20.03-LTS-SP4", "2025-11-30"},
    End{"openeuler", "22.03-LTS", "2024-03-31"},
    End{"openeuler", "22.03-LTS-SP1", "2024-12-31"},
    End{"openeuler", "22.03-LTS-SP2", "2024-03-31"},
    End{"openeuler", "22.03-LTS-SP3", "2025-12-31"},
    End{"openeuler", "22.03-LTS-SP4", "2026-06-30"},
    End{"openeuler", "23.03", "2023-09-30"},
    End{"openeuler", "23.09", "2024-03-31"},
    End{"openeuler", "24.03-LTS", "2026-05-31"},
    End{"openeuler", "24.03-LTS-SP2", "2026-03-31"},
    End{"openeuler", "24.09", "2025-03-31"},
    End{"openeuler", "25.03", "2025-09-30"},
    End{"openeuler", "25.09", "2026-03-31"},
    End{"opensuse", "13.1", "2016-02-03"},
    End{"opensuse", "13.2", "2017-01-17"},
    End{"opensuse", "42.1", "2017-05-17"},
    End{"opensuse", "42.2", "2018-01-26"},
    End{"opensuse", "42.3", "2019-07-01"},
    End{"opensuse-leap", "15.0", "2019-12-03"},
    End{"opensuse-leap", "15.1", "2021-02-02"},
    End{"opensuse-leap", "15.2", "2022-01-04"},
    End{"opensuse-leap", "15.3", "2022-12-31"},
    End{"opensuse-leap", "15.4", "2023-12-07"},
    End{"opensuse-leap", "15.5", "2024-12-31"},
    End{"opensuse-leap", "15.6", "2026-04-30"},
    End{"rhel", "4.", "2012-02-29"},
    End{"rhel", "5.", "2017-03-31"},
    End{"rhel", "6.", "2020-11-30"},
    End{"rhel", "7.", "2024-06-30"},
    End{"scientific", "6.", "2020-11-30"},
    End{"scientific", "7.", "2024-06-30"},
    End{"sles", "11.", "2019-03-31"},
    End{"sles", "12.", "2024-10-31"},
    End{"sles", "15", "2019-12-31"},
    End{"sles", "15.1", "2021-01-31"},
    End{"sles", "15.2", "2021-12-31"},
    End{"sles", "15.3", "2022-12-31"},
    End{"sles", "15.4", "2023-12-31"},
    End{"sles", "15.5", "2024-12-31"},
    End{"sles", "15.6", "2025-12-31"},
    End{"ubuntu", "10.04", "2015-04-30"},
    End{"ubuntu", "12.04", "2017-04-28"},
    End{"ubuntu", "14.04", "2019-04-30"},
    End{"ubuntu", "16.04", "2021-04-30"},
    End{"ubuntu", "16.10", "2017-07-20"},
    End{"ubuntu", "17.04", "2018-01-13"},
    End{"ubuntu", "17.10", "2018-07-19"},
    End{"ubuntu", "18.04", "2023-05-31"},
    End{"ubuntu", "18.10", "2019-07-18"},
    End{"ubuntu", "19.04", "2020-01-23"},
    End{"ubuntu", "19.10", "2020-07-06"},
    End{"ubuntu", "20.04", "2025-05-31"},
    End{"ubuntu", "20.10", "2021-07-22"},
    End{"ubuntu", "21.04", "2022-01-20"},
    End{"ubuntu", "21.10", "2022-07-14"},
    End{"ubuntu", "22.10", "2023-07-20"},
    End{"ubuntu", "23.04", "2024-01-20"},
    End{"ubuntu", "23.10", "2024-07-12"},
    End{"ubuntu", "24.10", "2025-07-10"},
    End{"ubuntu", "25.04", "2026-01-17"},
    End{"ubuntu", "25.10", "2026-07-01"},
};

bool is_of(std::string_view version, std::string_view listed) {
  if (!listed.ends_with('.')) return version == listed;
  return version.starts_with(listed) || version == listed.substr(0, listed.size() - 1);
}

/// CentOS Stream has the ID of CentOS Linux, and other days.
std::string_view id_of(const facts::ReleaseFacts& release) {
  const bool stream = release.id == "centos" && release.name.find("Stream") != std::string::npos;
  return stream ? std::string_view{"centos-stream"} : std::string_view{release.id};
}

/// openEuler tells its service pack in VERSION alone: "22.03 (LTS-SP1)".
std::string version_of(const facts::ReleaseFacts& release) {
  const facts::ReleaseSetting* whole = release.os_release.find("VERSION");
  if (release.id != "openeuler" || whole == nullptr) return release.version;
  const std::size_t open = whole->value.find('(');
  const std::size_t close = whole->value.find(')', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return release.version;
  return release.version + "-" + whole->value.substr(open + 1, close - open - 1);
}

}  // namespace

std::optional<std::string_view> end_of_life(const facts::ReleaseFacts& release) {
  const std::string_view id = id_of(release);
  const std::string version = version_of(release);
  const auto end = std::find_if(ends.begin(), ends.end(), [&](const End& each) {
    return each.id == id && is_of(version, each.version);
  });
  if (end == ends.end() || end->day > end_of_life_as_of) return std::nullopt;
  return end->day;
}

}  // namespace imprint::rules
