#!/usr/bin/env bash
# A step of action.yml: judges the review that REVIEW names, and writes it back without what is refuted.
set -euo pipefail
cd "$GITHUB_WORKSPACE"
# shellcheck source=scripts/action-options.sh
source "$ACTION/scripts/action-options.sh"

while IFS= read -r input; do options+=(--patch "$input"); done < "$WORK/inputs"
mapfile -t reviews < <(grep -v '^[[:space:]]*$' <<< "$REVIEW")
# one file goes to a file, several and folders to a folder
filtered=$WORK/filtered
if [ "${#reviews[@]}" -gt 1 ] || [ -d "${reviews[0]}" ]; then mkdir "$filtered"; fi
node "$ACTION/dist/kfunc-lint.cjs" judge "${options[@]}" --format json --fail-on never --filtered "$filtered" --output "$WORK/judged.json" -- "${reviews[@]}"
echo "judged=$WORK/judged.json" >> "$GITHUB_OUTPUT"
# nothing is there where nothing of the review stands
if [ -f "$filtered" ] || [ -n "$(ls -A "$filtered" 2>/dev/null)" ]; then echo "filtered=$filtered" >> "$GITHUB_OUTPUT"; fi
