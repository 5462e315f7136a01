/** The SARIF 2.1.0 schema, and what code scanning asks beyond it. */
import { createRequire } from 'node:module';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
// one pattern of the schema is no regular expression in Unicode mode
const validate = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));

interface Artifact {
  uri: string;
}
interface Log {
  runs: {
    tool: { driver: { rules: { id: string; shortDescription: { text: string }; help: { text: string } }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: Artifact; region: { startLine: number } } }[];
      partialFingerprints: Record<string, string>;
      suppressions?: { justification: string }[];
    }[];
  }[];
}

/** Everything that is wrong with it, one line each. */
export function faultsOf(text: string): string[] {
  const log = JSON.parse(text) as Log;
  if (!validate(log)) return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  return [
    ...log.runs.flatMap((run) => run.results.flatMap((one, at) => resultFaults(one, run).map((fault) => `results[${at}]: ${fault}`))),
    ...uriFaults(log),
  ];
}

function resultFaults(one: Log['runs'][number]['results'][number], run: Log['runs'][number]): string[] {
  return [
    ...(run.tool.driver.rules[one.ruleIndex]?.id === one.ruleId ? [] : ['ruleIndex does not lead to the rule']),
    ...(one.locations.length === 1 ? [] : ['code scanning needs a place']),
    ...(one.message.text.length > 0 ? [] : ['no message']),
    ...(/^[0-9a-f]{16}:\d+$/.test(one.partialFingerprints.primaryLocationLineHash ?? '')
      ? []
      : ['no fingerprint that code scanning compares']),
    ...(one.suppressions?.every(({ justification }) => justification.length > 20) === false ? ['no justification'] : []),
  ];
}

/** Every `uri` anywhere is relative and stays below the root. */
function uriFaults(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'uri' || typeof inner !== 'string') return uriFaults(inner, `${path}/${key}`);
    const there = new URL(inner, 'file:///tree/');
    return there.protocol === 'file:' &&
      there.host === '' &&
      there.pathname.startsWith('/tree/') &&
      there.search === '' &&
      there.hash === ''
      ? []
      : [`${path}: ${inner}`];
  });
}
