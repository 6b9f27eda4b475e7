#!/bin/bash
# Makes docs/benchmark.md anew: data sets, networks, report. What is in out/ already is kept.
#   config/benchmark.sh                        (CLIPS=24 EPOCHS=2 to try it)
set -e
cd "$(dirname "${BASH_SOURCE[0]}")/.."
VICO=${VICO:-./run vico}
PAGE=docs/benchmark.md

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

$VICO evaluate --config config/benchmark.yaml --out out/benchmark --report "$PAGE"

# A smaller data set with videos, for the parts of the paper that need them.
[ -f out/videos/RLD_data.csv ] || $VICO dataset synthesize out/videos --clips 18 --seconds 6
$VICO dataset extract out/videos
$VICO dataset inspect out/videos --out out/benchmark/data_set > /dev/null
$VICO evaluate out/videos/features --render out/videos/videos --out out/benchmark/renderer

rm -rf out/benchmark/{films,study,study.key.json,guesses}
$VICO study films out/videos --model lstm=out/networks/paper_lstm/checkpoint --out out/benchmark/films
$VICO evaluate --videos paper_lstm=out/benchmark/films/own --truth out/benchmark/films/true --out out/benchmark/scored
$VICO study make out/benchmark/films/clips.csv --out out/benchmark/study --seed 1
$VICO study guess out/benchmark/study.key.json --out out/benchmark/guesses
$VICO study score out/benchmark/study.key.json out/benchmark/guesses/*.json --markdown out/benchmark/table_6.md > /dev/null

for picture in people.jpg inspection.png; do
  cp "out/benchmark/data_set/$picture" "docs/images/benchmark_$picture"
done
{
  printf '\n## With videos\n\n'
  echo "What follows is of a data set with videos, made by \`./run vico dataset synthesize out/videos --clips 18 --seconds 6\`."
  printf '\n### The data set\n\nTable 2 of the paper, by `vico dataset inspect`:\n\n```\n'
  cat out/benchmark/data_set/inspection.txt
  printf '```\n\n![One picture of each identity (Fig. A2).](images/benchmark_people.jpg)\n\n'
  printf 'One picture of each identity (Fig. A2). All of them are one portrait, tinted or mirrored.\n\n'
  printf '![Lengths of the clips, and clips by identity, role and attitude (Fig. A1 and A3).](images/benchmark_inspection.png)\n\n'
  printf 'Lengths of the clips, and clips by identity, role and attitude (Fig. A1 and A3).\n\n'
  sed 's/^#/###/; s/^### Renderer portrait/### Renderer (Table 4)/' out/benchmark/renderer/report.md
  printf '\nThe videos were drawn by the same renderer, so these numbers say that the measuring works, not how good it is.\n\n'
  sed 's/^#/###/; s/^### Generated videos/### Generated listeners/' out/benchmark/scored/report.md
  printf '\n### User study (Table 6)\n\n'
  echo 'Nobody took part: twelve made-up participants guess (`vico study guess`), which shows what chance looks like, with the'
  printf 'variances, for a study of the three clips of each split.\n\n'
  cat out/benchmark/table_6.md
} >> "$PAGE"
