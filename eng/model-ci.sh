#!/usr/bin/env bash
# The gates of models and suites that a change brings: eng/model-ci.sh ADDRESS FOLDER...
# In each folder: model.onnx (with metadata.json) is registered in the suite at ADDRESS, which reads, loads and runs it once; infer.json, where it is
# there, must be answered; every suites/NAME.json must be taken as a suite. Nothing is promoted.
set -uo pipefail
address=${1:?say the address of a running suite and the folders to check}
shift
bad=0

# ask WHAT STATUSES CURL-ARGUMENTS...: one request; prints what is wrong.
ask() {
  local what=$1 good=$2 answer status
  shift 2
  answer=$(curl -sS --max-time 120 -w '\n%{http_code}' "$@") || answer=$'no answer\n000'
  status=${answer##*$'\n'}
  case " $good " in
    *" $status "*) printf 'ok    %s\n' "$what" ;;
    *) printf 'FAIL  %s: %s %s\n' "$what" "$status" "${answer%$'\n'*}" && bad=1 ;;
  esac
}

for folder in "$@"; do
  name="ci-$(basename "$folder" | tr -c 'a-z0-9\n' '-')-$$"
  if [ -f "$folder/model.onnx" ]; then
    parts=(-F "model=@$folder/model.onnx")
    [ ! -f "$folder/metadata.json" ] || parts=(-F "metadata=@$folder/metadata.json" "${parts[@]}")
    ask "$folder: model.onnx can be served" 201 "$address/api/models/$name/versions" "${parts[@]}"
    [ ! -f "$folder/infer.json" ] || ask "$folder: infer.json is answered" 200 "$address/v2/models/$name/versions/1/infer" -H 'Content-Type: application/json' -d "@$folder/infer.json"
  fi
  for suite in "$folder"/suites/*.json; do
    [ ! -f "$suite" ] || ask "$suite is a suite" '200 201' -X PUT "$address/api/models/$name/suites/$(basename "$suite" .json)" -H 'Content-Type: application/json' -d "@$suite"
  done
done
exit "$bad"
