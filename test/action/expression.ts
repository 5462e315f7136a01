/** Expressions of workflows, as far as action.yml has them: names, strings, `==`, `!=`, `&&`, `||`, brackets. */
export type Value = null | boolean | number | string | { [key: string]: Value };

/** Every `${{ … }}` of a text replaced. */
export function expand(text: string, context: Value): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => String(evaluate(inner, context) ?? ''));
}

/** @throws Error for anything that it does not know: better than a guess */
export function evaluate(text: string, context: Value): Value {
  const tokens = text.match(/'(?:[^']|'')*'|==|!=|&&|\|\||[()]|[\w.-]+|\S/g) ?? [];
  let at = 0;
  const either = (): Value => {
    let left = both();
    while (tokens[at] === '||') {
      at++;
      const right = both();
      left = truthy(left) ? left : right;
    }
    return left;
  };
  const both = (): Value => {
    let left = equality();
    while (tokens[at] === '&&') {
      at++;
      const right = equality();
      left = truthy(left) ? right : left;
    }
    return left;
  };
  const equality = (): Value => {
    const left = single();
    const operator = tokens[at];
    if (operator !== '==' && operator !== '!=') return left;
    at++;
    return same(left, single()) === (operator === '==');
  };
  const single = (): Value => {
    const token = tokens[at++];
    if (token === '(') {
      const value = either();
      if (tokens[at++] !== ')') throw new Error(`${text}: no closing bracket`);
      return value;
    }
    if (token?.startsWith("'")) return token.slice(1, -1).replace(/''/g, "'");
    if (token !== undefined && /^[a-z][\w.-]*$/i.test(token)) return lookUp(token, context);
    throw new Error(`${text}: can't read ${token}`);
  };
  const value = either();
  if (at < tokens.length) throw new Error(`${text}: what is ${tokens[at]}?`);
  return value;
}

function lookUp(path: string, context: Value): Value {
  return path.split('.').reduce<Value>((at, key) => (typeof at === 'object' && at !== null ? (at[key] ?? null) : null), context);
}

function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** Of different types both become numbers, as GitHub has it. */
function same(a: Value, b: Value): boolean {
  if (typeof a === typeof b && a !== null && b !== null) return a === b;
  return Number(a ?? 0) === Number(b ?? 0);
}
