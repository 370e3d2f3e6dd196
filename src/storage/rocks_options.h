// How RocksDB is set up: for a member that mostly sleeps, and a peer that is to start at once after
// a crash. Small buffers, two threads, a capped log.
#pragma once

#include <oxbow/result.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <string>

namespace oxbow::storage {

rocksdb::Options rocks_options();

/// "no-room", "damaged" or "disk", and what RocksDB said.
Error error_of(const rocksdb::Status& status, const std::string& directory);

}  // namespace oxbow::storage
