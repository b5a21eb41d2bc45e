// Whether a password that a machine is given will be understood.

#include <algorithm>
#include <array>
#include <optional>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

/// Who knows which methods of crypt(5). Everybody knows DES, MD5, SHA-256 and SHA-512.
enum class CryptLibrary {
  unknown,
  glibc,          ///< nothing more
  musl,           ///< bcrypt too
  libxcrypt,      ///< bcrypt and yescrypt too
  libxcrypt_old,  ///< before 4.3: bcrypt, no yescrypt; RHEL 8 has it
};

struct FoundLibrary {
  CryptLibrary library = CryptLibrary::unknown;
  std::string path;
};

bool is_rhel8(const facts::ReleaseFacts& release) {
  return release.family == facts::Family::redhat &&
         (release.version == "8" || release.version.starts_with("8."));
}

FoundLibrary find_library(const Context& context) {
  constexpr std::array<std::string_view, 8> folders{
      "/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu",  "/usr/lib/x86_64-linux-gnu",
      "/lib",   "/usr/lib",   "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu"};
  for (const std::string_view folder : folders)
    for (const std::string_view name : {"libcrypt.so.1", "libcrypt.so.2"}) {
      const auto real = context.fs.resolve(guest::GuestPath{} / folder.substr(1) / name);
      if (!real) continue;
      // glibc's own is named by glibc's version: libcrypt-2.17.so.
      if (real->name().starts_with("libcrypt-")) return {CryptLibrary::glibc, real->str()};
      const bool is_old = name == "libcrypt.so.1" && is_rhel8(context.facts.release);
      return {is_old ? CryptLibrary::libxcrypt_old : CryptLibrary::libxcrypt, real->str()};
    }
  for (const char* path : {"/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"}) {
    Answer ignored;
    if (look_at(context, path, ignored)) return {CryptLibrary::musl, path};
  }
  return {};
}

bool understands(CryptLibrary library, std::string_view digest) {
  const bool is_yescrypt =
      digest.starts_with("$y$") || digest.starts_with("$gy$") || digest.starts_with("$7$");
  if (is_yescrypt) return library == CryptLibrary::libxcrypt;
  const bool is_bcrypt = digest.starts_with("$2");
  return !is_bcrypt || library != CryptLibrary::glibc;
}

void judge_method(const Context& context, const FoundLibrary& found, Answer& answer) {
  const std::string path = "/etc/login.defs";
  const auto text = text_of_file(context, path, answer);
  if (!text) return;
  for (const facts::TextLine& line : facts::split_lines(*text)) {
    const std::vector<std::string> words = facts::split_at_blanks(facts::trim(line.text));
    if (words.size() < 2 || words[0] != "ENCRYPT_METHOD") continue;
    const std::string_view sample = words[1] == "YESCRYPT" ? "$y$"
                                    : words[1] == "BCRYPT" ? "$2b$"
                                                           : "$6$";
    if (!understands(found.library, sample))
      answer.fired.push_back(evidence_at(
          facts::place_of(path, line),
          say("passwords are hashed with {}, which '{}' does not know", words[1], found.path)));
  }
}

Answer hash_unsupported(const Context& context) {
  const facts::AccountFacts& accounts = context.facts.accounts;
  if (accounts.shadow.is_unreadable()) return unreadable(accounts.shadow);
  const FoundLibrary found = find_library(context);
  if (found.library == CryptLibrary::unknown) return Answer::not_applied();
  Answer answer;
  for (const facts::ShadowRow& row : accounts.shadows) {
    if (row.fields != 9 || !holds_password(row.password) ||
        understands(found.library, row.password))
      continue;
    Evidence evidence = evidence_at(
        row.place, say("the password of '{}' is hashed in a way that '{}' does not know", row.name,
                       found.path));
    evidence.text.clear();
    answer.fired.push_back(std::move(evidence));
  }
  judge_method(context, found, answer);
  if (!understands(found.library, "$y$")) {
    Evidence evidence =
        evidence_of(found.path, say("yescrypt ($y$) is not known, SHA-512 ($6$) is the best"));
    evidence.severity = Severity::info;
    evidence.effect = say("a machine that is given a password hashed with yescrypt lets nobody in");
    evidence.hint = say("hash passwords for its machines with: openssl passwd -6");
    answer.fired.push_back(std::move(evidence));
  }
  return answer;
}

bool lets_empty_in(std::string_view content) {
  const std::vector<std::string> words = facts::split_at_blanks(content);
  if (words.size() < 3 || (words[0] != "auth" && words[0] != "-auth")) return false;
  const auto module = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word.ends_with("pam_unix.so") || word.ends_with("pam_unix2.so");
  });
  return std::find(module, words.end(), "nullok") != words.end();
}

Answer nullok(const Context& context) {
  Answer answer;
  for (const char* path : {"/etc/pam.d/common-auth", "/etc/pam.d/system-auth",
                           "/etc/pam.d/password-auth", "/etc/pam.d/base-auth"}) {
    const auto text = text_of_file(context, path, answer);
    if (!text) continue;
    for (const facts::TextLine& line : facts::split_lines(*text))
      if (lets_empty_in(facts::trim(line.text))) {
        answer.fired.push_back(
            evidence_at(facts::place_of(path, line), say("empty passwords are accepted")));
        return answer;
      }
  }
  return answer;
}

constexpr std::array rules{
    Rule{"shadow.hash-unsupported", Severity::warning, "the guest knows how passwords are hashed",
         "the account cannot log in with its password", "set the password anew in the guest",
         hash_unsupported},
    Rule{"pam.nullok", Severity::info, "PAM accepts no empty password",
         "an account that is given an empty password needs none",
         "take nullok out of the line of pam_unix", nullok},
};

}  // namespace

std::span<const Rule> login_rules() {
  return rules;
}

}  // namespace imprint::rules
