/** What a mail's subject says: `Re: [PATCH bpf-next v2 3/7] mm: add a kfunc`. */

export interface Subject {
  /** without `Re:` and leading brackets */
  title: string;
  isReply: boolean;
  /** the brackets say PATCH or RFC, or count parts */
  isPatch: boolean;
  isCover: boolean;
  rfc: boolean;
  /** from 1; 1 where none is given */
  version: number;
  /** from 1; 0 for a cover letter and where none is given */
  part: number;
  /** 0 where none is given */
  total: number;
  /** what else the brackets say, folded: the tree, the stable series */
  label: string;
}

const REPLY = /^\s*(?:re|aw|sv|antw|fwd?|wg|答复|回复)(?:\[\d+\])?\s*[:：]\s*/i;
const BRACKETS = /^\s*\[([^\][]{0,200})\]\s*/;
/** `v2`, `PATCHv2`, `RFCv2`, but not the `v6` of a branch name */
const VERSION = /(?:^|[\s,:;([]|PATCH|RFC)v[ .]?(\d{1,3})(?:\.\d+)?(?=$|[\s,:;)\]])/i;
const PARTS = /(?:^|[\s,:;([])#?(\d{1,4})\s*(?:\/|of)\s*(\d{1,4}|[A-Za-z])(?=$|[\s,:;)\]])/;

/** Never throws; a subject without brackets is its own title. */
export function parseSubject(raw: string): Subject {
  let rest = raw.replace(/\s+/g, ' ').trim();
  let isReply = false;
  for (let found = REPLY.exec(rest); found; found = REPLY.exec(rest)) {
    isReply = true;
    rest = rest.slice(found[0].length);
  }
  const tags: string[] = [];
  for (let found = BRACKETS.exec(rest); found; found = BRACKETS.exec(rest)) {
    tags.push(found[1]!);
    rest = rest.slice(found[0].length);
  }
  return { title: rest.trim(), isReply, ...readTags(tags.join(' ')) };
}

function readTags(tags: string): Omit<Subject, 'title' | 'isReply'> {
  const parts = PARTS.exec(tags);
  const isSet = /\bPATCH\s?-?SET\b/i.test(tags);
  const rfc = /\bRFC/i.test(tags);
  return {
    isPatch: rfc || parts !== null || /\bPATCH/i.test(tags),
    isCover: isSet || (parts !== null && Number(parts[1]) === 0),
    rfc,
    version: Math.max(1, Number(VERSION.exec(tags)?.[1] ?? 1)),
    part: parts ? Number(parts[1]) : 0,
    total: parts ? Number(parts[2]) || 0 : 0,
    label: foldTitle(
      tags
        .replace(PARTS, ' ')
        .replace(VERSION, ' ')
        .replace(/\b(?:PATCH(?:\s?-?SET)?|RFC|RESEND|REPOST)\b/gi, ' '),
    ),
  };
}

/** For comparing the titles of two versions: case, white space and punctuation don't count. */
export function foldTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
