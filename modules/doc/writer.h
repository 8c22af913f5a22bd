// SPDX-License-Identifier: BSD-3-Clause
// DocumentWriter: a stored document as its reply: projected, as JSON, with its version or without.
// Owned by: one thread; keeps its buffers from document to document.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "doc/query/projection.h"
#include "doc/value/stored.h"
#include "modules/doc/options.h"
#include "resp/reply.h"

namespace veddb {

class DocumentWriter {
 public:
  // REQUIRES: the options outlive the writer.
  explicit DocumentWriter(const DocOptions* options)
      : options_(options), projector_(&options->projection, SeedFor(options->projection)) {}

  // `array_index`: where the filter matched (Matcher::array_index). An error of the projection:
  // nothing was written.
  Status Write(const doc::StoredDocument& stored, uint32_t array_index, Reply& reply) {
    json_.clear();
    if (options_->projection.mode() == doc::Projection::Mode::kWhole) {
      doc::WriteJson(stored.doc, options_->json, &json_);
    } else {
      projected_.clear();
      TRY(projector_.Apply(stored.doc, array_index, &projected_));
      doc::WriteJson(doc::DocView(projected_), options_->json, &json_);
    }
    if (options_->with_version) reply.Array(2);
    reply.Bulk(json_);
    if (options_->with_version) reply.Integer(static_cast<int64_t>(stored.version));
    return Ok();
  }

 private:
  // $rand alone needs one that is new.
  static uint64_t SeedFor(const doc::Projection& projection) {
    return projection.has_expressions() ? static_cast<uint64_t>(MonoNanos()) : 1;
  }

  const DocOptions* options_;
  doc::Projector projector_;
  std::string projected_;
  std::string json_;
};

}  // namespace veddb
