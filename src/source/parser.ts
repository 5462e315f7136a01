/** tree-sitter, loaded when it is first needed: `require` takes a third of the time of `import` (10 ms against 30 to 47). */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The syntax tree as plain objects, made by one walk: reaching into the native tree node by node costs ten times as much. */
export interface Node {
  type: string;
  /** the grammar's name for its place in the parent; null for punctuation and unnamed places */
  field: string | null;
  named: boolean;
  /** offsets (UTF-16 units) into the text parsed, `base` added */
  start: number;
  end: number;
  /** an error, something the parser had to invent, or nested too deep to be read */
  bad: boolean;
  kids: Node[];
}

interface Cursor {
  nodeType: string;
  nodeIsNamed: boolean;
  nodeIsMissing: boolean;
  startIndex: number;
  endIndex: number;
  currentFieldName: string | null;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

interface NativeParser {
  setLanguage(language: unknown): void;
  parse(read: (index: number) => string): { walk(): Cursor };
}

/** Deeper trees than this are cut, and the cut marked bad: what reads them recurses. */
const DEPTH_LIMIT = 400;
/** tree-sitter's buffer is 32 KiB: a longer string makes its parse() throw, a callback does not. */
const CHUNK = 8192;

let parser: NativeParser | null = null;

function load(): NativeParser {
  if (parser) return parser;
  const require = createRequire(import.meta.url);
  const Parser = require('tree-sitter') as new () => NativeParser;
  parser = new Parser();
  parser.setLanguage(loadGrammar(require.resolve('tree-sitter-c/package.json')));
  return parser;
}

/** The grammar as its package loads it, but without the table of node types: that makes classes nobody here uses, and doubles the time of loading. */
function loadGrammar(manifest: string): unknown {
  const build = createRequire(manifest)('node-gyp-build') as (folder: string) => unknown;
  return build(dirname(manifest));
}

/** Parses C. Never throws for what the text holds: errors are nodes with `bad`. No offset of the result is beyond `limit` (before `base` is added). */
export function parseC(text: string, base = 0, limit = text.length): Node {
  const tree = load().parse((index) => text.slice(index, index + CHUNK));
  return walk(tree.walk(), base, limit);
}

/** One pass with an explicit stack: the height of the tree is the input's choice. */
function walk(cursor: Cursor, base: number, limit: number): Node {
  const root = read(cursor, base, limit);
  const stack = [root];
  if (!cursor.gotoFirstChild()) return root;
  for (;;) {
    const node = read(cursor, base, limit);
    stack.at(-1)!.kids.push(node);
    if (cursor.gotoFirstChild()) {
      if (stack.length < DEPTH_LIMIT) {
        stack.push(node);
        continue;
      }
      node.bad = true;
      cursor.gotoParent();
    }
    while (!cursor.gotoNextSibling()) {
      cursor.gotoParent();
      stack.pop();
      if (stack.length === 0) return root;
    }
  }
}

function read(cursor: Cursor, base: number, limit: number): Node {
  const type = cursor.nodeType;
  const named = cursor.nodeIsNamed;
  return {
    type,
    named,
    field: named ? (cursor.currentFieldName ?? null) : null,
    start: Math.min(cursor.startIndex, limit) + base,
    end: Math.min(cursor.endIndex, limit) + base,
    bad: type === 'ERROR' || cursor.nodeIsMissing,
    kids: [],
  };
}
