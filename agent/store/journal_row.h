#pragma once
// A job as a row of the journal's database: a versioned JSON record with its digest, and the
// columns that are searched.

#include <cstdint>
#include <string>

#include "agent/ports/journal.h"
#include "agent/store/sqlite.h"

namespace imprint::store {

extern const Schema journal_schema;

/// Begins a statement whose rows read_job and read_damage take.
inline constexpr const char* select_job =
    "SELECT id, record, record_digest, state, subject, idempotency_key, position FROM jobs ";

/// The states of jobs of which no step will run any more, is_final(JobState), for SQL.
inline constexpr const char* ended_states =
    "'succeeded', 'failed', 'rolled_back', 'cancelled', 'needs_attention'";

/// The record's text. Errc::invalid for what could not be read again, for example a context that is
/// nested too deeply.
Result<std::string> record_of(const Job& job);

/// Errc::corrupt names `file` and the row: its digest differs, its record cannot be read, or its
/// columns say something else than the record.
Result<Job> read_job(SQLite::Statement& row, const std::string& file);

std::int64_t position_of(SQLite::Statement& row);

/// What is known of a row that read_job refused for `reason`.
DamagedJob read_damage(SQLite::Statement& row, const std::string& reason);

}  // namespace imprint::store
