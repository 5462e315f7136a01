/**
 * What dist/kfunc-lint.cjs is: loads the chunks beside it with the bytecode that the build kept of them. Compiling them anew takes a quarter of the time of a
 * lint of one patch. Bytecode of another Node is not looked at; V8 refuses what was made with other flags; then they are compiled as usual.
 */
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const KEPT = `${__dirname}/code-cache.bin`;
const MADE_BY = `${process.version} ${process.arch} ${process.versions.v8}`;
const Module = module.constructor;
const kept = readKept();
const scripts = new Map();

/** Four bytes: length of the index. The index: who made it, and by name first byte and length, from where the index ends. Then the code of each chunk. */
function readKept() {
  try {
    const bytes = readFileSync(KEPT);
    const start = 4 + bytes.readUInt32LE(0);
    const { madeBy, places } = JSON.parse(bytes.toString('latin1', 4, start));
    if (madeBy === MADE_BY) return { places, code: bytes.subarray(start) };
  } catch {
    // a build without it
  }
  return { places: {}, code: null };
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
  compile(name, filename).call(loaded.exports, loaded.exports, requireFrom, loaded, filename, __dirname, importModule);
  loaded.loaded = true;
  return loaded.exports;
}

function requireFrom(name) {
  return name.startsWith('./') ? load(name) : require(name);
}

/** From here, where `import()` works: in what is compiled below it would warn of an experimental feature. */
function importModule(name) {
  return import(name);
}

function compile(name, filename) {
  const place = kept.places[name];
  // the build writes ASCII only
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname, importModule) { ${readFileSync(filename, 'latin1')}\n})`,
    {
      filename,
      ...(place && { cachedData: kept.code.subarray(place[0], place[0] + place[1]) }),
    },
  );
  scripts.set(name, script);
  return script.runInThisContext();
}

/** Kept after a run, so that the functions which that run compiled are in it, besides those that were kept before. */
function keep() {
  const places = {};
  const pieces = [];
  let at = 0;
  const all = new Map(Object.entries(kept.places).map(([name, [start, length]]) => [name, kept.code.subarray(start, start + length)]));
  for (const [name, script] of scripts) all.set(name, script.createCachedData());
  for (const [name, code] of all) {
    // aligned, or V8 copies it
    const padding = (8 - (code.length % 8)) % 8;
    places[name] = [at, code.length];
    pieces.push(code, Buffer.alloc(padding));
    at += code.length + padding;
  }
  const text = JSON.stringify({ madeBy: MADE_BY, places });
  const padded = text + ' '.repeat((8 - ((4 + text.length) % 8)) % 8);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  writeFileSync(KEPT, Buffer.concat([length, Buffer.from(padded, 'latin1'), ...pieces]));
}

// the build runs samples with this
if (process.env.KFUNC_LINT_KEEP_CODE === '1') process.on('exit', keep);
load('./main.cjs');
