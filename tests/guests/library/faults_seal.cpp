#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr std::string_view debian = "debian12_bios";
constexpr const char* public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 alice@example\n";
constexpr const char* private_key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";

}  // namespace

std::vector<Fault> seal_faults() {
  constexpr Severity warning = Severity::warning;
  constexpr Severity info = Severity::info;
  return {
      {"shadow.hash-unsupported", debian, "login.defs asks for what the library lacks", warning,
       [](Guest& guest) {
         guest.fs.file("/usr/lib/x86_64-linux-gnu/libcrypt-2.17.so", "x")
             .link("/usr/lib/x86_64-linux-gnu/libcrypt.so.1", "libcrypt-2.17.so")
             .file("/etc/login.defs", "ENCRYPT_METHOD YESCRYPT\n");
       },
       "/etc/login.defs"},
      {"pam.nullok", debian, "an empty password opens an account", info,
       [](Guest& guest) {
         guest.fs.file("/etc/pam.d/common-auth", "auth required pam_unix.so nullok\n");
       },
       "/etc/pam.d/common-auth", 1},
      {"seal.password-set", debian, "root has a password", info,
       [](Guest& guest) { guest.write("/etc/shadow", "root:$6$salt$digest:19000:0:99999:7:::\n"); },
       "/etc/shadow"},
      {"seal.password-empty", debian, "root needs none", warning,
       [](Guest& guest) { guest.write("/etc/shadow", "root::19000:0:99999:7:::\n"); },
       "/etc/shadow"},
      {"seal.legacy-plus", debian, "two accounts with one number", warning,
       [](Guest& guest) {
         guest.append("/etc/passwd", "twin:x:1:1::/nonexistent:/usr/sbin/nologin\n");
         guest.append("/etc/shadow", "twin:*:19000:0:99999:7:::\n");
       },
       "/etc/passwd"},
      {"seal.test-accounts", debian, "a rule of sudo for a person", info,
       [](Guest& guest) {
         guest.fs.file("/etc/sudoers.d/90-me", "alice ALL=(ALL) NOPASSWD: ALL\n", 0440);
       },
       "/etc/sudoers.d/90-me", 1},
      {"seal.machine-id", debian, "the id of the machine it was made on", warning,
       [](Guest& guest) { guest.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"); },
       "/etc/machine-id"},
      {"seal.identity-other", debian, "a keytab", warning,
       [](Guest& guest) { guest.fs.file("/etc/krb5.keytab", "x", 0600); }, "/etc/krb5.keytab"},
      {"seal.authorized-keys", debian, "a key of the maker", warning,
       [](Guest& guest) { guest.fs.file("/root/.ssh/authorized_keys", public_key, 0600); },
       "/root/.ssh/authorized_keys", 1},
      {"seal.private-keys", debian, "a key in root's home", warning,
       [](Guest& guest) { guest.fs.file("/root/.ssh/id_rsa", private_key, 0600); },
       "/root/.ssh/id_rsa"},
      {"seal.ssh-host-keys", "centos6", "a host key", warning,
       [](Guest& guest) {
         guest.fs.remove("/etc/cloud/cloud.cfg")
             .file("/etc/ssh/ssh_host_ed25519_key", private_key, 0600);
       },
       "/etc/ssh/ssh_host_ed25519_key"},
      {"seal.cloud-credentials", debian, "credentials of a cloud", warning,
       [](Guest& guest) {
         guest.fs.file("/root/.aws/credentials", "[default]\naws_secret_access_key = secret\n",
                       0600);
       },
       "/root/.aws/credentials"},
      {"seal.password-weak", debian, "an old digest", warning,
       [](Guest& guest) {
         guest.write("/etc/shadow",
                     "root:!:19000:0:99999:7:::\n"
                     "daemon:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/:19000:0:99999:7:::\n");
       },
       "/etc/shadow", 2, "ecs"},
      {"seal.suid", debian, "a shell with root's rights", info,
       [](Guest& guest) { guest.fs.file("/usr/local/bin/shell", "x", 04755); },
       "/usr/local/bin/shell"},
      {"seal.world-writable", debian, "a configuration for everybody", warning,
       [](Guest& guest) { guest.fs.file("/etc/app.conf", "x", 0666); }, "/etc/app.conf"},
      {"seal.key-dir-perms", debian, "/etc for everybody", warning,
       [](Guest& guest) { guest.fs.folder("/etc", 0777); }, "/etc"},
      {"seal.rsh-trust", debian, "every machine is trusted", warning,
       [](Guest& guest) { guest.fs.file("/root/.rhosts", "+ +\n", 0600); }, "/root/.rhosts", 1},
      {"seal.open-services", debian, "redis without a password", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/redis/redis.conf", "bind 0.0.0.0\nprotected-mode no\n");
       },
       "/etc/redis/redis.conf"},
      {"seal.packages", debian, "no source of packages", info,
       [](Guest& guest) {
         guest.fs.file("/var/lib/dpkg/status", "x").file("/etc/apt/sources.list", "# none\n");
       },
       "/etc/apt/sources.list"},
      {"seal.miner-heuristics", debian, "a library before all others", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/ld.so.preload", "/usr/local/lib/libprocesshider.so\n");
       },
       "/etc/ld.so.preload"},
      {"seal.cron-at", debian, "a job of root", info,
       [](Guest& guest) {
         guest.fs.file("/var/spool/cron/crontabs/root", "5 0 * * * /root/backup\n", 0600);
       },
       "/var/spool/cron/crontabs/root"},
      {"seal.ca-certs", debian, "an authority of its own", info,
       [](Guest& guest) {
         guest.fs.file("/usr/local/share/ca-certificates/ours.crt",
                       "-----BEGIN CERTIFICATE-----\n");
       },
       "/usr/local/share/ca-certificates/ours.crt"},
      {"seal.shell-history", debian, "root's commands", warning,
       [](Guest& guest) { guest.fs.file("/root/.bash_history", "ls\n", 0600); },
       "/root/.bash_history"},
      {"seal.logs", debian, "logs of the machine it was made on", info,
       [](Guest& guest) { guest.fs.file("/var/log/syslog", std::string(5000, 'x')); }, "/var/log"},
      {"seal.log-service", debian, "journald is masked", info,
       [](Guest& guest) {
         guest.fs.remove("/usr/sbin/rsyslogd")
             .link("/etc/systemd/system/systemd-journald.service", "/dev/null");
       },
       "/var/log"},
      {"seal.tmp", debian, "an installer was left", info,
       [](Guest& guest) { guest.fs.folder("/tmp", 01777).file("/tmp/installer.sh", "x"); }, "/tmp"},
      {"seal.backups", debian, "a copy of a configuration", info,
       [](Guest& guest) { guest.fs.file("/etc/hosts.bak", "x"); }, "/etc/hosts.bak"},
  };
}

}  // namespace imprint::guests
