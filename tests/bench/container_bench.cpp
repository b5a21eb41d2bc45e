// The container gate on files as they come: what a check costs before any other program sees the
// image.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>

#include "guestfs/container/gate.h"
#include "tests/support/temp_folder.h"

namespace {

using imprint::container::FileSource;

void judge_file(benchmark::State& state, const std::filesystem::path& path) {
  for (auto _ : state) {
    auto source = FileSource::open(path);
    if (!source) return state.SkipWithError(source.error().message.c_str());
    auto report = imprint::container::judge(*source, std::nullopt);
    if (!report.findings.empty())
      return state.SkipWithError(report.findings.front().message.c_str());
    benchmark::DoNotOptimize(report);
  }
}

/// The file that IMPRINT_BENCH_IMAGE names, opened anew each time.
void judge_named_file(benchmark::State& state) {
  const char* path = std::getenv("IMPRINT_BENCH_IMAGE");
  if (path == nullptr) return state.SkipWithError("IMPRINT_BENCH_IMAGE names no image");
  judge_file(state, path);
}
BENCHMARK(judge_named_file)->Name("ContainerGate/file");

/// A raw disk without anything in it.
void judge_blank_raw(benchmark::State& state) {
  const imprint::test::TempFolder folder;
  const auto path = folder / "blank.raw";
  std::ofstream{path} << "x";
  std::filesystem::resize_file(path, std::uintmax_t{100} << 30);
  for (auto _ : state) {
    auto source = FileSource::open(path);
    if (!source) return state.SkipWithError(source.error().message.c_str());
    benchmark::DoNotOptimize(imprint::container::judge(*source, std::nullopt));
  }
}
BENCHMARK(judge_blank_raw)->Name("ContainerGate/sparse raw disk of 100 GiB");

}  // namespace
