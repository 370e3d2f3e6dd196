#include "storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "base/limits.h"

namespace oxbow::storage {

rocksdb::Options rocks_options(rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(limits::kBlockCache);
  table.cache_index_and_filter_blocks = true;  // so that they are within the bound
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;

  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;  // clients compress what is worth it

  options.write_buffer_size = limits::kWriteBuffer;
  options.max_write_buffer_number = 3;
  options.arena_block_size = 128 * 1024;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.max_total_wal_size = limits::kWal;
  options.max_background_jobs = 2;
  options.max_open_files = static_cast<int>(limits::kOpenFiles);

  // One thread writes: nothing of what is for many is of use.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // After a crash all is there up to the first record that is not whole: what was synced.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;

  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = 1024 * 1024;
  options.keep_log_file_num = 3;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

}  // namespace oxbow::storage
