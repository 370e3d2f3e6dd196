// How RocksDB is set up: for a member that mostly sleeps, and a peer that is to start at once after
// a crash. Small buffers, two threads, a capped log.
#pragma once

#include <rocksdb/options.h>

namespace oxbow::storage {

/// `env` must outlive what is opened with them.
rocksdb::Options rocks_options(rocksdb::Env* env);

}  // namespace oxbow::storage
