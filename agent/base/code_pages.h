#pragma once

namespace imprint {

/// For a process that has started, or worked, and is now to stand idle: gives back the pages of
/// the program's and its libraries' code that it holds. Nothing is lost: code is never written, so
/// a page that is run again is found in the kernel's page cache, or else in its file. Only a
/// debugger's breakpoints go. Other threads may run meanwhile. Takes a millisecond.
void return_code_pages();

}  // namespace imprint
