#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "net/socket_address.h"
#include "storage/signal_mask.h"

namespace oxbow::net {

namespace {

struct Answer {
  std::string name;
  std::vector<Address> addresses;
  std::string error;
};

}  // namespace

struct Resolver::Answers {
  std::mutex mutex;
  std::vector<Answer> answers;
  uv_async_t* wake = nullptr;  // null: the Resolver is gone

  void add(Answer answer) {
    const std::scoped_lock lock(mutex);
    if (wake == nullptr) return;
    answers.push_back(std::move(answer));
    uv_async_send(wake);
  }
};

std::vector<Address> look_up_host(const std::string& name, std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    error = ::gai_strerror(code);
    return {};
  }
  std::vector<Address> addresses;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    addresses.push_back(from_socket_address(*info->ai_addr));
  }
  ::freeaddrinfo(list);
  return addresses;
}

Resolver::Resolver(Loop& loop, LookUp look_up, std::size_t threads)
    : look_up_(std::move(look_up)),
      threads_(threads),
      answers_(std::make_shared<Answers>()),
      wake_(new uv_async_t{}) {
  wake_->data = this;
  uv_async_init(loop.uv(), wake_,
                [](uv_async_t* handle) { static_cast<Resolver*>(handle->data)->take_answers(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(wake_));
  answers_->wake = wake_;
}

Resolver::~Resolver() {
  {
    const std::scoped_lock lock(answers_->mutex);
    answers_->wake = nullptr;
  }
  uv_close(reinterpret_cast<uv_handle_t*>(wake_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_async_t*>(handle); });
}

LookupNumber Resolver::look_up(const std::string& name, LookedUp done) {
  const LookupNumber number{++last_};
  const auto [lookup, is_new] = lookups_.try_emplace(name);
  lookup->second.waiting.emplace(number, std::move(done));
  if (is_new) line_.push_back(name);
  begin_some();
  return number;
}

void Resolver::cancel(LookupNumber number) {
  if (ending_.erase(number) > 0) return;
  for (auto lookup = lookups_.begin(); lookup != lookups_.end(); ++lookup) {
    if (lookup->second.waiting.erase(number) == 0) continue;
    if (!lookup->second.waiting.empty()) return;
    if (lookup->second.is_running) return remember_failed(lookup->first);  // it takes too long
    std::erase(line_, lookup->first);
    lookups_.erase(lookup);
    return;
  }
}

void Resolver::begin_some() {
  for (auto name = line_.begin(); name != line_.end() && running_ < threads_;) {
    Lookup& lookup = lookups_.at(*name);
    lookup.had_failed = failed_.contains(*name);
    if (lookup.had_failed && running_failed_ >= std::max<std::size_t>(threads_ / 2, 1)) {
      ++name;
      continue;
    }
    if (!begin(*name, lookup)) return;  // once one of the others has ended
    name = line_.erase(name);
  }
}

/// False: the system has no thread for it.
bool Resolver::begin(const std::string& name, Lookup& lookup) {
  try {
    const storage::SignalMask masked;  // signals are for the thread of the loop
    std::thread([answers = answers_, look_up = look_up_, name] {
      Answer answer;
      answer.name = name;
      answer.addresses = look_up(name, answer.error);
      answers->add(std::move(answer));
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  lookup.is_running = true;
  ++running_;
  if (lookup.had_failed) ++running_failed_;
  return true;
}

void Resolver::take_answers() {
  std::vector<Answer> answers;
  {
    const std::scoped_lock lock(answers_->mutex);
    answers.swap(answers_->answers);
  }
  for (const Answer& answer : answers) ended(answer.name, answer.addresses, answer.error);
  begin_some();
}

void Resolver::ended(const std::string& name, std::span<const Address> addresses,
                     std::string_view error) {
  auto lookup = lookups_.extract(name);
  --running_;
  if (lookup.mapped().had_failed) --running_failed_;
  if (addresses.empty()) {
    remember_failed(name);
  } else {
    failed_.erase(name);
  }
  // Who is told may cancel another one that is to be told.
  ending_ = std::move(lookup.mapped().waiting);
  while (!ending_.empty()) ending_.extract(ending_.begin()).mapped()(addresses, error);
}

void Resolver::remember_failed(const std::string& name) {
  if (failed_.size() >= limits::kConfiguredNeighbors) failed_.clear();
  failed_.insert(name);
}

}  // namespace oxbow::net
