// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/docs/orders.h"

#include <array>
#include <cstdio>

#include "doc/value/time_text.h"

namespace veddb::bench {
namespace {

constexpr std::array kFirstNames = {"Ada",     "Grace",  "Alan", "Edsger",
                                    "Barbara", "Donald", "Lynn", "Tony"};
constexpr std::array kLastNames = {"Kowalski", "Ferreira", "Okafor", "Lindqvist", "Moreau",
                                   "Tanaka",   "Novak",    "Silva",  "Haddad",    "Brown"};
constexpr std::array kCities = {"Porto", "Lagos", "Uppsala", "Lyon", "Osaka", "Brno", "Leeds"};
constexpr std::array kGoods = {"Desk lamp", "Notebook",      "Fountain pen",
                               "Ruler",     "Chair cushion", "Paper clips"};
constexpr std::array kStates = {"new",     "paid",      "packed",    "shipped",   "shipped",
                                "shipped", "delivered", "delivered", "delivered", "returned"};

// SplitMix64: a stream of numbers for each order.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15) {}
  uint64_t Below(uint64_t n) {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % n;
  }
  template <size_t N>
  const char* Of(const std::array<const char*, N>& words) {
    return words[Below(N)];
  }

 private:
  uint64_t state_;
};

std::string Cents(uint64_t cents) {
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%02llu", static_cast<unsigned long long>(cents / 100),
                static_cast<unsigned long long>(cents % 100));
  return text;
}

std::string Customer(uint64_t id) {
  Dice dice(id + 1'000'000'007);
  const std::string first = dice.Of(kFirstNames);
  const std::string last = dice.Of(kLastNames);
  return R"({"id":)" + std::to_string(id) + R"(,"name":")" + first + " " + last + R"(","email":")" +
         first + "." + last + std::to_string(id) + R"(@example.com","city":")" + dice.Of(kCities) +
         "\"}";
}

}  // namespace

int64_t OrderSet::CreatedMs(uint64_t number) const {
  const auto span = static_cast<double>(kLastMs - kFirstMs);
  return kFirstMs +
         static_cast<int64_t>(span * static_cast<double>(number) / static_cast<double>(size));
}

std::string IsoText(int64_t unix_ms) {
  std::string text;
  doc::AppendIsoDate(unix_ms, &text);
  // Always with milliseconds, so that texts are in the order of the moments.
  if (unix_ms % 1000 == 0) text.insert(text.size() - 1, ".000");
  return text;
}

std::string OrderSet::Json(uint64_t number, DateForm dates) const {
  Dice dice(number);
  std::string out = R"({"_id":)" + std::to_string(number) + R"(,"customer":)" +
                    Customer(dice.Below(customers())) + R"(,"items":[)";
  uint64_t total = 0;
  const uint64_t items = 2 + dice.Below(3);
  for (uint64_t i = 0; i < items; ++i) {
    const uint64_t quantity = 1 + dice.Below(5);
    const uint64_t price = 99 + dice.Below(9900);
    total += quantity * price;
    if (i > 0) out += ",";
    out += R"({"sku":"SKU-)" + std::to_string(10000 + dice.Below(5000)) + R"(","name":")" +
           dice.Of(kGoods) + R"(","quantity":)" + std::to_string(quantity) + R"(,"price":)" +
           Cents(price) + "}";
  }
  const int64_t jitter = static_cast<int64_t>(dice.Below(60'000));
  const std::string iso = "\"" + IsoText(CreatedMs(number) + jitter) + "\"";
  out += R"(],"created":)" + (dates == DateForm::kIsoText ? iso : R"({"$date":)" + iso + "}");
  return out + R"(,"status":")" + dice.Of(kStates) + R"(","total":)" + Cents(total) +
         R"(,"views":0})";
}

}  // namespace veddb::bench
