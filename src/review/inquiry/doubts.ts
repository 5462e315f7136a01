/** Reasons why a refutation, right for what was asked of the code, may not answer what was meant. Each of them leaves the claim open. */

import { benchFor } from '../../bench.ts';
import type { Finding, Missing } from '../../claim.ts';
import { commentText } from '../../input/review/model.ts';
import { judge } from '../../judge/judge.ts';
import { structPointer } from '../../rule.ts';
import { functionsOf } from '../../source/functions.ts';
import type { FunctionSource, SourceFile } from '../../source/model.ts';
import { compareSeries, OLDEST, SERIES } from '../../verifier/series.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { claimBehind } from './answer.ts';
import { beyondTheCall, speaksOfSleep } from './beyond.ts';
import { usesInC } from './c-callers.ts';
import { saysMore } from './vague.ts';

export function doubtsAbout(answer: Answer, q: Question, court: Court): Missing[] {
  const byVerifier = answer.findings.filter((f) => f.evidence.some((e) => e.role === 'carries' && e.kind === 'verifier'));
  return [
    ...wrongPlace(q),
    ...saysMore(q),
    ...beyondTheCall(q),
    ...(speaksOfSleep(q) ? [] : open(q.function ?? 'claim', 'whether it is about sleeping could not be read for sure')),
    ...(byVerifier.length > 0
      ? [
          ...otherWaysIn(q, court),
          ...fromHooks(q),
          ...inOlderSeries(byVerifier, q, court),
          ...emptyDynptr(q),
          ...givenAsNeverNull(q, court),
          ...reachedThrough(q),
        ]
      : []),
  ];
}

function open(what: string, why: string, treeWouldHelp = false): Missing[] {
  return [{ what, why, treeWouldHelp }];
}

/** `the next function`, `the getter below`, `in both of them`. */
const POINTS_ELSEWHERE =
  /\b(next|previous|other|following|preceding|last|first|second|third|upper|lower|sibling|similar|neighbou?ring|remaining) (\w+ )?(functions?|kfuncs?|helpers?|getters?|setters?|hunks?)\b|\b(functions?|kfuncs?|getters?|setters?|ones?) (right |just |further )?(below|above|down|up)\b|\b(both|either|each|all|neither|none|any|two)( of)?( the| these| those)? (functions|kfuncs|function|kfunc|helpers|getters|setters)\b|\bin (both|either|each|all|neither)( of them| of these)?(?=[.,;?]|$)|\b(upper|lower|next|previous|other) one\b|\bthese two\b/i;

/** `Other kfuncs here check their arguments first.`: a model to follow, not where the trouble is. */
const COMPARES =
  /(?<=^|[.?!\n]\s*)(all |most |many )?(the )?(other|similar|neighbou?ring|sibling|existing) (\w+ )?(kfuncs|functions|helpers|getters|setters)( (in|of) (this|the same) (file|series|set))?( here)?,? (all |do |already |always |both )?(check|test|validate|verify|do|take|hold|use|guard|handle)\b[^.?!]*[.!]/gi;

/** The quoted lines stand in more than one function, and nothing tells which of them is meant. */
function wrongPlace(q: Question): Missing[] {
  const { place, stated, elsewhere } = q;
  if (elsewhere !== null) return open(elsewhere, `the words speak of ${elsewhere}(), the entry of ${place?.name}()`);
  if (place && POINTS_ELSEWHERE.test(stated.text.replace(COMPARES, '')))
    return open('function', `the words speak of another function than ${place.name}(), which they do not name`);
  const [other] = rivalHomes(q);
  const where = other ? `${other.name}()` : 'other places';
  return other === undefined ? [] : open('lines', `the quoted lines stand in ${where} too, and nothing tells which is meant`);
}

/** The other functions that hold the quoted lines, where the words name none; null for lines outside of functions. */
export function rivalHomes({ anchor, comment, place, stated }: Question): (FunctionSource | null)[] {
  if (!anchor || !place || comment.function !== null || new RegExp(`\\b${place.name}\\b`).test(stated.text)) return [];
  const homes = new Map<string, FunctionSource | null>();
  for (const { file, line } of anchor.rivals) {
    const home = homeOf(file, line);
    if (home?.name !== place.name) homes.set(home?.name ?? '', home);
  }
  return [...homes.values()];
}

function homeOf(file: SourceFile, line: number): FunctionSource | null {
  let offset = 0;
  for (let n = 1; n < line; n++) offset = file.text.indexOf('\n', offset) + 1;
  return functionsOf(file).find((f) => offset >= f.start && offset < f.end) ?? null;
}

/** Words for callers that no program is. `the caller` alone is the program. */
const KERNEL_CALLER =
  /\b(in-kernel|kernel-internal|kernel-side|non-bpf|internal|other|another|direct|c|existing|future) (\w+ )?(callers?|users|call sites?|code paths?)\b|\b(kernel|driver|module)( code|s)?\b[^.?]{0,30}\b(calls?|calling|uses?|pass(es)?|invokes?)\b|\b(called|used|invoked|reached|run)\b[^.?]{0,40}\b(from|by|in) (c\b|(the )?kernel|kernel code|inside the kernel|elsewhere|drivers?|a driver|other (code|functions?|places?))|\b(not|n't) (only|just|limited to|exclusively)\b[^.?]{0,30}\b(bpf|programs?)\b|\bonly (protects?|covers?|checks?|applies|holds)\b[^.?]{0,30}\b(bpf|programs?|verifier)\b|\bexport(ed|_symbol\w*)\b|\bdestructors?\b|\bdtors?\b/i;

/** The verifier looks at programs. C code that calls the kfunc, and the kernel that calls it as a destructor, are not held to what it promises. */
function otherWaysIn(q: Question, court: Court): Missing[] {
  const text = commentText(q.comment);
  const name = q.function ?? '';
  if (KERNEL_CALLER.test(text))
    return open(name, `the words speak of calls by the kernel itself, where no verifier looks`, !court.options.tree);
  const caller = namedCaller(q);
  if (caller !== null) return open(caller, `whether and how ${caller}() calls ${name}() is not followed`, true);
  // asked of programs only, C code is beside the point
  if (/\b(programs?|progs?)\b/i.test(`${q.stated.first} ${q.stated.sentence}`)) return [];
  const kfuncs = new Set((q.own.length > 0 ? q.own : q.reaching).map((u) => u.kfunc.name));
  const [use] = [...kfuncs].flatMap((k) => usesInC(k, court).map((u) => ({ ...u, kfunc: k })));
  return use ? open(use.kfunc, `${use.by} uses ${use.kfunc}() in C (${use.file}), where no verifier looks`) : [];
}

/** `foo_bar() calls this with …`: a function that is said to be a caller. */
function namedCaller({ stated, function: name }: Question): string | null {
  const said =
    /\b([A-Za-z_]\w*)\(\)?[^.?()]{0,40}?\b(calls?|invokes?|uses?|enters?)\s+(this|it\b|the (kfunc|function|helper)|([A-Za-z_]\w*)\()/.exec(
      stated.text,
    );
  if (!said || said[1] === name) return null;
  return said[5] !== undefined && said[5] !== name ? null : said[1]!;
}

const HOOK = /\b(tracepoints?|tp_btf|raw_tp|struct_ops|hooks?|callbacks?|stubs?|fentry|fexit|lsm|ops->\w+|ops\.\w+)\b/i;

/** What a hook hands out counts as trusted by the hook's word alone; that it hands out NULL is no question of flags. */
function fromHooks({ stated, comment }: Question): Missing[] {
  if (stated.category !== 'null-deref' && stated.category !== 'refcount') return [];
  const sentences = commentText(comment).split(/(?<=[.?!])\s+/);
  const said = sentences.some((s) => HOOK.test(s) && /\b(null|trusted|freed|stale|zero)\b/i.test(s) && !/\bprogram(s|'s)?\b/i.test(s));
  return said ? open('hook', 'whether a hook hands out such a pointer as trusted is not told by the flags of the kfunc') : [];
}

const OLDER =
  /\b(backport\w*|stable (kernel|tree|release|branch)\w*|older|earlier (kernel|version|release)s?|lts|pre-\d|before v?\d+\.\d+|prior to|until v?\d+\.\d+|up to v?\d+\.\d+|on v?\d+\.\d+)\b/i;

/** The words speak of another series than the one judged by. */
function inOlderSeries(findings: readonly Finding[], q: Question, court: Court): Missing[] {
  const text = commentText(q.comment);
  const own = court.options.kernel.series;
  const named = [...text.matchAll(/\bv?([4-9]\.\d{1,2})\b(?!\.\d*[a-z])/g)].map((m) => m[1]!).filter((s) => s !== own);
  const older = OLDER.test(text) ? SERIES.filter((s) => compareSeries(s, own) < 0) : [];
  const asked = new Set([...named.filter((s) => compareSeries(s, OLDEST) >= 0), ...older]);
  if (named.some((s) => compareSeries(s, OLDEST) < 0)) return open('series', `no series before ${OLDEST} is modelled`);
  for (const series of asked) {
    const bench = benchFor(court.analysis.program, { ...court.options, kernel: { series, from: 'option' } });
    const falls = findings.find((f) => {
      const claim = claimBehind(f, court);
      return !claim || judge(claim, bench).verdict !== 'refuted';
    });
    if (falls) return open(falls.subject, `Linux ${own} refuses it, ${series} does not, and the words speak of other series`);
  }
  return [];
}

/** A dynptr that could not be made is handed on as one without data: not NULL itself. */
function emptyDynptr({ subject, own, stated }: Question): Missing[] {
  if (stated.category !== 'null-deref' || subject?.kind !== 'parameter') return [];
  const isDynptr = own.some((u) => /\bbpf_dynptr\b/.test(u.definition.syntax.parameters[subject.index]?.text ?? ''));
  if (!isDynptr || !/\b(dynptr|data|empty|invalid|uninitiali[sz]ed)\b/i.test(stated.text)) return [];
  return open(subject.text, `${subject.text} may be a dynptr without data, whose use is not followed`);
}

/**
 * What a kfunc without KF_RET_NULL gives is never NULL to the verifier, and trusted: the NULL that it returns all the same is let through wherever its type goes.
 * Where the program can't hand on what it gives, that claim is no more than a warning.
 */
function givenAsNeverNull({ subject, own, stated }: Question, { analysis }: Court): Missing[] {
  if (stated.category !== 'null-deref' || subject?.kind !== 'parameter') return [];
  const types = new Set(own.flatMap((u) => u.definition.syntax.parameters[subject.index]?.type ?? []).map(structPointer));
  const giver = analysis.findings.find((f) => {
    if (f.rule !== 'missing-ret-null' || f.verdict !== 'confirmed' || f.severity !== 'error') return false;
    const given = analysis.units.find((u) => u.kfunc.name === f.kfunc)?.definition.syntax.returns;
    return given !== undefined && structPointer(given) !== null && types.has(structPointer(given));
  });
  return giver
    ? open(giver.kfunc ?? '', `${giver.kfunc}() may return NULL and lacks KF_RET_NULL: the verifier lets that NULL through`)
    : [];
}

/** Words that lead from an object on to what it holds, before its name and behind it. */
const LEADS_ON = {
  before:
    '(?:from|through|via|behind|inside|within|beyond|below|beneath|past|after|out of|off|(?:read|load|follow|walk|travers)ing|(?:stored|held|kept|embedded|nested|found|lies|lives|pointers?|members?|fields?|objects?|values?) in|(?:members?|fields?|pointees?|targets?|contents?) of|(?:dereference|deref) of)',
  behind:
    "(?:(?:(?:may|might|can|could|will|does|do|did|would|must|should|is|was|has|just|not|n't|only|also|itself) ){0,3}(?:hold|contain|store|keep|carr(?:y|ies)|embed|point|lead|refer|yield|give|own|link|wrap)(?:s|es|ing)?\\b|(?:has|have|had)\\b(?! (?:(?:no|not|never|been|any|a) )*(?:explicit |prior |proper )?(?:null|check|guard|test|valid)))",
};
const NESTED =
  /\b(nested|chained|chain of|double|two-level|second-level|indirect\w*|transitive\w*|inner|levels?|second deref\w*|even (if|when|though|with)|(is|are|was|been|fully|yet|just|properly|half) (not |n't )?(set up|initiali[sz]ed|populated|filled))\b/i;

/** `a pointer loaded from css`, `css holds a NULL`: the verifier speaks of the argument, and not of what is read through it. */
function reachedThrough({ subject, stated }: Question): Missing[] {
  if ((stated.category !== 'null-deref' && stated.category !== 'refcount') || subject?.kind !== 'parameter') return [];
  const name = `(?:the |this |that )?[\`*&]*${subject.text}\\b(?!->|\\.\\w|\\[)\`?`;
  const { before, behind } = LEADS_ON;
  const leads = new RegExp(`\\b${before} ${name}|\\b${subject.text}\\b\`? (?:pointer |object |argument |parameter )?${behind}`, 'i');
  if (!leads.test(stated.text) && !NESTED.test(stated.text)) return [];
  return open(subject.text, `whether ${subject.text} itself is meant, or what is read through it, could not be told from the words`);
}
