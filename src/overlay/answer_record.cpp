#include "overlay/answer_record.h"

#include <algorithm>

namespace oxbow {

void AnswerRecord::answered() {
  has_answered_ = true;
  if (state_ == State::asked) {
    weight_ = std::max(weight_ - 1, 0);
    return;
  }
  state_ = State::asked;  // from given_up too, if the link was kept
  weight_ = limits::kSkippedFrom - limits::kTimeoutWeight;  // the next fault is one too many
  probes_ = 0;
}

void AnswerRecord::timed_out(Instant now) {
  if (last_timeout_ == now) return;
  last_timeout_ = now;
  switch (state_) {
    case State::asked:
      // One that has never answered need not be given as much time as one that did.
      weight_ += has_answered_ ? limits::kTimeoutWeight : limits::kSkippedFrom;
      if (weight_ >= limits::kSkippedFrom) skip(now);
      return;
    case State::skipped:
      if (++probes_ >= limits::kProbesTolerated) state_ = State::given_up;
      return;
    case State::given_up:
      return;
  }
}

void AnswerRecord::begin_skipped(Instant now) {
  skipped_ = limits::kSkipsTolerated - 1;
  skip(now);
}

void AnswerRecord::skip(Instant now) {
  if (last_skipped_ + limits::kSkipForgotten <= now && state_ == State::asked) {
    if (last_skipped_ != Instant{}) skipped_ = 0;
  }
  last_skipped_ = now;
  probes_ = 0;
  state_ = ++skipped_ > limits::kSkipsTolerated ? State::given_up : State::skipped;
}

}  // namespace oxbow
