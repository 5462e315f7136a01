/** Appends all of `from`. Not `push(...from)`: every argument takes stack, and hostile or huge input overflows it. */
export function append<T>(to: T[], from: readonly T[]): void {
  for (const one of from) to.push(one);
}
