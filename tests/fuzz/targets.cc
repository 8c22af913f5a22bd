// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/targets.h"

#include <algorithm>

namespace veddb::fuzz {
namespace {

constexpr Target kTargets[] = {
    {"requests", FuzzRequests},
    {"inline", FuzzInline},
    {"replies", FuzzReplies},
    {"glob", FuzzGlob},
    {"json", FuzzJson},
    {"bson", FuzzBson},
    {"ordered-key", FuzzOrderedKey},
    {"filter", FuzzFilter},
    {"schema", FuzzSchema},
    {"expression", FuzzExpression},
    {"projection", FuzzProjection},
    {"sort", FuzzSort},
    {"config-text", FuzzConfigText},
    {"config-value", FuzzConfigValue},
    {"log-record", FuzzLogRecord},
    {"log-segment", FuzzLogSegment},
    {"storage-key", FuzzStorageKey},
    {"import-file", FuzzImportFile},
};

}  // namespace

std::span<const Target> Targets() { return kTargets; }

const Target* FindTarget(Bytes name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

Bytes TakeLine(Bytes* input) {
  const size_t end = std::min(input->find('\n'), input->size());
  const Bytes line = input->substr(0, end);
  input->remove_prefix(std::min(end + 1, input->size()));
  return line;
}

uint8_t TakeByte(Bytes* input) {
  if (input->empty()) return 0;
  const auto byte = static_cast<uint8_t>(input->front());
  input->remove_prefix(1);
  return byte;
}

}  // namespace veddb::fuzz
