// For programs that run in a sandbox: the search for leaks at their end needs ptrace(), which they
// may not use, and its failure would become their exit status. Their environment is not passed on,
// so that ASAN_OPTIONS does not reach them.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
