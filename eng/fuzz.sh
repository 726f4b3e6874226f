#!/usr/bin/env bash
# Feeds damaged inputs to every reader of foreign bytes (safetensors, GGUF, indexes, tokenizers, configurations, templates, pictures, tags):
#   eng/fuzz.sh [INPUTS [SEED]]        inputs for each reader, a million unless said otherwise
# Fails when a reader throws what it does not document, takes more memory than it may, or a second for one input.
set -euo pipefail
cd "$(dirname "$0")/.."
export NUNCHI_FUZZ_INPUTS="${1:-1000000}" NUNCHI_FUZZ_SEED="${2:-1}"
exec dotnet test --project tests/Nunchi.Tests -- --filter-method 'Nunchi.Tests.Fuzzing.ReaderFuzzTests.*' --filter-method '*GgufFileTests.Open_Mutated_*'
