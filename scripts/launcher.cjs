/**
 * What dist/kfunc-lint.cjs is: loads the chunks beside it with the machine code that the build kept of them. Compiling them anew takes a quarter of the time of
 * a lint of one patch. V8 itself refuses code of another version of Node or other flags, and then compiles as usual.
 */
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { Script, constants } = require('node:vm');

const KEPT = `${__dirname}/code-cache.bin`;
const Module = module.constructor;
const kept = readKept();
const scripts = new Map();

/** Four bytes: length of the index. The index: name → first byte and length, from where the index ends. Then the code of each chunk. */
function readKept() {
  try {
    const bytes = readFileSync(KEPT);
    const start = 4 + bytes.readUInt32LE(0);
    return { index: JSON.parse(bytes.toString('latin1', 4, start)), code: bytes.subarray(start) };
  } catch {
    return { index: {}, code: null };
  }
}

/** `name`: `./chunk.cjs`. In Node's own cache, so that a chunk that is an ES module gets the same one. */
function load(name) {
  const filename = `${__dirname}/${name.slice(2)}`;
  const known = require.cache[filename];
  if (known) return known.exports;
  const loaded = new Module(filename, module);
  loaded.filename = filename;
  loaded.paths = module.paths;
  require.cache[filename] = loaded;
  compile(name, filename).call(loaded.exports, loaded.exports, requireFrom, loaded, filename, __dirname);
  loaded.loaded = true;
  return loaded.exports;
}

function requireFrom(name) {
  return name.startsWith('./') ? load(name) : require(name);
}

function compile(name, filename) {
  const place = kept.index[name];
  // the build writes ASCII only
  const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, 'latin1')}\n})`, {
    filename,
    ...(place && { cachedData: kept.code.subarray(place[0], place[0] + place[1]) }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(name, script);
  return script.runInThisContext();
}

/** Kept after a run, so that the functions which that run compiled are in it. */
function keep() {
  const index = {};
  const pieces = [];
  let at = 0;
  for (const [name, script] of scripts) {
    const code = script.createCachedData();
    // aligned, or V8 copies it
    const padding = (8 - (code.length % 8)) % 8;
    index[name] = [at, code.length];
    pieces.push(code, Buffer.alloc(padding));
    at += code.length + padding;
  }
  const text = JSON.stringify(index);
  const padded = text + ' '.repeat((8 - ((4 + text.length) % 8)) % 8);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  writeFileSync(KEPT, Buffer.concat([length, Buffer.from(padded, 'latin1'), ...pieces]));
}

// the build runs one lint with this
if (process.env.KFUNC_LINT_KEEP_CODE === '1') process.on('exit', keep);
load('./main.cjs');
