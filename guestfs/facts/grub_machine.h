#pragma once
// Runs a GRUB 2 configuration without GRUB: what the script would do is computed, nothing is
// executed. Where a condition depends on the running machine, both arms are taken and what they
// disagree on counts as unknown.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/bls.h"
#include "guestfs/facts/boot_tree.h"
#include "guestfs/facts/grub_script.h"
#include "guestfs/facts/grub_test.h"

namespace imprint::facts {

/// One script file with its text, for places.
struct GrubSource {
  std::string path;
  std::string text;
  std::vector<std::string_view> lines;
  GrubScript script;

  std::optional<Place> evaluated;  ///< where "eval" stands whose text this is

  [[nodiscard]] Place place(int line) const;
};

/// What an entry's commands have loaded.
struct GrubLoaded {
  std::optional<BootFile> kernel;
  std::vector<BootFile> initrds;
  std::string cmdline;
  Place cmdline_place;
  bool hypervisor = false;  ///< a multiboot kernel is loaded: the first module is the real one
  bool hands_over = false;
  std::string undecided;  ///< why it cannot be told for sure; empty: it can
};

/// What scripts have set, and what entries have loaded: all that differs between the two arms of an
/// undecided condition.
struct GrubState {
  std::map<std::string, GrubValue> variables;
  std::set<std::string, std::less<>> exported;  ///< names that sub-menus and other files see too
  GrubLoaded loaded;
  std::optional<Place> failed_search;
};

struct GrubMenuItem {
  std::string title;
  std::string id;
  Place place;
  const GrubBlock* body = nullptr;  ///< null for entries made of BLS files
  const GrubSource* source = nullptr;
  std::vector<GrubValue> arguments;
  bool is_submenu = false;
  bool uncertain = false;  ///< stands behind a condition that only the running machine can decide
  std::vector<GrubMenuItem> children;
  std::optional<BlsEntry> bls;
  std::size_t bls_volume = 0;
  std::optional<std::size_t> entry;          ///< its index in Boot::entries, once that is known
  std::shared_ptr<const GrubState> context;  ///< of the sub-menu that it stands in; null at the top
};

/// A configuration file that is named but not there.
struct GrubMissingConfig {
  Place place;
  std::string name;
  std::string why;
  bool undetermined = false;
  std::optional<Place> failed_search;  ///< the search before it that found nothing
};

/// Bounded: 100,000 commands, 24 levels, 2,000 undecided conditions, 16 MiB of text. Not
/// thread-safe.
class GrubMachine {
 public:
  /// `platform` as in $grub_platform: "pc", "efi", or empty where the image can do either.
  GrubMachine(const BootTree& tree, std::string platform);

  /// Runs a configuration file as GRUB does after loading its core, sub-menus included.
  void run_config(const guest::GuestPath& path);
  /// What choosing that item loads. The state of the menu stays as it was.
  GrubLoaded run_entry(const GrubMenuItem& item);

  [[nodiscard]] std::vector<GrubMenuItem>& menu() { return menu_; }
  [[nodiscard]] GrubValue variable(const std::string& name) const;
  [[nodiscard]] const std::vector<BootProblem>& problems() const { return problems_; }
  [[nodiscard]] const std::vector<std::string>& configs() const { return configs_; }
  [[nodiscard]] const std::vector<GrubMissingConfig>& missing_configs() const { return missing_; }

 private:
  friend struct GrubCommands;
  friend struct GrubCommandTable;
  friend struct GrubFileCommands;
  friend struct GrubFlowCommands;
  friend struct GrubSearchCommand;
  using Arguments = std::span<const GrubValue>;

  static constexpr std::size_t most_forks = 2'000;
  static constexpr int most_levels = 24;

  using State = GrubState;
  struct Function {
    const GrubBlock* body = nullptr;
    const GrubSource* source = nullptr;
  };

  void run_block(const GrubBlock& block);
  void run(const GrubCommand& command);
  void run_simple(const GrubCommand& command);
  void run_condition(const GrubCommand& command, std::size_t branch);
  void run_undecided(const GrubCommand& command, std::size_t branch);
  void run_while(const GrubCommand& command);
  void run_for(const GrubCommand& command);
  void call(const Function& function, Arguments arguments);
  void run_source(const guest::GuestPath& path);
  void run_text(std::unique_ptr<GrubSource> source, std::string text);
  void add_item(const GrubCommand& command, Arguments arguments);
  void expand_submenus(std::vector<GrubMenuItem>& items, int level);
  void load_bls_entry(const GrubMenuItem& item);
  /// As at the start of a sub-menu and of another configuration: what was not exported is gone.
  void keep_exported();
  void merge(const State& other);
  [[nodiscard]] bool stopped() const {
    return exhausted_ || returning_ || leaving_loops_ > 0 || finished_;
  }
  bool spend_step();
  /// Behind an arm that may not have run: nothing was left for sure.
  void stay();
  /// Behind one round of a loop: whether there may be another.
  bool next_round();
  void end_loop();

  std::vector<GrubValue> expand(const std::vector<GrubWord>& words);
  void expand_word(const GrubWord& word, std::vector<GrubValue>& fields);
  /// Of the function or entry that runs; none outside of both.
  [[nodiscard]] const std::vector<GrubValue>& arguments() const;
  /// Of a variable as scripts see it: "root", "1", "?", "@".
  [[nodiscard]] GrubValue value_of(const std::string& name) const;
  /// "$options" of a BLS entry.
  GrubValue expand_text(std::string_view text, std::vector<std::string>& undefined);
  void set(const std::string& name, GrubValue value);
  void set_exported(const std::string& name, GrubValue value);
  void problem(std::string rule, Place place, std::string message, bool undetermined = false,
               std::optional<Severity> severity = std::nullopt);
  [[nodiscard]] Place here() const { return source_ == nullptr ? Place{} : source_->place(line_); }
  void exhaust();

  struct FileName {
    guest::Match match = guest::Match::unknown;
    VolumePath file;  ///< when found
    std::string why;
  };
  [[nodiscard]] FileName locate(const GrubValue& name) const;
  [[nodiscard]] BootFile boot_file(const GrubValue& name) const;
  void enter_config(const guest::GuestPath& path);

  const BootTree& tree_;
  State state_;
  std::vector<GrubMenuItem> menu_;
  std::vector<GrubMenuItem>* open_menu_ = &menu_;  ///< where menuentry adds; null inside an entry
  std::map<std::string, Function> functions_;
  std::vector<std::unique_ptr<GrubSource>> sources_;  ///< functions and items point into them
  std::vector<std::vector<GrubValue>> positional_;
  const GrubSource* source_ = nullptr;
  int line_ = 0;
  Truth status_ = Truth::yes;
  int uncertain_ = 0;
  int depth_ = 0;
  std::size_t steps_ = 0;
  std::size_t forks_ = 0;
  std::size_t bytes_ = 0;
  bool exhausted_ = false;
  bool returning_ = false;
  int loops_ = 0;            ///< those that run
  int leaving_loops_ = 0;    ///< how many of them break or continue ends, the inner ones first
  bool continuing_ = false;  ///< the last of those only begins its next round
  bool finished_ = false;    ///< another configuration has shown its menu
  std::vector<BootProblem> problems_;
  std::vector<std::string> configs_;
  std::vector<GrubMissingConfig> missing_;
};

/// The commands of GRUB that matter here.
struct GrubCommands {
  /// Whether there is such a command; then it has run.
  static bool run(GrubMachine& machine, const GrubCommand& command,
                  std::span<const GrubValue> words);
};

}  // namespace imprint::facts
