// The parsers of guests' files that a check runs most, on texts of the size that a guest has.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "guestfs/facts/cpio.h"
#include "guestfs/facts/fstab.h"
#include "guestfs/facts/grub_script.h"

namespace {

using namespace imprint;

void parse_fstab(benchmark::State& state) {
  std::string text;
  for (int line = 0; line < state.range(0); ++line)
    text += fmt::format("UUID=5e1d0a44-3b1c-4c7e-9d55-{:012} /srv/{} ext4 defaults,nofail 0 2\n",
                        line, line);
  for (auto _ : state) benchmark::DoNotOptimize(facts::parse_fstab(text, "/etc/fstab"));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_fstab)->Name("Fstab/lines")->Arg(8)->Arg(1000);

/// As grub-mkconfig writes them.
void parse_grub_script(benchmark::State& state) {
  std::string text =
      "set timeout=5\nif [ x$feature_default_font_path = xy ] ; then\n  font=unicode\nfi\n";
  for (int entry = 0; entry < state.range(0); ++entry)
    text += fmt::format(
        "menuentry 'Debian {0}' --class debian $menuentry_id_option 'gnulinux-{0}' {{\n"
        "  load_video\n  insmod gzio\n  if [ x$grub_platform = xxen ]; then insmod xzio; fi\n"
        "  search --no-floppy --fs-uuid --set=root 5e1d0a44-3b1c-4c7e-9d55-0123456789ab\n"
        "  linux /boot/vmlinuz-{0} root=UUID=5e1d0a44-3b1c-4c7e-9d55-0123456789ab ro quiet\n"
        "  initrd /boot/initrd.img-{0}\n}}\n",
        entry);
  for (auto _ : state) benchmark::DoNotOptimize(facts::parse_grub_script(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_grub_script)->Name("GrubScript/entries")->Arg(4)->Arg(100);

std::string newc_entry(const std::string& name, const std::string& content) {
  std::string entry = "070701";
  const std::size_t fields[] = {1, 0100644,         0, 0, 1, 0, content.size(), 0, 0, 0,
                                0, name.size() + 1, 0};
  for (const std::size_t field : fields) entry += fmt::format("{:08X}", field);
  const auto pad = [](std::string& text) { text.resize((text.size() + 3) / 4 * 4, '\0'); };
  entry += name;
  entry += '\0';
  pad(entry);
  entry += content;
  pad(entry);
  return entry;
}

/// An unpacked initramfs of that many modules of 32 KiB each, of which no content is asked for.
void walk_archive(benchmark::State& state) {
  std::string archive;
  for (int module = 0; module < state.range(0); ++module)
    archive += newc_entry(fmt::format("usr/lib/modules/6.1.0/kernel/drivers/m{}.ko", module),
                          std::string(std::size_t{32} << 10, 'x'));
  archive += newc_entry("TRAILER!!!", "");
  for (auto _ : state) {
    facts::CpioReader reader{{[](const facts::CpioEntry&) { return false; }, {}}};
    reader.take(archive);
    benchmark::DoNotOptimize(reader.entries());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(archive.size()));
}
BENCHMARK(walk_archive)->Name("Cpio/modules")->Arg(300);

}  // namespace
