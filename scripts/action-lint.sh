#!/usr/bin/env bash
# A step of action.yml: lints what $WORK/inputs names; the result and its counts are outputs.
set -euo pipefail
cd "$GITHUB_WORKSPACE"
# shellcheck source=scripts/action-options.sh
source "$ACTION/scripts/action-options.sh"

mapfile -t inputs < "$WORK/inputs"
result=$WORK/result.json
if [ "${inputs[*]}" = "$WORK/change.patch" ] && [ ! -s "$WORK/change.patch" ]; then
  # nothing changed: an empty file is no patch
  inputs=("$WORK/nothing.c")
  echo "/* nothing changed */" > "$WORK/nothing.c"
fi
node "$ACTION/dist/kfunc-lint.cjs" lint "${options[@]}" --format json --fail-on never --output "$result" -- "${inputs[@]}"
node -e '
  const { findings } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const count = (verdict) => findings.filter((one) => one.verdict === verdict).length;
  console.log(`confirmed=${count("confirmed")}\nsuppressed=${count("refuted")}\nundecided=${count("undecided")}`);
  console.log(`contested=${findings.filter((one) => one.contested === true).length}`);
' "$result" >> "$GITHUB_OUTPUT"
echo "json=$result" >> "$GITHUB_OUTPUT"
