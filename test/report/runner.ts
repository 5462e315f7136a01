/** What GitHub's runner does with the lines of a step's output: both forms of its commands, as its sources have them. */
export interface Command {
  command: string;
  properties: Record<string, string>;
  message: string;
}

/** Every command that the runner would obey, of either form. */
export function commandsOf(output: string): Command[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => second(line) ?? first(line) ?? []);
}

export function annotationsOf(output: string): Command[] {
  return commandsOf(output).filter(({ command }) => ['error', 'warning', 'notice'].includes(command));
}

/** `::name key=value,…::message`, where a line begins, white space aside */
function second(line: string): Command | null {
  const match = /^\s*::([^:\s]*?)(?: (.*?))?::(.*)$/s.exec(line);
  return match ? { command: match[1]!, properties: propertiesOf(match[2] ?? '', ','), message: decode(match[3]!) } : null;
}

/** `##[name key=value;…]message`, anywhere */
function first(line: string): Command | null {
  const match = /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/s.exec(line);
  return match ? { command: match[1]!, properties: propertiesOf(match[2] ?? '', ';'), message: decode(match[3]!) } : null;
}

function propertiesOf(text: string, separator: string): Record<string, string> {
  const pairs = text.split(separator).filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), decode(pair.slice(pair.indexOf('=') + 1))]));
}

function decode(text: string): string {
  return text.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%25/g, '%');
}
