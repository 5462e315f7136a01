# Sourced by the steps of action.yml that analyse: sets `options` from WORK, KERNEL, PATTERNS and TRUST.
options=(--trust "$TRUST")
tree=$(cat "$WORK/tree")
if [ -n "$tree" ]; then options+=(--tree "$tree"); fi
if [ -n "$KERNEL" ]; then options+=(--kernel "$KERNEL"); fi
while IFS= read -r pattern; do
  if [ -n "$pattern" ]; then options+=(--patterns "$pattern"); fi
done <<< "$PATTERNS"
