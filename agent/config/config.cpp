#include "agent/config/config.h"

#include "agent/base/atomic_file.h"
#include "agent/config/table_reader.h"

namespace imprint::config {
namespace {

constexpr std::size_t file_limit = std::size_t{1} << 20;

void read_node(TableReader table, Node& node) {
  table.text("name", node.name);
  table.text("region", node.region);
  table.finish();
}

void read_socket(TableReader table, Socket& socket) {
  table.absolute_path("path", socket.path);
  table.mode("mode", socket.mode);
  table.text("group", socket.group);
  table.finish();
}

void read_access(TableReader table, Access& access) {
  table.texts("viewers", access.viewers);
  table.texts("operators", access.operators);
  table.texts("admins", access.admins);
  table.finish();
}

void read_hypervisor(TableReader table, Hypervisor& hypervisor) {
  table.text("plugin", hypervisor.plugin);
  table.absolute_path("plugin_folder", hypervisor.plugin_folder);
  table.text("uri", hypervisor.uri);
  table.word("accelerator", hypervisor.accelerator, {"auto", "kvm", "tcg"});
  table.finish();
}

void read_space(TableReader table, Space& space) {
  table.size("low", space.low);
  table.size("full", space.full);
  table.finish();
}

void read_journal(TableReader table, Journal& journal) {
  table.number("keep_jobs", journal.keep_jobs, 100, 1'000'000);
  table.duration("keep_time", journal.keep_time);
  table.finish();
}

void read_images(TableReader table, Images& images) {
  table.text("profile", images.profile);
  table.finish();
}

void read_worker(TableReader table, Worker& worker) {
  table.absolute_path("program", worker.program);
  table.duration("time_limit", worker.time_limit);
  table.finish();
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& name) {
  toml::table root = TRY(parse_toml(text, name));
  Config config;
  Fault fault;
  TableReader table{root, "", name, fault};
  table.absolute_path("state_folder", config.state_folder);
  table.absolute_path("cache_folder", config.cache_folder);
  table.word("log_level", config.log_level, {"debug", "info", "warning", "error"});
  table.number("job_threads", config.job_threads, 1, 64);
  table.duration("retention", config.retention);
  read_node(table.table("node"), config.node);
  read_socket(table.table("socket"), config.socket);
  read_access(table.table("access"), config.access);
  read_hypervisor(table.table("hypervisor"), config.hypervisor);
  read_space(table.table("space"), config.space);
  read_journal(table.table("journal"), config.journal);
  read_images(table.table("images"), config.images);
  read_worker(table.table("worker"), config.worker);
  table.finish();
  if (fault) return *fault;
  return config;
}

Result<Config> load_config(const std::filesystem::path& path) {
  const std::string text = TRY_WITH(read_file(path, file_limit), "configuration");
  return parse_config(text, path.string());
}

}  // namespace imprint::config
