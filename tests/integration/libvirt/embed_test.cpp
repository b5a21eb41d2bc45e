// Real QEMU under libvirt's embedded driver: no daemon, no root services, one root folder for each
// process.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "plugins/libvirt/domains.h"
#include "plugins/libvirt/libvirt_hypervisor.h"
#include "tests/support/hypervisor_conformance.h"
#include "tests/support/real_disks.h"

namespace imprint::test {
namespace {

using namespace std::chrono_literals;

/// The embedded driver takes one root in the life of a process.
std::string embed_uri() {
  static const TempFolder root;
  std::filesystem::create_directories(root / "etc");
  std::ofstream{root / "etc" / "qemu.conf"} << "security_driver = \"none\"\n"
                                               "user = \"root\"\n"
                                               "group = \"root\"\n"
                                               "cgroup_controllers = []\n"
                                               "namespaces = []\n"
                                               "stdio_handler = \"file\"\n";
  return "qemu:///embed?root=" + root.path().string();
}

/// One for all tests of a process: libvirt registers the driver anew with each connection and has
/// room for few.
std::shared_ptr<Hypervisor> create(const std::filesystem::path&) {
  static const auto* shared = [] {
    auto created =
        libvirt::LibvirtHypervisor::create({{"uri", embed_uri()}, {"accelerator", "tcg"}});
    EXPECT_TRUE(created) << created.error().message;
    return new std::shared_ptr<Hypervisor>{created ? std::move(*created) : nullptr};
  }();
  return *shared;
}

INSTANTIATE_TEST_SUITE_P(LibvirtEmbed, HypervisorConformance,
                         ::testing::Values(HypervisorCase{"libvirt_embed", create, make_disks}));

/// A link of the test's own to the driver, shared for the same reason.
libvirt::Link& own_link() {
  static auto* link = [] {
    auto* made = new libvirt::Link{[] {}};
    made->install(std::make_shared<libvirt::Session>(
        libvirt::ConnectionHandle{virConnectOpen(embed_uri().c_str())}, [] {}));
    return made;
  }();
  return *link;
}

/// Boots into this code, 16-bit, from the machine's system disk.
void write_boot_sector(const Machine& machine, std::vector<unsigned char> code) {
  constexpr std::size_t sector = 512;
  ASSERT_LE(code.size(), sector - 2);
  code.resize(sector);
  code[sector - 2] = 0x55;
  code[sector - 1] = 0xAA;
  const std::string raw = machine.system.path + ".raw";
  std::ofstream{raw, std::ios::binary}.write(std::string(code.begin(), code.end()).data(), sector);
  std::filesystem::resize_file(raw, machine.system.size);
  std::filesystem::remove(machine.system.path);
  run_or_fail({"qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", raw, machine.system.path});
}

/// Tells the pvpanic device at port 0x505 that the guest panicked, and halts.
const std::vector<unsigned char> panics{0xBA, 0x05, 0x05, 0xB0, 0x01, 0xEE, 0xF4, 0xEB, 0xFD};
/// Enables the power button (port 0x602, bit 8), waits for it (0x600), then powers off (0x604).
const std::vector<unsigned char> obeys_the_power_button{
    0xFA, 0xBA, 0x02, 0x06, 0xB8, 0x00, 0x01, 0xEF, 0xBA, 0x00, 0x06, 0xED, 0xF6, 0xC4,
    0x01, 0x74, 0xFA, 0xBA, 0x04, 0x06, 0xB8, 0x00, 0x20, 0xEF, 0xF4, 0xEB, 0xFD};

/// The command line of the QEMU that runs the machine; empty if there is none.
std::string qemu_of(const Machine& machine) {
  for (const auto& process : std::filesystem::directory_iterator{"/proc"}) {
    const auto line = read_file(process.path() / "cmdline");
    if (!line || line->find("guest=" + machine.instance.str()) == std::string::npos) continue;
    return *line;
  }
  return "";
}

class RealQemu : public ::testing::Test {
 protected:
  void SetUp() override {
    hypervisor_ = create(folder_.path());
    ASSERT_NE(hypervisor_, nullptr);
    make_disks(machine_);
    make_disks(next_);
    ASSERT_FALSE(HasFatalFailure());
  }
  void TearDown() override {
    if (!hypervisor_) return;
    (void)hypervisor_->stop(machine_.uuid, 0s);
    (void)hypervisor_->undefine(machine_.uuid);
  }
  bool console_says(const std::string& text, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto tail = hypervisor_->console_tail(machine_.uuid, 65536);
      if (tail && tail->find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(200ms);
    }
    return false;
  }

  bool becomes(PowerState power, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto state = hypervisor_->state(machine_.uuid);
      if (state && state->power == power) return true;
      std::this_thread::sleep_for(200ms);
    }
    return false;
  }

  TempFolder folder_;
  std::shared_ptr<Hypervisor> hypervisor_;
  Machine machine_ = machine_in(folder_.path());
  Machine next_ = reimaged(machine_, folder_.path());
};

TEST_F(RealQemu, RunsTheDiskThatIsRecorded) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->swap_system_disk(next_, machine_.system.path));
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(started) << started.error().message;
  const std::string qemu = qemu_of(machine_);
  EXPECT_NE(qemu.find(next_.system.path), std::string::npos);
  EXPECT_NE(qemu.find(next_.seed.path), std::string::npos);
  EXPECT_NE(qemu.find(machine_.data_disks.front().path), std::string::npos);
  EXPECT_EQ(qemu.find(machine_.system.path), std::string::npos);
}

TEST_F(RealQemu, IsGoneWhenStopHasReturned) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_NE(qemu_of(machine_), "");
  const auto stopped = hypervisor_->stop(machine_.uuid, 0s);
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(qemu_of(machine_), "");
}

TEST_F(RealQemu, IsEndedByForceWhenNoGuestListens) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  const auto before = std::chrono::steady_clock::now();
  const auto stopped = hypervisor_->stop(machine_.uuid, 2s);
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(*stopped, StopOutcome::forced);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 2s);
}

TEST_F(RealQemu, SaysOnTheConsoleThatNothingBoots) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  EXPECT_TRUE(console_says("No bootable device", 60s))
      << hypervisor_->console_tail(machine_.uuid, 4096).value();
}

TEST_F(RealQemu, StartsAFreshConsoleWithEachStart) {
  std::ofstream{machine_.console_log} << "from an earlier life";
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  EXPECT_EQ(hypervisor_->console_tail(machine_.uuid, 65536).value().find("earlier"),
            std::string::npos);
}

TEST_F(RealQemu, StartsWithUefi) {
  machine_.firmware = Firmware::uefi;
  ASSERT_TRUE(hypervisor_->define(machine_));
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_TRUE(std::filesystem::exists(machine_.system.path + ".nvram"));
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  const auto undefined = hypervisor_->undefine(machine_.uuid);
  ASSERT_TRUE(undefined) << undefined.error().message;
  EXPECT_TRUE(std::filesystem::exists(machine_.system.path + ".nvram"));
}

TEST_F(RealQemu, SwapsFromBiosToUefiAndBack) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  next_.firmware = Firmware::uefi;
  const auto there = hypervisor_->swap_system_disk(next_, machine_.system.path);
  ASSERT_TRUE(there) << there.error().message;
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  const auto back = hypervisor_->swap_system_disk(machine_, next_.system.path);
  ASSERT_TRUE(back) << back.error().message;
  const auto again = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(again) << again.error().message;
}

TEST_F(RealQemu, DoesNotFollowABackingFileThatTheHeaderNames) {
  const std::filesystem::path secret = folder_ / "secret";
  std::ofstream{secret} << "not for guests";
  std::filesystem::resize_file(secret, 4096);
  std::filesystem::remove(machine_.system.path);
  run_or_fail({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", secret.string(),
               machine_.system.path});
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  const std::string qemu = qemu_of(machine_);
  ASSERT_NE(qemu, "");
  EXPECT_EQ(qemu.find(secret.string()), std::string::npos);
  EXPECT_NE(qemu.find("\"backing\":null"), std::string::npos);
}

TEST_F(RealQemu, OpensTheBaseImageReadOnly) {
  const std::filesystem::path base = folder_ / "base.qcow2";
  run_or_fail({"qemu-img", "create", "-q", "-f", "qcow2", base.string(), "16M"});
  std::filesystem::permissions(base, std::filesystem::perms{0444});
  const auto before = digest_of_file(base);
  std::filesystem::remove(machine_.system.path);
  run_or_fail({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.string(),
               machine_.system.path});
  machine_.system.base_path = base.string();
  ASSERT_TRUE(hypervisor_->define(machine_));
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_NE(qemu_of(machine_).find(base.string()), std::string::npos);
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  EXPECT_EQ(*digest_of_file(base), *before);
}

TEST_F(RealQemu, LeavesDataDisksAsTheyAre) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  const std::filesystem::path data = machine_.data_disks.front().path;
  const auto before = digest_of_file(data);
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  ASSERT_TRUE(hypervisor_->swap_system_disk(next_, machine_.system.path));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  ASSERT_TRUE(hypervisor_->undefine(machine_.uuid));
  EXPECT_EQ(*digest_of_file(data), *before);
}

TEST_F(RealQemu, KeepsTheHardwareInPlaceOverASwap) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  const auto devices = [&]() -> Result<std::string> {
    libvirt::Lease lease = TRY(own_link().lease());
    const libvirt::Domain domain = TRY(libvirt::find_ours(lease, machine_.uuid));
    pugi::xml_document document;
    document.load_string(TRY(libvirt::read_xml(lease, domain, libvirt::Which::inactive)).c_str());
    std::set<std::string> places;  // libvirt may list them in another order
    for (const auto& found : document.select_nodes("//devices/*[address]"))
      places.insert(fmt::format("{} {}{} {} {}", found.node().name(),
                                found.node().child("serial").text().as_string(),
                                found.node().attribute("index").as_string(),
                                found.node().child("address").attribute("bus").as_string(),
                                found.node().child("address").attribute("slot").as_string()));
    return fmt::format("{}", fmt::join(places, "\n"));
  };
  const auto before = devices();
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_NE(before->find("disk data-1 0x"), std::string::npos) << *before;
  ASSERT_TRUE(hypervisor_->swap_system_disk(next_, machine_.system.path));
  EXPECT_EQ(*devices(), *before);
}

TEST_F(RealQemu, SaysThatAGuestPanickedUntilItIsStopped) {
  write_boot_sector(machine_, panics);
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_TRUE(becomes(PowerState::crashed, 60s));
  EXPECT_EQ(hypervisor_->state(machine_.uuid).value().reason, "panicked");
  EXPECT_FAILS(hypervisor_->swap_system_disk(next_, machine_.system.path), Errc::conflict);
  const auto stopped = hypervisor_->stop(machine_.uuid, 60s);
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(*stopped, StopOutcome::forced);
}

TEST_F(RealQemu, StartsAPanickedMachineAnew) {
  write_boot_sector(machine_, panics);
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_TRUE(becomes(PowerState::crashed, 60s));
  const auto again = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(becomes(PowerState::crashed, 60s));
}

TEST_F(RealQemu, GoesDownByItselfWhenTheGuestListens) {
  write_boot_sector(machine_, obeys_the_power_button);
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  const auto stopped = hypervisor_->stop(machine_.uuid, 60s);
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(*stopped, StopOutcome::graceful);
  EXPECT_EQ(qemu_of(machine_), "");
}

TEST_F(RealQemu, NeverResumesMemoryOfAnotherSystem) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  {
    libvirt::Lease lease = own_link().lease().value();
    const auto domain = libvirt::find_ours(lease, machine_.uuid);
    ASSERT_TRUE(domain);
    ASSERT_EQ(virDomainManagedSave(domain->get(), 0), 0);
  }
  ASSERT_TRUE(hypervisor_->swap_system_disk(next_, machine_.system.path));
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(hypervisor_->state(machine_.uuid).value().system_path, next_.system.path);
  EXPECT_EQ(qemu_of(machine_).find(machine_.system.path), std::string::npos);
}

TEST_F(RealQemu, NamesTheDiskThatIsMissingAtStart) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  std::filesystem::remove(machine_.system.path);
  const auto started = hypervisor_->start(machine_.uuid);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find(machine_.system.path), std::string::npos)
      << started.error().message;
  EXPECT_EQ(hypervisor_->state(machine_.uuid).value().power, PowerState::stopped);
}

}  // namespace
}  // namespace imprint::test
