// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stage.h"

namespace veddb::doc {

expression::Evaluation PipelineContext::NewEvaluation() {
  expression::Evaluation run(NewSeed());
  const std::span<const ValueView> values = variables();
  run.ReserveVariables(values.size());
  for (size_t i = 0; i < values.size(); ++i) run.SetVariable(i, values[i]);
  return run;
}

}  // namespace veddb::doc
