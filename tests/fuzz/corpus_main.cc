// SPDX-License-Identifier: BSD-3-Clause
// The smoke run of all fuzz targets, without a fuzzer: every file of every corpus, and a few
// thousand damaged copies of them, always the same.
//
//   fuzz-corpus CORPUS [MUTATIONS-PER-FILE [TARGET]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace veddb::fuzz {
namespace {

constexpr int kMutationsDefault = 300;
constexpr size_t kInputBytesMax = 4096;

std::vector<std::string> ReadInputs(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(folder)) paths.push_back(file.path());
  std::sort(paths.begin(), paths.end());  // the order decides what is mixed with what
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& inputs) : inputs_(inputs) {}

  std::string Mutate(std::string input) {
    for (size_t i = 0; i <= Below(4); ++i) Step(input);
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
    return input;
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  void Step(std::string& input) {
    const std::string& other = inputs_[Below(inputs_.size())];
    const size_t at = Below(input.size() + 1);
    const size_t length = Below(1 + std::min<size_t>(input.size() - at, 16));
    const size_t from = Below(other.size() + 1);
    switch (Below(5)) {
      case 0:
        input.replace(at, length, 1, static_cast<char>(random_()));
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, other.substr(from, Below(32)));
        break;
      case 3:
        input.insert(at, input.substr(at, length));
        break;
      default:
        input.replace(at, input.size() - at, other.substr(from));
        break;
    }
  }

  const std::vector<std::string>& inputs_;
  std::mt19937 random_{20240601};
};

bool RunTarget(const Target& target, const std::filesystem::path& corpus, int mutations) {
  const std::filesystem::path folder = corpus / target.name;
  if (!std::filesystem::is_directory(folder)) {
    std::fprintf(stderr, "%s: no corpus %s\n", target.name.data(), folder.c_str());
    return false;
  }
  const std::vector<std::string> inputs = ReadInputs(folder);
  for (const std::string& input : inputs) target.run(input);
  Mutator mutator(inputs);
  for (const std::string& input : inputs) {
    for (int i = 0; i < mutations; ++i) {
      // A heap block of its own: a sanitizer sees every read beyond it.
      const std::string damaged = mutator.Mutate(input);
      const std::vector<char> block(damaged.begin(), damaged.end());
      target.run({block.data(), block.size()});
    }
  }
  std::printf("%-14s %zu files, %zu inputs\n", target.name.data(), inputs.size(),
              inputs.size() * static_cast<size_t>(1 + mutations));
  return !inputs.empty();
}

}  // namespace
}  // namespace veddb::fuzz

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("fuzz-corpus CORPUS [MUTATIONS-PER-FILE [TARGET]]\n", stderr);
    return 2;
  }
  const int mutations = argc > 2 ? std::atoi(argv[2]) : veddb::fuzz::kMutationsDefault;
  bool good = true;
  for (const auto& target : veddb::fuzz::Targets()) {
    if (argc > 3 && target.name != argv[3]) continue;
    std::printf("%s\n", target.name.data());
    std::fflush(stdout);  // named before it may abort
    good &= veddb::fuzz::RunTarget(target, argv[1], mutations);
  }
  return good ? 0 : 1;
}
