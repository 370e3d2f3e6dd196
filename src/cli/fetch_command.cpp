#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/find_options.h"
#include "cli/search_text.h"
#include "cli/temporary_download.h"
#include "client/part_file.h"
#include "report/progress.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// A stranger chose the key: only a plain name may become the name of a file here.
Result<std::string> file_name_of(const std::string& key, bool into_folder) {
  const auto slash = key.rfind('/');
  const std::string name = slash == std::string::npos ? key : key.substr(slash + 1);
  // Below a folder that was named, nothing takes it for an option.
  const bool plain = !name.empty() && name != "." && name != ".." &&
                     name.size() <= kLongestFileName && (into_folder || name[0] != '-') &&
                     printable_message(name) == name;
  if (plain) return name;
  return Error{"usage", "the key does not end in a plain file name: say where to with --to FILE",
               "--to FILE", key};
}

Result<std::string> target_of(const Options& options) {
  const std::string to = options.text("to");
  if (!to.empty() && !is_folder(to) && to.back() != '/') return to;
  Result<std::string> name = file_name_of(options.argument(0), !to.empty());
  if (!name || to.empty()) return name;
  return to + (to.back() == '/' ? "" : "/") + *name;
}

bool is_named(const SearchHit& hit, const std::string& holder) {
  return hit.holder == holder || hit.holder_id == holder || hit.holder_name == holder;
}

// The nearest holder first; with --from only that one.
Result<std::vector<SearchHit>> choose(std::vector<SearchHit> hits, const std::string& from) {
  std::stable_sort(hits.begin(), hits.end(),
                   [](const SearchHit& a, const SearchHit& b) { return a.hops < b.hops; });
  if (from.empty()) return hits;
  std::string known;
  for (const SearchHit& hit : hits) {
    known += (known.empty() ? "" : ", ") + peer_text(hit.holder_name, hit.holder);
  }
  std::erase_if(hits, [&](const SearchHit& hit) { return !is_named(hit, from); });
  if (!hits.empty()) return hits;
  return Error{"not-found", fmt::format("{} does not hold it; holders are {}", from, known), known,
               from};
}

void warn_of_other_contents(const Output& output, const std::vector<SearchHit>& hits) {
  std::set<std::string> digests;
  for (const SearchHit& hit : hits) digests.insert(hit.sha256);
  if (digests.size() < 2) return;
  output.aside(fmt::format(
      "{} different contents have this key; taking that of {} (choose another with --from)",
      digests.size(), peer_text(hits.front().holder_name, hits.front().holder)));
}

// `is_shown`: the content itself goes to stdout, so what there is to say goes beside it.
void print(const Output& output, const FetchSummary& summary, bool is_shown) {
  const double seconds = summary.elapsed_ms / 1000;
  const std::uint64_t moved = summary.size - summary.resumed;
  const double rate = seconds > 0 ? static_cast<double>(moved) / seconds : 0;
  if (output.is_json()) {
    JsonWriter json;
    json.begin_document("fetch").bytes("key", summary.key).bytes("path", summary.path);
    json.field("size", summary.size).field("sha256", summary.sha256);
    json.field("resumed", summary.resumed).field("holder", summary.holder);
    json.field("holder_name", summary.holder_name).name("failed").begin_array();
    for (const FailedHolder& failed : summary.failed) {
      json.begin_object()
          .field("holder", failed.holder)
          .field("reason", failed.reason)
          .end_object();
    }
    json.end_array().field("elapsed_ms", summary.elapsed_ms).end_object();
    output.print(json);
    return;
  }
  if (output.format() == Format::plain && !is_shown) {
    output.print_line(fmt::format("{}\t{}\t{}\t{}", printable(summary.path), summary.size,
                                  printable(summary.sha256), printable(summary.holder)));
    return;
  }
  const auto note = [&](const std::string& line) {
    is_shown ? output.aside(line) : output.note(line);
  };
  for (const FailedHolder& failed : summary.failed) {
    note(fmt::format("gave up {}: {}", printable(failed.holder), printable(failed.reason)));
  }
  const std::string from = summary.size == 0 ? "there is nothing in it"
                           : summary.holder.empty()
                               ? "already there"
                               : "from " + peer_text(summary.holder_name, summary.holder);
  const std::string line =
      fmt::format("{}  {}  {}", printable(is_shown ? summary.key : summary.path),
                  human_bytes(summary.size), from);
  is_shown ? output.aside(line) : output.print_line(line);
  note(fmt::format("sha256 {}, as announced; {} in {} ({}){}", printable(summary.sha256),
                   human_bytes(moved), human_ms(summary.elapsed_ms), human_rate(rate),
                   summary.resumed > 0
                       ? fmt::format("; {} were there before", human_bytes(summary.resumed))
                       : ""));
}

/// What is said to be too large may be a lie: another content of that name may fit.
Result<FetchSummary> fetch_what_fits(const Output& output, Client& client,
                                     std::vector<SearchHit> hits, const FetchOptions& options,
                                     const std::function<void(const FetchProgress&)>& on_progress) {
  for (;;) {
    Result<FetchSummary> summary = client.fetch(hits, options, on_progress);
    if (summary) return summary;
    const Error& error = summary.error();
    if (error.code != "no-room" && error.code != "over-max-size") return summary;
    const SearchHit refused = hits.front();
    std::vector<SearchHit> others = hits;
    std::erase_if(others, [&](const SearchHit& hit) { return hit.size >= refused.size; });
    if (others.empty()) return summary;
    output.aside(fmt::format("passing over the content of {}, {}: {}",
                             peer_text(refused.holder_name, refused.holder),
                             human_bytes(refused.size), printable_message(error.message)));
    hits = std::move(others);
  }
}

/// `10M`: in units of 1024, as the tool prints them.
Result<std::uint64_t> parse_size(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, static_cast<const char*>(text.data() + text.size()));
  constexpr std::string_view kUnits = "KMGT";
  const auto power = unit.empty() ? 0 : kUnits.find(unit.front()) + 1;
  const bool is_unit =
      unit.empty() || (power > 0 && (unit.substr(1).empty() || unit.substr(1) == "iB"));
  const bool fits = power <= kUnits.size() && number <= (~std::uint64_t{0} >> (10 * power));
  if (problem == std::errc() && number > 0 && is_unit && fits) return number << (10 * power);
  return Error{"usage", "no size: " + text, "a number of bytes, or one with K, M, G or T", text};
}

/// Neighbors refuse queries that come faster than they allow: what they refused is asked again.
Result<FindAnswer> find_patiently(Client& client, const FindRequest& request) {
  using namespace std::chrono_literals;
  const auto until = std::chrono::steady_clock::now() + 10s;
  for (auto pause = 250ms;; pause = std::min(2 * pause, 1000ms)) {
    Result<FindAnswer> answer = client.find(request);
    const bool was_refused = answer && !answer->found &&
                             answer->search.stopped != Stopped::complete &&
                             answer->search.refused.value_or(0) > 0;
    if (!was_refused || std::chrono::steady_clock::now() + pause > until) return answer;
    std::this_thread::sleep_for(pause);
  }
}

int fail_without_holder(const Output& output, const std::string& key, const FindAnswer& answer) {
  if (answer.search.stopped == Stopped::complete) {
    return output.fail({"not-found",
                        fmt::format("nobody within reach holds {}. {}", printable_message(key),
                                    search_summary(answer)),
                        "", "none"});
  }
  std::vector<std::string> why;
  std::istringstream lines(stopped_text(answer.search));
  for (std::string line; std::getline(lines, line);) why.push_back(std::move(line));
  return output.fail({"timeout",
                      fmt::format("no holder of {} was found, but not everybody within reach was "
                                  "asked (try again). {}",
                                  printable_message(key), search_summary(answer)),
                      "", "none"},
                     why);
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  const Result<std::uint64_t> max_size =
      options.has("max-size") ? parse_size(options.text("max-size")) : Result<std::uint64_t>(0);
  if (!max_size) return output.fail(max_size.error());
  const bool is_shown = options.text("to") == "-";
  if (is_shown && output.is_json()) {
    return output.fail({"usage", "--to - leaves no room for JSON on standard output: name a file",
                        "--to FILE", "-"});
  }
  std::optional<TemporaryDownload> shown;
  if (is_shown) {
    Result<TemporaryDownload> made = TemporaryDownload::make();
    if (!made) return output.fail(made.error());
    shown.emplace(std::move(*made));
  }
  const Result<std::string> target = is_shown ? shown->path() : target_of(options);
  if (!target) return output.fail(target.error());
  struct stat status {};
  if (!options.is_set("force") && ::lstat(target->c_str(), &status) == 0) {
    return output.fail(
        {"exists", *target + " exists already (replace it with --force)", "", *target});
  }
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  FindRequest request = search_request(options.argument(0), options);
  request.all = true;  // so that other holders are known, should one fail
  Result<FindAnswer> answer = find_patiently(*client, request);
  if (!answer) return output.fail(answer.error());
  if (!answer->found) return fail_without_holder(output, options.argument(0), *answer);
  Result<std::vector<SearchHit>> hits = choose(std::move(answer->hits), options.text("from"));
  if (!hits) return output.fail(hits.error());
  warn_of_other_contents(output, *hits);

  const auto started = std::chrono::steady_clock::now();
  Progress progress(output.quiet() ? Terminal() : output.error_terminal(),
                    printable(is_shown ? options.argument(0) : *target));
  const FetchOptions wanted{*target, options.is_set("force"), *max_size};
  Result<FetchSummary> summary =
      fetch_what_fits(output, *client, *hits, wanted, [&](const FetchProgress& now) {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
        progress.show(now.done, now.size, elapsed.count());
      });
  progress.wipe();
  if (!summary) return output.fail(summary.error());
  if (is_shown) {
    Status printed = shown->take_out([&](std::string_view bytes) { output.print(bytes); });
    if (!printed) return output.fail(printed.error());
  }
  print(output, *summary, is_shown);
  return exit_code::kDone;
}

}  // namespace

Command fetch_command() {
  Command command{
      .name = "fetch",
      .summary = "find a key, download it from a holder and check it",
      .details =
          "Pieces go to FILE.oxbow-part, which gets its name when all is there and its SHA-256 is "
          "the one that the hit announced. Interrupted, the same command goes on from there. When "
          "a holder "
          "fails, the next holder of the same content takes over. What does not fit on the disk "
          "with a twentieth of it (at most 1 GiB) to spare is refused at once.",
      .arguments = {{"KEY", "the key to fetch"}},
      .options =
          {{.name = "to",
            .argument = "FILE",
            .help = "Where to; a folder keeps the key's last part as the file's name; - prints the "
                    "content when it has been checked.",
            .completes = Completes::file},
           {.name = "force", .help = "Replace a file that exists already.", .kind = Kind::boolean},
           {.name = "from",
            .argument = "HOLDER",
            .help = "Take it from this holder alone: an address, id or name that find prints."},
           {.name = "max-size",
            .argument = "SIZE",
            .help = "Download nothing larger: a number of bytes, or one with K, M, G or T. In any "
                    "case some of the disk stays free."}},
      .examples = {{"oxbow fetch GPL-3", "into the current folder"},
                   {"oxbow fetch GPL-3 --to /tmp/licence --force", "to a place of your own"}},
      .run = run};
  const std::vector<OptionSpec> shared = search_options();
  command.options.insert(command.options.end(), shared.begin(), shared.end());
  return command;
}

}  // namespace oxbow::cli
