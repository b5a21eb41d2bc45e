#include <gmock/gmock.h>

#include "tests/unit/guestfs/rules/sealed_guest.h"

namespace imprint::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 alice@example\n";
constexpr const char* private_key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
constexpr const char* an_id = "0123456789abcdef0123456789abcdef\n";

TEST(SealAuthorizedKeys, FindsKeysInEveryHome) {
  SealedGuest guest;
  guest.fs.file("/root/.ssh/authorized_keys", std::string{"# mine\n"} + public_key, 0600);
  guest.fs.file("/var/lib/redis/.ssh/authorized_keys2",
                std::string{"from=\"10.0.0.1\",no-pty "} + public_key, 0600);
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.authorized-keys warning /root/.ssh/authorized_keys",
                          "seal.authorized-keys warning /var/lib/redis/.ssh/authorized_keys2"));
  const Finding first = guest.judge().findings[0];
  EXPECT_EQ(first.line, 2);
  EXPECT_THAT(first.text + first.message, Not(HasSubstr("AAAA")));
}

TEST(SealAuthorizedKeys, AreSilentWhereAKeyOpensNothing) {
  SealedGuest guest;
  guest.fs.file("/root/.ssh/authorized_keys",
                "no-pty,command=\"echo 'Please login as the user \\\"debian\\\" rather than the "
                "user \\\"root\\\".';echo;sleep 10;exit 142\" " +
                    std::string{public_key} + "# " + public_key + "\nnot a key\n",
                0600);
  EXPECT_THAT(guest.findings(), IsEmpty());
}

TEST(SealAuthorizedKeys, FollowSshdsOwnChoice) {
  SealedGuest guest;
  guest.fs.file("/etc/ssh/sshd_config",
                "Include /etc/ssh/sshd_config.d/*.conf\nAuthorizedKeysFile none\n");
  guest.fs.file("/etc/ssh/sshd_config.d/10-keys.conf", "AuthorizedKeysFile = /etc/keys/%u\n");
  guest.fs.file("/etc/keys/root", public_key);
  EXPECT_THAT(guest.findings(), ElementsAre("seal.authorized-keys warning /etc/keys/root"));
}

TEST(SealPrivateKeys, AreFoundByTheirText) {
  SealedGuest guest;
  guest.fs.file("/root/.ssh/id_rsa", private_key, 0600)
      .file("/root/.ssh/id_rsa.pub", public_key)
      .file("/etc/ssl/private/server.key", private_key, 0600)
      .file("/etc/ssl/private/ssl-cert-snakeoil.key", private_key, 0600)
      .file("/root/ca.pem", "-----BEGIN CERTIFICATE-----\n");
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.private-keys warning /root/.ssh/id_rsa",
                          "seal.private-keys warning /etc/ssl/private/server.key"));
}

TEST(SealSshHostKeys, AreFoundUnlessCloudInitReplacesThem) {
  SealedGuest guest;
  guest.fs.file("/etc/ssh/ssh_host_rsa_key", private_key, 0600)
      .file("/etc/ssh/ssh_host_ed25519_key", private_key, 0600)
      .file("/etc/ssh/ssh_host_rsa_key.pub", public_key);
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.ssh-host-keys warning /etc/ssh/ssh_host_ed25519_key"));
  guest.fs.file("/etc/cloud/cloud.cfg", "users:\n - default\n");
  EXPECT_THAT(guest.findings(), IsEmpty());
  SealedGuest kept = guest;
  kept.fs.file("/etc/cloud/cloud.cfg.d/99-keep.cfg", "ssh_deletekeys: false\n");
  EXPECT_EQ(kept.findings().size(), 1U);
  guest.fs.file("/etc/cloud/cloud-init.disabled", "");
  EXPECT_EQ(guest.findings().size(), 1U);
}

TEST(SealCloudCredentials, AreFoundByWhatTheyHold) {
  SealedGuest guest;
  guest.fs.file("/root/.aws/credentials", "[default]\naws_secret_access_key = secret\n")
      .file("/root/.docker/config.json", "{\"auths\":{\"https://r\":{\"auth\":\"c2VjcmV0\"}}}")
      .file("/root/.bashrc", "export ALI=LTAI4Fabcdefghijklmn\n");
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.cloud-credentials warning /root/.aws/credentials",
                          "seal.cloud-credentials warning /root/.docker/config.json",
                          "seal.cloud-credentials warning /root/.bashrc"));
  for (const Finding& finding : guest.judge().findings)
    EXPECT_THAT(finding.text + finding.message, Not(HasSubstr("secret")));
  SealedGuest plain;
  plain.fs.file("/root/.aws/config", "[default]\nregion = eu-1\n")
      .file("/root/.docker/config.json", "{\"credsStore\": \"desktop\"}")
      .file("/root/.kube/config", "apiVersion: v1\nclusters: []\n")
      .file("/root/.bashrc", "# AKIAIOSFODNN7EXAMPLE\nexport X=LTAILOR\n");
  EXPECT_THAT(plain.findings(), IsEmpty());
}

TEST(SealMachineId, MustBeOneThatIsReplaced) {
  for (const char* text : {"", "\n", "uninitialized\n", "00000000000000000000000000000000\n"}) {
    SealedGuest guest;
    guest.fs.file("/etc/machine-id", text);
    EXPECT_THAT(guest.findings(), IsEmpty()) << text;
  }
  SealedGuest set;
  set.fs.file("/etc/machine-id", an_id).link("/var/lib/dbus/machine-id", "/etc/machine-id");
  EXPECT_THAT(set.findings(), ElementsAre("seal.machine-id warning /etc/machine-id"));
  SealedGuest dbus;
  dbus.fs.file("/var/lib/dbus/machine-id", an_id);
  EXPECT_THAT(dbus.findings(), ElementsAre("seal.machine-id warning /var/lib/dbus/machine-id"));
  SealedGuest gone;
  gone.fs.remove("/etc/machine-id").link("/etc/machine-id", "/run/machine-id");
  EXPECT_THAT(gone.findings(), IsEmpty());
}

TEST(SealIdentityOther, NamesWhatBelongsToOneMachine) {
  SealedGuest guest;
  guest.fs.file("/etc/krb5.keytab", "x", 0600)
      .file("/var/lib/systemd/random-seed", "x", 0600)
      .file("/var/lib/dhcp/dhclient.eth0.leases", "lease {\n}\n")
      .file("/etc/iscsi/initiatorname.iscsi", "## x\nInitiatorName=iqn.1993-08.org.debian:01:1\n");
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.identity-other info /var/lib/systemd/random-seed",
                          "seal.identity-other info /var/lib/dhcp/dhclient.eth0.leases",
                          "seal.identity-other warning /etc/krb5.keytab",
                          "seal.identity-other warning /etc/iscsi/initiatorname.iscsi"));
  SealedGuest stock;
  stock.fs.file("/etc/iscsi/initiatorname.iscsi", "GenerateName=yes\n")
      .file("/var/lib/dhcp/dhclient.leases", "")
      .file("/etc/krb5.keytab", "");
  EXPECT_THAT(stock.findings(), IsEmpty());
}

TEST(SealIdentityOther, NamesLvmsListOfDisks) {
  SealedGuest guest;
  guest.fs.file("/etc/lvm/devices/system.devices",
                "# LVM\nVERSION=1.1.2\nIDTYPE=sys_wwid IDNAME=naa.1 DEVNAME=/dev/sda2 PVID=a\n");
  EXPECT_THAT(guest.findings(), IsEmpty());
  guest::Volume volume;
  volume.kind = guest::Volume::Kind::logical_volume;
  guest.inventory.volumes.push_back(volume);
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.identity-other warning /etc/lvm/devices/system.devices"));
}

TEST(SealShellHistory, IsFoundInEveryHome) {
  SealedGuest guest;
  guest.fs.file("/root/.bash_history", "mysql -psecret\n", 0600)
      .file("/root/.viminfo", "x", 0600)
      .file("/var/lib/redis/.rediscli_history", "auth secret\n", 0600);
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.shell-history warning /root/.bash_history",
                          "seal.shell-history info /root/.viminfo",
                          "seal.shell-history warning /var/lib/redis/.rediscli_history"));
  for (const Finding& finding : guest.judge().findings)
    EXPECT_THAT(finding.text + finding.message, Not(HasSubstr("secret")));
  SealedGuest empty;
  empty.fs.file("/root/.bash_history", "", 0600).link("/root/.zsh_history", "/dev/null");
  EXPECT_THAT(empty.findings(), IsEmpty());
}

TEST(SealTraces, AreInformation) {
  SealedGuest guest;
  guest.fs.file("/var/log/syslog", std::string(5000, 'x'))
      .file("/var/log/apt/history.log", std::string(100, 'x'))
      .file("/tmp/installer.sh", "x")
      .folder("/tmp/systemd-private-1")
      .file("/etc/hosts.bak", "x");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.logs info /var/log", "seal.tmp info /tmp",
                                            "seal.backups info /etc/hosts.bak"));
  EXPECT_THAT(guest.judge().findings[0].message, HasSubstr("2 logs of 5 KiB"));
}

TEST(SealBackups, WarnOfPasswordsThatWereTakenAway) {
  SealedGuest guest;
  guest.fs.file("/etc/shadow-", "root:$6$old$digest:1:0:99999:7:::\ndaemon:*:1::::::\n", 0600);
  EXPECT_THAT(guest.findings(), ElementsAre("seal.backups warning /etc/shadow-"));
  SealedGuest same;
  same.fs.file("/etc/shadow", "root:$6$old$digest:1:0:99999:7:::\n", 0640)
      .file("/etc/shadow-", "root:$6$old$digest:1:0:99999:7:::\n", 0600);
  EXPECT_THAT(same.findings(), ElementsAre("seal.password-set info /etc/shadow"));
}

TEST(SealLogService, AsksForOne) {
  SealedGuest guest;
  guest.fs.link("/etc/systemd/system/systemd-journald.service", "/dev/null");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.log-service info /var/log"));
  guest.fs.file("/usr/sbin/rsyslogd", "x", 0755);
  EXPECT_THAT(guest.findings(), IsEmpty());
}

TEST(SealSuid, KnowsThePackagesPrograms) {
  SealedGuest guest;
  guest.fs.file("/usr/local/bin/shell", "x", 04755)
      .file("/opt/tool/bin/passwd", "x", 04755)
      .file("/tmp/.x", "x", 06755)
      .file("/usr/bin/odd", "x", 02755)
      .file("/usr/bin/locked", "x", 02644);
  EXPECT_THAT(
      guest.findings(),
      ElementsAre("seal.tmp info /tmp", "seal.suid info /usr/bin/odd", "seal.suid info /tmp/.x",
                  "seal.suid info /usr/local/bin/shell", "seal.suid info /opt/tool/bin/passwd"));
}

TEST(SealWorldWritable, IsSilentInTemporaryFoldersAndOfLinks) {
  SealedGuest guest;
  guest.fs.folder("/opt/app", 0777).file("/etc/app.conf", "x", 0666).link("/etc/link", "app.conf");
  guest.fs.folder("/tmp/systemd-private-1", 0777).folder("/srv/drop", 01777);
  EXPECT_THAT(guest.findings(), ElementsAre("seal.world-writable warning /etc/app.conf",
                                            "seal.world-writable warning /opt/app"));
  SealedGuest not_sticky;
  not_sticky.fs.folder("/tmp", 0777);
  EXPECT_THAT(not_sticky.findings(), ElementsAre("seal.world-writable warning /tmp"));
  SealedGuest odd_name;
  odd_name.fs.file("/etc/\xff\xfe", "x", 0666);
  EXPECT_EQ(odd_name.findings().size(), 1U);
}

TEST(SealKeyDirPerms, JudgesFoldersOfRootAndOfKeys) {
  SealedGuest folder;
  folder.fs.folder("/etc", 0777);
  EXPECT_THAT(folder.findings(), ElementsAre("seal.key-dir-perms warning /etc"));
  SealedGuest owner;
  owner.fs.owner("/root", 1000, 1000);
  EXPECT_THAT(owner.findings(), ElementsAre("seal.key-dir-perms warning /root"));
  SealedGuest sudoers;
  sudoers.fs.file("/etc/sudoers.d/x", "Defaults x\n", 0666);
  EXPECT_THAT(sudoers.findings(), ElementsAre("seal.key-dir-perms warning /etc/sudoers.d/x"));
  SealedGuest ssh;
  ssh.fs.folder("/root/.ssh", 0775);
  EXPECT_THAT(ssh.findings(), ElementsAre("seal.key-dir-perms warning /root/.ssh"));
  SealedGuest group_of_root;
  group_of_root.fs.folder("/usr", 0775).file("/etc/sudoers", "x\n", 0640);
  EXPECT_THAT(group_of_root.findings(), IsEmpty());
}

TEST(SealRshTrust, NamesTheFirstLine) {
  SealedGuest guest;
  guest.fs.file("/root/.rhosts", "# x\n+ +\n").file("/etc/hosts.equiv", "# none\n\n");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.rsh-trust warning /root/.rhosts"));
  EXPECT_EQ(guest.judge().findings[0].line, 2);
}

TEST(SealOpenServices, JudgeWhoIsServedAndWhatIsAsked) {
  SealedGuest guest;
  guest.fs.file("/etc/redis/redis.conf", "# bind 1\nbind 0.0.0.0\nprotected-mode no\n")
      .file("/etc/mongod.conf", "net:\n  port: 27017\n  bindIp: 0.0.0.0\n")
      .file("/etc/inetd.conf",
            "#shell stream\ntelnet stream tcp nowait root /usr/sbin/tcpd telnetd\n")
      .file("/etc/xinetd.d/rsh", "service shell\n{\n  disable = no\n}\n")
      .file("/etc/ssh/sshd_config", "PermitEmptyPasswords yes\n");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.open-services warning /etc/redis/redis.conf",
                                            "seal.open-services warning /etc/mongod.conf",
                                            "seal.open-services warning /etc/inetd.conf",
                                            "seal.open-services warning /etc/xinetd.d/rsh",
                                            "seal.open-services warning /etc/ssh/sshd_config"));
  SealedGuest stock;
  stock.fs.file("/etc/redis/redis.conf", "bind 127.0.0.1 -::1\nprotected-mode yes\n")
      .file("/etc/redis.conf", "bind 0.0.0.0\nrequirepass secret\n")
      .file("/etc/mongod.conf", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: enabled\n")
      .file("/etc/xinetd.d/telnet", "service telnet\n{\n  disable = yes\n}\n")
      .file("/etc/ssh/sshd_config",
            "#PermitEmptyPasswords yes\nMatch User x\nPermitEmptyPasswords yes\n");
  EXPECT_THAT(stock.findings(), IsEmpty());
}

TEST(SealPackages, AsksForASource) {
  SealedGuest guest;
  guest.fs.file("/etc/apt/sources.list", "# see sources.list.d\n");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.packages info /etc/apt/sources.list"));
  guest.fs.file("/etc/apt/sources.list.d/debian.sources", "Types: deb\n");
  EXPECT_THAT(guest.findings(), IsEmpty());
  SealedGuest none;
  none.fs.remove("/var/lib/dpkg").remove("/etc/apt");
  EXPECT_THAT(none.findings(), IsEmpty());
}

TEST(SealMinerHeuristics, WarnOfPreloadsAndMiners) {
  SealedGuest guest;
  guest.fs.file("/etc/ld.so.preload", "/usr/local/lib/libprocesshider.so\n")
      .file("/etc/cron.d/sync", "* * * * * root /var/tmp/XMRig -o stratum+tcp://p -u wallet\n");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.miner-heuristics warning /etc/ld.so.preload",
                                            "seal.miner-heuristics warning /etc/cron.d/sync"));
  EXPECT_THAT(guest.judge().findings[1].text, IsEmpty());
  SealedGuest empty;
  empty.fs.file("/etc/ld.so.preload", "\n");
  EXPECT_THAT(empty.findings(), IsEmpty());
}

TEST(SealCronAt, CountsJobsOfUsers) {
  SealedGuest guest;
  guest.fs.file("/var/spool/cron/crontabs/root", "# x\nMAILTO=a\n5 0 * * * /root/backup\n", 0600)
      .file("/var/spool/cron/atjobs/a00001", "x")
      .file("/var/spool/cron/atjobs/.SEQ", "1");
  EXPECT_THAT(guest.findings(), ElementsAre("seal.cron-at info /var/spool/cron/crontabs/root",
                                            "seal.cron-at info /var/spool/cron/atjobs/a00001"));
  SealedGuest alpine;
  alpine.fs.link("/var/spool/cron/crontabs", "/etc/crontabs")
      .file("/etc/crontabs/root", "*/15 * * * * run-parts /etc/periodic/15min\n");
  EXPECT_THAT(alpine.findings(), IsEmpty());
}

TEST(SealCaCerts, NamesAnchorsOfTheAdministrator) {
  SealedGuest guest;
  guest.fs.file("/usr/local/share/ca-certificates/corp.crt", "-----BEGIN CERTIFICATE-----\n");
  EXPECT_THAT(guest.findings(),
              ElementsAre("seal.ca-certs info /usr/local/share/ca-certificates/corp.crt"));
}

}  // namespace
}  // namespace imprint::rules::test
