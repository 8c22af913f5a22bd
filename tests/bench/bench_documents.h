// SPDX-License-Identifier: BSD-3-Clause
// The documents that the document benchmarks work on: a person of about 350 bytes of JSON, with an
// object and an array inside, different for each number.
#pragma once
#include <cstdint>
#include <string>

namespace veddb {

inline std::string PersonJson(uint32_t number) {
  const std::string n = std::to_string(number);
  return R"({"_id":"person-)" + n + R"(","name":"Ada Lovelace )" + n + R"(","age":)" +
         std::to_string(number % 90) + R"(,"score":)" + std::to_string(number % 1000) +
         R"(.25,"active":)" + (number % 3 == 0 ? "true" : "false") +
         R"(,"address":{"street":"12 Analytical Row","city":"City )" + std::to_string(number % 50) +
         R"(","zip":"W1U 6TN"},"tags":["tag)" + std::to_string(number % 7) +
         R"(","reader","mathematics"],"joined":{"$date":")" +
         R"(2020-02-03T04:05:06.789Z"},"visits":)" + std::to_string(number * 7919 % 100000) +
         R"(,"note":"Writes notes upon the memoir of another, longer than the memoir."})";
}

}  // namespace veddb
