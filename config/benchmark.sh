#!/bin/bash
# Makes docs/benchmark.md anew: data set, networks, report. What is in out/ already is kept.
#   config/benchmark.sh                        (CLIPS=24 EPOCHS=2 to try it)
set -e
cd "$(dirname "${BASH_SOURCE[0]}")/.."
VICO=${VICO:-./run vico}

$VICO dataset synthesize out/synthetic --clips "${CLIPS:-240}" --features-only

network() {  # NAME GENERATOR HIDDEN EPOCHS
  [ -d "out/networks/$1/checkpoint" ] && return
  mkdir -p out/networks
  sed "s/generator: lstm .*/generator: $2\n  hidden: $3/" config/training/vico_paper.yaml > "out/networks/$1.yaml"
  $VICO train "out/networks/$1.yaml" --features out/synthetic/features --out "out/networks/$1" --epochs "${EPOCHS:-$4}"
}
network paper_lstm lstm 96 30
network gru gru 112 30
network transformer transformer 96 10
network non_sequential non_sequential 96 30

$VICO evaluate --config config/benchmark.yaml --out out/benchmark --report docs/benchmark.md
