#include "agent/workflows/open_jobs.h"

#include <vector>

#include "agent/workflows/create_instance.h"

namespace imprint::workflows {
namespace {

/// A job that makes several instances is about each of them. A plan that cannot be read is ended by
/// whoever takes the job up.
std::vector<std::string> subjects_of(const Job& job) {
  std::vector<std::string> subjects{job.subject};
  if (job.kind != JobKind::create_instance || !job.context.contains("plan")) return subjects;
  const auto plan = parse_create_plan(job.context.at("plan"));
  if (!plan) return subjects;
  for (const Instance& instance : plan->instances) subjects.push_back(instance.id.str());
  return subjects;
}

}  // namespace

void OpenJobs::add(const Job& job) {
  auto by_subject = by_subject_.lock();
  for (const std::string& subject : subjects_of(job))
    if (!subject.empty()) by_subject->insert_or_assign(subject, job.id);
}

void OpenJobs::remove(const JobId& job) {
  std::erase_if(*by_subject_.lock(), [&](const auto& entry) { return entry.second == job; });
}

std::optional<JobId> OpenJobs::about(const std::string& subject) {
  const auto by_subject = by_subject_.lock();
  const auto found = by_subject->find(subject);
  return found == by_subject->end() ? std::nullopt : std::optional{found->second};
}

std::map<std::string, JobId> OpenJobs::all() {
  return *by_subject_.lock();
}

}  // namespace imprint::workflows
