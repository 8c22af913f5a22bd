// SPDX-License-Identifier: BSD-3-Clause
// The fuzz targets: functions that take any bytes and abort (CHECK) where a promise is broken. One
// table names them all; libFuzzer (fuzz_main.cc) and the smoke run (corpus_main.cc) both use it.
// A target depends on nothing but its input, so that an input repeats what it found.
#pragma once
#include <span>

#include "base/bytes.h"

namespace veddb::fuzz {

void FuzzRequests(Bytes input);
void FuzzInline(Bytes input);
void FuzzReplies(Bytes input);
void FuzzGlob(Bytes input);
void FuzzJson(Bytes input);
void FuzzBson(Bytes input);
void FuzzOrderedKey(Bytes input);
void FuzzFilter(Bytes input);
void FuzzSchema(Bytes input);
void FuzzExpression(Bytes input);
void FuzzProjection(Bytes input);
void FuzzSort(Bytes input);
void FuzzConfigText(Bytes input);
void FuzzConfigValue(Bytes input);
void FuzzLogRecord(Bytes input);
void FuzzLogSegment(Bytes input);
void FuzzStorageKey(Bytes input);
void FuzzImportFile(Bytes input);

struct Target {
  Bytes name;  // also the folder of its seeds below corpus/
  void (*run)(Bytes input);
};
std::span<const Target> Targets();
// nullptr: there is none of this name.
const Target* FindTarget(Bytes name);

// Takes the text up to the first line end off the front of *input (all of it if there is none).
Bytes TakeLine(Bytes* input);
// Takes one byte off the front; 0 if there is none.
uint8_t TakeByte(Bytes* input);

}  // namespace veddb::fuzz
