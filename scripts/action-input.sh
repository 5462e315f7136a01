#!/usr/bin/env bash
# A step of action.yml: writes what to lint to $WORK/inputs and the tree to $WORK/tree, one path a line.
# Takes PATHS, RANGE, TREE, or BASE, HEAD and COMMITS of the pull request. Nothing of what the change says is ever run.
set -euo pipefail

fail() {
  echo "kfunc-lint: $1" >&2
  exit 2
}

# the checkout may belong to another user, as in containers
git() { command git -c "safe.directory=$GITHUB_WORKSPACE" -c core.hooksPath=/dev/null "$@"; }

# Prints the merge base, fetching as little history as will do: in a shallow checkout of a kernel the whole of it would take minutes.
merge_base() {
  local depth limit
  git merge-base "$BASE" "$HEAD" 2>/dev/null && return
  for depth in $((${COMMITS:-0} + 2)) 200 2000 20000 2147483647; do
    limit=()
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then limit=(--depth "$depth"); fi
    git fetch --quiet --no-tags --no-recurse-submodules "${limit[@]}" origin "$BASE" "$HEAD" >&2 || return
    git merge-base "$BASE" "$HEAD" 2>/dev/null && return
  done
  return 1
}

write_diff() {
  git diff --no-ext-diff --no-textconv --no-color --no-relative --src-prefix=a/ --dst-prefix=b/ --end-of-options "$@" > "$work/change.patch" -- ||
    fail "git can't tell what changed: $*"
  echo "$work/change.patch" > "$work/inputs"
}

work=$(mktemp -d "$RUNNER_TEMP/kfunc-lint.XXXXXX")
cd "$GITHUB_WORKSPACE"
if [ -n "$PATHS" ]; then
  grep -v '^[[:space:]]*$' <<< "$PATHS" > "$work/inputs" || fail 'paths holds no path'
elif [ -n "$RANGE" ]; then
  write_diff "$RANGE"
elif [ -n "$HEAD" ]; then
  base=$(merge_base) || fail "the history from $BASE to $HEAD can't be had: check out with fetch-depth: 0, or set paths"
  write_diff "$base" "$HEAD"
else
  fail 'this event is of no pull request: set paths or range'
fi

case "$TREE" in
  none) tree='' ;;
  '') if [ -f kernel/bpf/verifier.c ]; then tree=$GITHUB_WORKSPACE; else tree=''; fi ;;
  *) tree=$TREE ;;
esac
echo "$tree" > "$work/tree"
echo "work=$work" >> "$GITHUB_OUTPUT"
