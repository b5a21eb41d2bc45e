// Keys and credentials that whoever gets a machine of the image gets with it.

#include <algorithm>
#include <array>
#include <set>

#include "guestfs/facts/sshd.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

using facts::Home;
using facts::HomeFile;
using guest::FileType;

constexpr std::size_t most_files_read = 100;

/// Of authorized_keys(5): a line with a type of key, options before it.
bool is_key_line(std::string_view line) {
  constexpr std::array<std::string_view, 4> types{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"};
  if (line.empty() || line.starts_with('#')) return false;
  for (const std::string_view type : types)
    for (std::size_t at = line.find(type); at != std::string_view::npos;
         at = line.find(type, at + 1))
      if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return true;
  return false;
}

/// Keys that only tell whom to log in as: cloud-init writes them for root.
bool only_speaks(std::string_view line) {
  return line.find("Please login as") != std::string_view::npos ||
         line.find("Please log in as") != std::string_view::npos;
}

void judge_key_file(const Context& context, const std::string& path, std::string_view user,
                    Answer& answer) {
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  int keys = 0;
  facts::Place first;
  for (const facts::TextLine& line : facts::split_lines(*text)) {
    const std::string_view content = facts::trim(line.text);
    if (!is_key_line(content) || only_speaks(content)) continue;
    if (keys++ == 0) first = {path, line.number, {}};
  }
  if (keys > 0)
    answer.fired.push_back(
        evidence_at(first, say("whoever holds one of {} keys can log in as '{}'", keys, user)));
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The files that sshd asks about one account: its own choice, and the usual ones, which a changed
/// setting would make count again.
std::set<std::string> key_files(const Home& home, const std::string& folder,
                                const facts::SshdSetting* setting) {
  std::vector<std::string> patterns{".ssh/authorized_keys", ".ssh/authorized_keys2",
                                    "/etc/ssh/authorized_keys.d/%u"};
  if (home.user == "root") patterns.emplace_back("/etc/dropbear/authorized_keys");
  if (setting != nullptr)
    patterns.insert(patterns.end(), setting->values.begin(), setting->values.end());
  std::set<std::string> paths;
  for (const std::string& pattern : patterns) {
    const std::string path = replace_all(replace_all(pattern, "%h", folder), "%u", home.user);
    if (path == "none") continue;
    const auto parsed = guest::GuestPath::parse(path.starts_with('/') ? path : folder + "/" + path);
    if (parsed) paths.insert(parsed->str());
  }
  return paths;
}

Answer authorized_keys(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  const facts::SshdConfig sshd = facts::read_sshd_config(context.fs);
  std::set<std::string> seen;
  for (const Home& home : context.facts.homes.homes)
    for (const std::string& path : key_files(home, home.path, sshd.find("authorizedkeysfile")))
      if (seen.insert(path).second) judge_key_file(context, path, home.user, answer);
  return answer;
}

/// Names under which programs keep private keys.
bool may_be_private_key(std::string_view name) {
  if (name.ends_with(".pub")) return false;
  const std::size_t slash = name.rfind('/');
  const std::string_view base = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return base.starts_with("id_") || base.ends_with(".pem") || base.ends_with(".key") ||
         base.ends_with(".ppk");
}

bool holds_private_key(std::string_view text) {
  return text.find("PRIVATE KEY-----") != std::string_view::npos ||
         text.starts_with("PuTTY-User-Key-File-");
}

Answer private_keys(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  std::vector<std::string> candidates;
  for (const Home& home : context.facts.homes.homes)
    for (const HomeFile& file : home.files)
      if (file.info.type == FileType::regular && may_be_private_key(file.name))
        candidates.push_back(file.path);
  for (const char* folder : {"/etc", "/etc/ssl", "/etc/ssl/private", "/etc/pki/tls/private"})
    for (const FolderFile& file : files_in(context, folder, answer))
      // Debian's package ssl-cert makes this one where it is installed, and nobody trusts it.
      if (file.info.type == FileType::regular && may_be_private_key(file.name) &&
          file.name != "ssl-cert-snakeoil.key")
        candidates.push_back(file.path);
  if (candidates.size() > most_files_read) candidates.resize(most_files_read);
  for (const std::string& path : candidates) {
    const auto text = text_of_file(context, path, answer);
    if (text && holds_private_key(*text))
      answer.fired.push_back(evidence_of(path, say("'{}' holds a private key", path)));
  }
  return answer;
}

std::optional<bool> ssh_deletekeys_in(std::string_view text) {
  constexpr std::string_view key = "ssh_deletekeys:";
  std::optional<bool> value;
  for (const facts::TextLine& line : facts::split_lines(text)) {
    const std::string_view content = facts::trim(line.text);
    if (!content.starts_with(key)) continue;
    const std::string word = facts::lower(facts::trim(content.substr(key.size())));
    value = !(word.starts_with("false") || word.starts_with("no") || word.starts_with("off") ||
              word.starts_with("0"));
  }
  return value;
}

/// Whether cloud-init replaces the host keys when a machine starts for the first time. That is what
/// it does unless it is told otherwise; later files of its configuration go before earlier ones.
bool cloud_init_replaces_keys(const Context& context, Answer& answer) {
  const auto main = text_of_file(context, "/etc/cloud/cloud.cfg", answer);
  if (!main || look_at(context, "/etc/cloud/cloud-init.disabled", answer)) return false;
  bool replaces = ssh_deletekeys_in(*main).value_or(true);
  for (const FolderFile& file : files_in(context, "/etc/cloud/cloud.cfg.d", answer)) {
    if (!file.name.ends_with(".cfg")) continue;
    const auto text = text_of_file(context, file.path, answer);
    if (text) replaces = ssh_deletekeys_in(*text).value_or(replaces);
  }
  return replaces;
}

Answer ssh_host_keys(const Context& context) {
  Answer answer;
  std::vector<std::string> keys;
  for (const FolderFile& file : files_in(context, "/etc/ssh", answer))
    if (file.name.starts_with("ssh_host_") && file.name.ends_with("_key") && file.info.size > 0)
      keys.push_back(file.path);
  for (const FolderFile& file : files_in(context, "/etc/dropbear", answer))
    if (file.name.starts_with("dropbear_") && file.name.ends_with("_host_key"))
      keys.push_back(file.path);
  if (keys.empty() || cloud_init_replaces_keys(context, answer)) return answer;
  answer.fired.push_back(evidence_of(
      keys.front(), say("there are {} host keys, which every machine will have", keys.size())));
  return answer;
}

struct CredentialFile {
  std::string_view name;     ///< in a home
  std::string_view telling;  ///< what its text must hold; empty: its presence tells
};

constexpr std::array credential_files{
    CredentialFile{".aws/credentials", "aws_secret_access_key"},
    CredentialFile{".aliyun/config.json", "access_key_secret"},
    CredentialFile{".aliyuncli/credentials", "aliyun_access_key_secret"},
    CredentialFile{".aliyuncli/credentials", "access_key_secret"},
    CredentialFile{".azure/accessTokens.json", "oken"},
    CredentialFile{".azure/msal_token_cache.json", "oken"},
    CredentialFile{".azure/msal_token_cache.bin", ""},
    CredentialFile{".config/gcloud/credentials.db", ""},
    CredentialFile{".config/gcloud/application_default_credentials.json", "refresh_token"},
    CredentialFile{".config/gcloud/application_default_credentials.json", "private_key"},
    CredentialFile{".kube/config", "client-key-data"},
    CredentialFile{".kube/config", "token:"},
    CredentialFile{".kube/config", "password:"},
    CredentialFile{".docker/config.json", "\"auth\""},
    CredentialFile{".dockercfg", "\"auth\""},
    CredentialFile{".netrc", "password"},
    CredentialFile{".git-credentials", "://"},
    CredentialFile{".pgpass", ":"},
    CredentialFile{".my.cnf", "password"},
    CredentialFile{".vault-token", ""},
    CredentialFile{".npmrc", "_authToken"},
    CredentialFile{".pypirc", "password"},
    CredentialFile{".s3cfg", "secret_key"},
};

bool is_word_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// A key's id: the prefix, then so many letters and digits, and then none.
bool has_key_id(std::string_view text, std::string_view prefix, std::size_t least,
                std::size_t most) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    std::size_t end = at + prefix.size();
    while (end < text.size() && is_word_character(text[end])) ++end;
    const std::size_t length = end - at - prefix.size();
    const bool starts_a_word = at == 0 || !is_word_character(text[at - 1]);
    if (starts_a_word && length >= least && length <= most) return true;
  }
  return false;
}

/// AWS's and Alibaba Cloud's ids of access keys. Their documentation's own examples are not keys.
bool names_access_key(std::string_view text) {
  if (text.find("EXAMPLE") != std::string_view::npos) return false;
  return has_key_id(text, "AKIA", 16, 16) || has_key_id(text, "LTAI", 12, 26);
}

bool is_setting_of_a_shell(std::string_view name) {
  constexpr std::array<std::string_view, 8> names{".bashrc",       ".bash_profile", ".profile",
                                                  ".zshrc",        ".zshenv",       ".env",
                                                  ".bash_aliases", ".s3cfg"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

void judge_credentials(const Context& context, const Home& home, Answer& answer) {
  std::set<std::string> fired;
  const auto fire = [&](const std::string& path) {
    if (fired.insert(path).second)
      answer.fired.push_back(evidence_of(path, say("'{}' holds credentials of a service", path)));
  };
  for (const CredentialFile& known : credential_files) {
    const HomeFile* file = home.find(known.name);
    if (file == nullptr || file->info.type != FileType::regular || file->info.size == 0) continue;
    const auto text =
        known.telling.empty() ? std::nullopt : text_of_file(context, file->path, answer);
    if (known.telling.empty() || (text && text->find(known.telling) != std::string::npos))
      fire(file->path);
  }
  for (const HomeFile& file : home.files) {
    if (file.info.type != FileType::regular || !is_setting_of_a_shell(file.name)) continue;
    const auto text = text_of_file(context, file.path, answer);
    if (text && names_access_key(*text)) fire(file.path);
  }
}

Answer cloud_credentials(const Context& context) {
  Answer answer;
  answer.undetermined = context.facts.homes.unknown;
  for (const Home& home : context.facts.homes.homes) judge_credentials(context, home, answer);
  for (const char* path : {"/etc/environment", "/etc/passwd-s3fs", "/root/.passwd-s3fs"}) {
    const auto text = text_of_file(context, path, answer);
    if (text && (names_access_key(*text) || std::string_view{path}.ends_with("s3fs")))
      answer.fired.push_back(evidence_of(path, say("'{}' holds credentials of a service", path)));
  }
  return answer;
}

constexpr std::array rules{
    Rule{"seal.authorized-keys", Severity::warning, "no ssh key opens an account",
         "whoever holds the key can log in to every machine", "delete the file", authorized_keys},
    Rule{"seal.private-keys", Severity::warning, "there are no private keys",
         "whoever has a machine of this image has the key", "delete the key, and use it no more",
         private_keys},
    Rule{"seal.ssh-host-keys", Severity::warning, "each machine makes host keys of its own",
         "all machines have the same host keys: each can pass for another",
         "delete /etc/ssh/ssh_host_*, and see that they are made at the first start",
         ssh_host_keys},
    Rule{"seal.cloud-credentials", Severity::warning, "there are no credentials of services",
         "whoever has a machine of this image can use the account at the service",
         "delete the file, and revoke what it held", cloud_credentials},
};

}  // namespace

std::span<const Rule> seal_key_rules() {
  return rules;
}

}  // namespace imprint::rules
