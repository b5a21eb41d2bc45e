#pragma once
// The commands of GRUB's scripts that reach for file systems and files. Each takes its words, its
// own name first.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/grub_machine.h"

namespace imprint::facts {

using GrubWords = std::span<const GrubValue>;

/// search, search.fs_uuid and their like.
struct GrubSearchCommand {
  static void run(GrubMachine& machine, GrubWords words);

 private:
  static GrubDevice find_file(GrubMachine& machine, const std::string& path);
};

struct GrubFileCommands {
  static void load_env(GrubMachine& machine, GrubWords words);
  static void configfile(GrubMachine& machine, GrubWords words);
  static void source(GrubMachine& machine, GrubWords words);
  static void blscfg(GrubMachine& machine, GrubWords words);
  static void probe(GrubMachine& machine, GrubWords words);
  static void choose_by_priority(GrubMachine& machine, GrubWords words);
  /// Something else than a Linux kernel starts.
  static void hand_over(GrubMachine& machine, GrubWords words);

 private:
  static void load_block(GrubMachine& machine, const std::string& path,
                         const std::vector<std::string>& wanted);
  static std::optional<guest::GuestPath> config_path(GrubMachine& machine, const GrubValue& name);
  static void add_bls_item(GrubMachine& machine, BlsEntry entry, std::size_t volume);
  static std::optional<Severity> severity_of(const GrubMachine& machine, const BlsEntry& entry);
  static std::optional<guest::GuestPath> bls_folder(GrubMachine& machine, bool& undetermined);
};

/// What decides where a script goes on. Each does nothing, with the status false, where GRUB
/// refuses its arguments.
struct GrubFlowCommands {
  static void leave_loops(GrubMachine& machine, GrubWords words);     ///< break, continue
  static void leave_function(GrubMachine& machine, GrubWords words);  ///< return
  static void shift(GrubMachine& machine, GrubWords words);
  static void set_arguments(GrubMachine& machine, GrubWords words);  ///< setparams
  static void evaluate(GrubMachine& machine, GrubWords words);       ///< eval
};

}  // namespace imprint::facts
