/** GitHub's own description of its REST interface, as a judge of requests and of the answers that our server makes up. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Node = { [key: string]: Json };
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Node;
}
interface Operation {
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: Node }> };
  responses: Record<string, { content?: Record<string, { schema: Node }> } | { $ref: string }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Node>>;
}

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const description = JSON.parse(readFileSync(file, 'utf8')) as Description;
const ajv = new Ajv({
  strict: false,
  coerceTypes: false,
  allErrors: true,
  unicodeRegExp: false,
});
addFormats.default(ajv);
const compiled = new Map<string, ValidateFunction>();

export interface Call {
  method: string;
  url: URL;
  body: unknown;
}

export interface Match {
  /** `/repos/{owner}/{repo}/…` */
  template: string;
  parameters: Record<string, string>;
}

/** The path of the description that a request goes to: the one with the most fixed words, as GitHub would have it. */
export function matchPath(method: string, path: string): Match | null {
  const found = Object.keys(description.paths).flatMap((template): Match[] => {
    if (!description.paths[template]?.[method.toLowerCase()]) return [];
    const names = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
    const match = new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '([^/]+)')}$`).exec(path);
    return match
      ? [
          {
            template,
            parameters: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1]!)])),
          },
        ]
      : [];
  });
  const holes = ({ template }: Match) => template.split('{').length;
  return found.sort((a, b) => holes(a) - holes(b))[0] ?? null;
}

/** Everything about a request that GitHub's description does not allow, one line each. */
export function requestFaults({ method, url, body }: Call): string[] {
  const match = matchPath(method, url.pathname);
  if (!match) return [`${method} ${url.pathname}: no such operation`];
  const operation = description.paths[match.template]![method.toLowerCase()]!;
  const parameters = (operation.parameters ?? []).map((one) => ('$ref' in one ? (pointed(one.$ref) as unknown as Parameter) : one));
  const query = Object.fromEntries(url.searchParams);
  const faults = [
    ...parameters.filter(({ in: where }) => where === 'path').flatMap((one) => valueFaults(one, match.parameters[one.name])),
    ...parameters.filter(({ in: where }) => where === 'query').flatMap((one) => valueFaults(one, query[one.name])),
    ...Object.keys(query).flatMap((name) =>
      parameters.some((one) => one.in === 'query' && one.name === name) ? [] : [`no parameter ${name}`],
    ),
    ...bodyFaults(operation, match.template, method, body),
  ];
  return faults.map((fault) => `${method} ${match.template}: ${fault}`);
}

/** The same for an answer: a server that answers what GitHub never would proves nothing. */
export function answerFaults(method: string, path: string, status: number, body: unknown): string[] {
  const match = matchPath(method, path);
  if (!match || status >= 500) return [];
  const response = description.paths[match.template]![method.toLowerCase()]!.responses[String(status)];
  if (!response) return status === 403 || status === 404 || status === 422 ? [] : [`${method} ${match.template} never answers ${status}`];
  const { content } =
    '$ref' in response
      ? (pointed(response.$ref) as unknown as {
          content?: Record<string, { schema: Node }>;
        })
      : response;
  const schema = content?.['application/json']?.schema;
  if (!schema) return body === undefined ? [] : [`${method} ${match.template}: an answer ${status} has no body`];
  return schemaFaults(`${method} ${match.template} ${status}`, schema, false, body);
}

function bodyFaults(operation: Operation, template: string, method: string, body: unknown): string[] {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return body === undefined ? [] : ['takes no body'];
  return body === undefined ? ['no body'] : schemaFaults(`${method} ${template}`, schema, true, body);
}

function valueFaults({ name, required, schema }: Parameter, value: string | undefined): string[] {
  if (value === undefined) return required ? [`${name} is missing`] : [];
  const type = (schema.type ?? (schema.$ref ? pointed(String(schema.$ref)).type : undefined)) as string | undefined;
  const typed = type === 'integer' ? Number(value) : value;
  return schemaFaults(`parameter ${name} ${JSON.stringify(schema)}`, schema, false, typed).map((fault) => `${name}=${value}: ${fault}`);
}

function schemaFaults(name: string, schema: Node, strict: boolean, value: unknown): string[] {
  let validate = compiled.get(name);
  if (!validate) {
    validate = ajv.compile(selfContained(schema, strict));
    compiled.set(name, validate);
  }
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

function pointed(ref: string): Node {
  return ref
    .slice(2)
    .split('/')
    .reduce(
      (at, key) => (at as unknown as Record<string, Node>)[key.replace(/~1/g, '/').replace(/~0/g, '~')]!,
      description as unknown as Node,
    );
}

/** A schema with all that it points to as its own definitions. `strict`: a property that is not described is a fault. */
function selfContained(schema: Node, strict: boolean): Node {
  const definitions: Node = {};
  const rewrite = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    if (typeof value.$ref === 'string') {
      const name = value.$ref.split('/').at(-1)!;
      if (!(name in definitions)) {
        definitions[name] = {};
        definitions[name] = rewrite(pointed(value.$ref));
      }
      return { $ref: `#/definitions/${name}` };
    }
    const { nullable, ...rest } = value;
    const kept = typeof nullable === 'object' ? value : rest;
    const copy = Object.fromEntries(Object.entries(kept).map(([key, inner]) => [key, rewrite(inner)])) as Node;
    if (strict && copy.properties && copy.additionalProperties === undefined) copy.additionalProperties = false;
    return nullable === true ? { anyOf: [copy, { type: 'null' }] } : copy;
  };
  const root = rewrite(schema) as Node;
  return { ...root, definitions };
}
