#include "guestfs/facts/facts.h"

#include "guestfs/facts/architecture.h"

namespace imprint::facts {
namespace {

/// Used where the guest's kernel configuration is not there to read.
Activation selinux_by_default(Family family) {
  switch (family) {
    case Family::redhat:
      return Activation::yes;
    case Family::debian:
    case Family::alpine:
    case Family::arch:
    case Family::suse:
    case Family::slackware:
      return Activation::no;
    default:
      return Activation::unknown;
  }
}

}  // namespace

Facts read_facts(guest::FollowingFs& fs, const guest::Inventory& inventory,
                 const std::vector<MountedVolume>& mounts) {
  Facts facts;
  facts.init = detect_init(fs);
  facts.architecture = detect_architecture(fs);
  facts.mounts = mounts;
  facts.release = read_release(fs);
  facts.fstab = read_fstab(fs, inventory, facts.init);
  facts.accounts = read_accounts(fs);
  facts.homes = read_homes(fs, facts.accounts);
  facts.permissions = read_permissions(fs, facts.homes);
  facts.boot = read_boot(fs, inventory, mounts);
  facts.kernel = read_kernel(fs, facts.boot);
  facts.initramfs = read_initramfs(fs, facts.boot);
  facts.selinux = read_selinux(fs, facts.boot, selinux_by_default(facts.release.family));
  facts.services = read_services(fs, facts.init);
  facts.network = read_network(fs);
  facts.cloud_init = read_cloud_init(fs);
  return facts;
}

Facts read_windows_facts(guest::FollowingFs& fs, const std::vector<MountedVolume>& mounts) {
  Facts facts;
  facts.mounts = mounts;
  facts.windows = read_windows(fs);
  facts.architecture = facts.windows->architecture;
  return facts;
}

}  // namespace imprint::facts
