// imprint-fetch: one download for the agent, in a sandbox that reaches the network and next to no
// files. Not meant to be run by people; fetch_worker.h tells what it is given and what it answers.

#include <charconv>
#include <iostream>
#include <iterator>

#include "agent/store/fetch_worker.h"
#include "agent/store/http_transfer.h"

namespace imprint::store {
namespace {

FetchStatus status_of(Errc code) {
  if (code == Errc::not_found) return FetchStatus::not_found;
  return code == Errc::invalid ? FetchStatus::invalid : FetchStatus::unavailable;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size();
}

Result<> fetch(const std::string& url, const TransferOptions& options, int target) {
  const Address address = TRY(parse_address(url));
  std::cout << told_address << address.shown << std::endl;
  return transfer(address, options, target);
}

FetchStatus run(int target, TransferOptions options) {
  options.total = [](std::uint64_t total) { std::cout << told_total << total << std::endl; };
  const std::string url{std::istreambuf_iterator<char>{std::cin}, {}};
  const auto fetched = fetch(url, options, target);
  if (fetched) return FetchStatus::done;
  std::cerr << fetched.error().message << '\n';
  return status_of(fetched.error().code);
}

}  // namespace
}  // namespace imprint::store

int main(int argc, char** argv) {
  using namespace imprint::store;
  int target = -1;
  TransferOptions options;
  if (argc != 4 || !read_number(argv[1], target) || !read_number(argv[2], options.stall_limit)) {
    std::cerr << "imprint-fetch is started by imprintd: DESCRIPTOR SECONDS CA-FILE\n";
    return 64;
  }
  options.ca_file = argv[3];
  return static_cast<int>(run(target, std::move(options)));
}
