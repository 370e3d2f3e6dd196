// A shopping cart that can be changed on two sides of a cut network, and loses nothing.
//
//   shopping_cart CART add ITEM [PEER]
//   shopping_cart CART remove ITEM [PEER]
//   shopping_cart CART show [PEER]
//
// Two carts that were changed without knowledge of each other become siblings, and whoever touches
// the cart next merges them. The obvious merge, the union of the items, has a flaw that Dynamo's
// paper owns up to (DeCandia et al. 2007, section 4.4): an item that one side removed is still in
// the other side's cart, so the union brings it back.
//
// This cart remembers more than what is in it. Every "add" has a name of its own (a tag: random, so
// that no two are the same), and a "remove" writes down the tags that it has seen. Merging is the
// union of both lists; an item is in the cart if one of its tags has not been removed. So
//   * what one side added stays: nobody has removed its tag, as nobody else has seen it;
//   * what one side removed stays removed: its tag comes back with the other cart, and so does the
//     note that it is gone;
//   * what one side removes while the other adds it once more stays: the new tag is another one.
// (An "observed-remove set": Shapiro et al. 2011.) The price is that tags of removed items are
// kept.
#include <oxbow/client.h>

#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Cart {
  std::map<std::string, std::string> added;  // tag → item
  std::set<std::string> removed;             // tags

  /// The items and how many of each.
  std::map<std::string, int> items() const {
    std::map<std::string, int> counts;
    for (const auto& [tag, item] : added) {
      if (!removed.contains(tag)) ++counts[item];
    }
    return counts;
  }
};

// As text: `+ TAG ITEM` for each add, `- TAG` for each remove. Sorted, so equal carts are equal.
std::string to_text(const Cart& cart) {
  std::string text;
  for (const auto& [tag, item] : cart.added) text += "+ " + tag + " " + item + "\n";
  for (const std::string& tag : cart.removed) text += "- " + tag + "\n";
  return text;
}

// Adds what `text` says to `cart`: read one after the other, siblings are merged.
void merge_into(Cart& cart, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string sign, tag, item;
    words >> sign >> tag >> std::ws;
    std::getline(words, item);
    if (sign == "+" && !item.empty()) cart.added[tag] = item;
    if (sign == "-") cart.removed.insert(tag);
  }
}

Cart merged(const std::vector<oxbow::GetValue>& siblings) {
  Cart cart;
  for (const oxbow::GetValue& sibling : siblings) merge_into(cart, sibling.value);
  return cart;
}

std::string fresh_tag() {
  std::random_device random;
  char tag[17];
  std::snprintf(tag, sizeof tag, "%08x%08x", random(), random());
  return tag;
}

// The tags of every `item` that is in this cart.
std::set<std::string> tags_of(const Cart& cart, const std::string& item) {
  std::set<std::string> tags;
  for (const auto& [tag, name] : cart.added) {
    if (name == item && !cart.removed.contains(tag)) tags.insert(tag);
  }
  return tags;
}

int complain(const oxbow::Error& error) {
  std::fprintf(stderr, "shopping_cart: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool shows = words.size() >= 2 && words[1] == "show";
  const bool changes = words.size() >= 3 && (words[1] == "add" || words[1] == "remove");
  const std::size_t known = shows ? 2 : 3;
  if ((!shows && !changes) || words.size() > known + 1) {
    std::fprintf(stderr,
                 "usage: shopping_cart CART add ITEM [PEER]\n"
                 "       shopping_cart CART remove ITEM [PEER]\n"
                 "       shopping_cart CART show [PEER]\n");
    return 2;
  }
  const std::string key = "carts/" + words[0];
  auto client = oxbow::Client::connect(words.size() > known ? words[known] : "127.0.0.1:7400");
  if (!client) return complain(client.error());

  if (changes) {
    // What is changed is settled here, once: update() merges again when somebody else was faster,
    // and a tag drawn in there would be one more item each time.
    Cart change;
    if (words[1] == "add") {
      change.added[fresh_tag()] = words[2];
    } else {
      const auto seen = client->get(key);
      if (!seen) return complain(seen.error());
      change.removed = tags_of(merged(seen->values), words[2]);
    }
    const auto written = client->update(key, [&](const std::vector<oxbow::GetValue>& siblings) {
      Cart cart = merged(siblings);
      merge_into(cart, to_text(change));
      return to_text(cart);
    });
    if (!written) return complain(written.error());
  }
  const auto answer = client->get(key);
  if (!answer) return complain(answer.error());
  if (answer->values.size() > 1) std::printf("(%zu siblings, merged)\n", answer->values.size());
  const auto items = merged(answer->values).items();
  for (const auto& [item, count] : items) std::printf("%d x %s\n", count, item.c_str());
  if (items.empty()) std::printf("the cart is empty\n");
}
