// How RocksDB is set up: for a member that mostly sleeps, and a peer that is to start at once after
// a crash. Small buffers, two threads, a capped log.
#pragma once

#include <rocksdb/options.h>

namespace oxbow::storage {

rocksdb::Options rocks_options();

}  // namespace oxbow::storage
