#pragma once

#include "agent/base/command.h"
#include "agent/store/image_source.h"

namespace imprint::store {

/// imprint-fetch in its sandbox, with what fetch_worker.h agrees upon but the descriptor. Errc::
/// unavailable: it is not installed.
Result<Command> fetch_command(const std::string& url, const HttpOptions& options);

/// The descriptor that the bytes of the file go to.
void give_descriptor(Command& command, int descriptor);

/// What the end of imprint-fetch says of the transfer. Errors as of ImageSource::fetch.
Result<> check_fetched(const Result<CommandOutput>& output);

}  // namespace imprint::store
