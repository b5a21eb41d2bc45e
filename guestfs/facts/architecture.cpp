#include "guestfs/facts/architecture.h"

#include <elf.h>

namespace imprint::facts {
namespace {

constexpr std::size_t machine_at = 18;  // e_machine, in both classes of ELF

std::string_view name_of(unsigned machine, bool wide) {
  switch (machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_386:
      return "i686";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    case EM_RISCV:
      return wide ? "riscv64" : "riscv32";
    case EM_LOONGARCH:
      return "loongarch64";
    default:
      return "";
  }
}

}  // namespace

std::string elf_architecture(std::string_view first_bytes) {
  if (first_bytes.size() < machine_at + 2 || !first_bytes.starts_with(ELFMAG)) return {};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(first_bytes[at]); };
  const bool little = byte(EI_DATA) == ELFDATA2LSB;
  const unsigned machine = little ? byte(machine_at) | unsigned{byte(machine_at + 1)} << 8
                                  : byte(machine_at + 1) | unsigned{byte(machine_at)} << 8;
  return std::string{name_of(machine, byte(EI_CLASS) == ELFCLASS64)};
}

std::string detect_architecture(guest::FollowingFs& fs) {
  for (const char* program : {"bin/sh", "sbin/init", "bin/bash", "bin/ls", "usr/bin/env"}) {
    const auto path = fs.resolve(guest::GuestPath{} / program);
    if (!path) continue;
    const auto bytes = fs.raw().read_range(*path, 0, sizeof(Elf64_Ehdr));
    if (!bytes) continue;
    if (std::string name = elf_architecture(*bytes); !name.empty()) return name;
  }
  return {};
}

}  // namespace imprint::facts
