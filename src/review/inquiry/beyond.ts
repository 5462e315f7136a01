/**
 * What words may speak of besides the property that was looked at, and that no flow of one call shows: other CPUs, time, speculation, other builds. Of a false
 * claim nothing but an answer is lost by leaving it open; a true one must not fall because something else about the same value holds.
 */
import type { Missing } from '../../claim.ts';
import type { Question } from '../question.ts';
import type { Category } from '../reading/cues.ts';

interface Topic {
  words: RegExp;
  /** completes "the words also speak of …" */
  what: string;
  /** categories whose own matter it is */
  except?: readonly Category[];
}

const ALIAS = 'arguments that are one and the same';
const CONCEDED = 'something else than NULL';
const OTHERS = 'what others do in the meantime';

const TOPICS: readonly Topic[] = [
  {
    words:
      /\b(concurren\w*|simultaneous\w*|rac(e|es|ed|y|ing)|toctou|time-of-(check|use)|double[- ]fetch\w*|interleav\w*|in parallel|meanwhile|in the meantime|behind (our|its|the) backs?|under(neath)? us|torn|tearing|half[- ]?(written|updated|copied|way)|seriali[sz]\w*|READ_ONCE|WRITE_ONCE|smp_\w+|memory barriers?|compiler)\b/i,
    what: 'what happens at the same time',
    except: ['sleep', 'missing-flag', 'registration'],
  },
  {
    words:
      /\b(an)?other (cpus?|tasks?|threads?|process(es)?|contexts?|programs?|writers?|readers?|users?)\b|\b(two|both|several|multiple|many) (cpus?|tasks?|threads?|programs?|process(es)?|callers|writers)\b|\b(at|all at) (the same time|once)\b|\bin between\b|\bwhile (we|this|it|the (kfunc|function|program|loop)) (are|is|runs?|reads?|loops?|walks?|copies|holds?)\b|\b(realloc\w*|resiz(e|es|ed|ing)|shr(ink|inks|unk)|swapped out)\b|\bbetween (the|this|that|these) (check|test|two|load|read|compar\w+)/i,
    what: OTHERS,
    except: ['sleep', 'missing-flag', 'registration'],
  },
  {
    words:
      /\b(re-?(reads?|loads?|loaded|fetch(es|ed)?|evaluat\w+)|(read|load|loaded|fetched|dereferenced|accessed) (twice|again|(a|the) second time)|(second|separate|two|first) (loads?|reads?|fetch(es)?))\b/i,
    what: 'a value that is loaded more than once',
    except: ['sleep', 'missing-flag', 'registration', 'refcount', 'return-value'],
  },
  {
    words: /\b(un)?lock(ed|ing|s|less)?\b(?! ?up)|\b(mutex|spinlock|semaphore|rwsem|seqlock|seqcount)(es|s)?\b/i,
    what: 'locks',
    except: ['sleep', 'rcu', 'missing-flag', 'registration'],
  },
  {
    words: /\b(spectre\w*|speculat\w*|mispredict\w*|transient(ly)?|side[- ]channels?|\w*_nospec|gadgets?)\b/i,
    what: 'speculative execution',
  },
  {
    words:
      /\b((soft|hard) ?lock-?ups?|rcu stalls?|watchdog|hung task|hangs?|for ?ever|endless(ly)?|latency|starv\w+|monopoli[sz]\w*|(for )?(a |too |very )long time|too long to|(loops?|iterat\w+|runs?|spins?|keeps?|takes?)\b[^.?]{0,50}\b(seconds|minutes|[mb]illions?( of)? times|too long|very long|(too )?many (times|iterations)))\b/i,
    what: 'how long it takes',
  },
  {
    words:
      /\b((freed|released) ((by|via|with|through|under|after) (s?rcu|k?v?free)|without|directly|right away|immediately)|RCU-(freed|delayed|safe)|synchronize_s?rcu\w*|call_s?rcu\w*|kfree_rcu\w*|kvfree_rcu\w*|s?rcu_barrier\w*|writers?|updaters?|grace periods?|SRCU|srcu_\w+|\w+_srcu|tasks trace|rcu_read_lock_trace|right kind of)\b/i,
    what: 'what those who write or free wait for, or another kind of RCU',
    except: ['null-deref', 'out-of-bounds', 'sleep', 'missing-flag', 'registration', 'return-value'],
  },
  {
    words:
      /\bCONFIG_[A-Z0-9_]+\b|\b(on|for|under) (a |an )?(32|64)[- ]?bits?\b|\b32[- ]?bit (kernels?|systems?|arch\w*|machines?|platforms?|builds?|hosts?)\b|\bif [^.?!]{0,40}\b(were|ever|became|becomes|changes|changed)\b|\b(big|little)[- ]endian\b|\bPREEMPT_RT\b|\bnommu\b/i,
    what: 'how the kernel is built',
    except: ['registration'],
  },
  {
    words:
      /\b(old|older|newer|future|out-of-tree) ((kernel )?headers?|modules?|drivers?|versions?|builds?|btf|users?|binar(y|ies)|programs?)\b|\b(may|might|could|can|will|would|ever|to) (grow|be extended|be enlarged)\b|\b(grows|is extended|gets extended|is enlarged)\b|\bin (the )?future\b|\bone day\b|\bsome ?day\b/i,
    what: 'code that is not this one',
    except: ['missing-flag', 'registration'],
  },
  {
    words:
      /\b(programs?|callers?|users?|userspace|it|they|be)\b[^.?]{0,25}\b(told|tells?|informed|know|notices?|see|sees|learn|find out|distinguish\w*|tell apart)\b[^.?]{0,50}\b(out[- ]of[- ](range|bounds)|invalid|too (large|big|long)|failed|wrong|rejected|ignored)\b|\bsilent(ly)?\b|\b(be|be made|treated as|count as|rather|be an?) (an )?error\b|\breturn an error\b|\b(return|result)(ed)? (type|value)s?\b|(?<!\w)-E[A-Z]{3,}\b|\bvalid (value|result|return|count|statistic|answer)\b|\b(un)?ambiguous\b|\bindistinguishable\b/i,
    what: 'what the program is told',
    except: ['return-value', 'missing-flag', 'registration', 'refcount', 'rcu', 'sleep'],
  },
  {
    words:
      /\b(reserved|owns|owned by|belong\w*|owner|right (limit|bound|constant|value|array|index)|wrong (limit|bound|constant|value|array|index)|by convention|semantic\w*|permi(tted|ssion\w*)|allowed to|privileged?|capabilit\w*|namespaces?|(twice|more than once)|garbage|meaningful|and not (the|its|against)|(rather|other) than (the|its|against)|instead of (the|its|against)|supposed to be (at|less|more|one|only|between|below|above)|per the comment)\b/i,
    what: 'what the value means',
    except: ['null-deref', 'refcount', 'return-value', 'missing-flag', 'registration', 'rcu', 'sleep'],
  },
  {
    words:
      /\b(shared memory|shared with|mmap\w*|map values?|(not|n't|is|are|be|stay|remain) stable|unstable|contents?|copied (to|into)|local (copy|variable)|snapshot\w*)\b/i,
    what: 'memory that may change under the code',
    except: ['null-deref', 'refcount', 'return-value', 'missing-flag', 'registration', 'rcu', 'sleep'],
  },
  {
    words:
      /\b(stor(es|ed|ing)|assign(s|ed|ing)|cast(s|ed)?|put(s|ting)?|keep(s|ing)?) (it|this|that|the (result|value|return value|error)|them)\b|\bvariables?\b/i,
    what: 'what the caller does with it',
    except: ['null-deref', 'out-of-bounds', 'refcount', 'missing-flag', 'registration', 'rcu', 'sleep'],
  },
  {
    words:
      /\b((programs?|callers?|users?) (that )?(stores?|keeps?|forgets?)|saturat\w*|overflow\w*|wrap(s|ped)?|detach\w*|unload\w*|exits(?! paths?)|killed|dies|terminat\w*|rmmod|module removal|tear-?down|torn down|throws?|bpf_throw|exceptions?)\b/i,
    what: 'what comes of the count after the call',
    except: ['null-deref', 'out-of-bounds', 'return-value', 'missing-flag', 'registration', 'rcu', 'sleep'],
  },
  {
    words:
      /\b(the|be|are|is) (one and )?the same\b|\bthe same (object|pointer|instance|memory|buffer|one|argument)\b|\balias\w*|\bidentical\b|\boverlap\w*/i,
    what: ALIAS,
    except: ['missing-flag', 'registration', 'sleep'],
  },
  {
    words:
      /\b((an)?other|second|same)\b[^.?]{0,25}\b(mutex(es)?|locks?)\b|\b(each other|(block|lock|wait for)s? itself|held by|deadlock\w*|irqsave|irq-?safe|interrupted|preempted|killable|indefinitely|interruptible)\b/i,
    what: 'how locks are taken',
    except: ['missing-flag', 'registration'],
  },
  {
    words:
      /\b(integer|arithmetic|multiplication|addition|product|sums?|calculation|computation|expression|[us](8|16|32|64)|int|32[- ]bits?)\b[^.?]{0,40}\b(over|under)flow\w*|\b(over|under)flow\w*\b[^.?]{0,20}\b([us](8|16|32|64)|int|32[- ]bits?)\b|\bwrap(s|ped|ping)?\b|\bwrap-?around\b/i,
    what: 'arithmetic that may wrap',
    except: ['null-deref', 'refcount', 'return-value', 'missing-flag', 'registration', 'rcu', 'sleep'],
  },
  {
    words:
      /\b(un|half-?|fully |not yet |been |partly )initiali[sz]ed\b|\bhalf-\w+|\bbeing (built|set up|created|constructed|destroyed|torn down|released)\b|\b(exists?|complete|ready|published|poisoned) (yet|already|at this point|before)\b/i,
    what: 'whether the object is complete',
    except: ['missing-flag', 'registration', 'sleep', 'return-value'],
  },
  {
    // NULL is granted, and something else asked
    words: /\b((is|are|be|was)(n't| not)|can't be|cannot be|never|non)[ -]NULL\b[^.?]{0,80}\b(but|yet|still|however|though)\b/i,
    what: CONCEDED,
    except: ['out-of-bounds', 'missing-flag', 'registration', 'sleep', 'return-value', 'rcu', 'refcount'],
  },
  {
    words: /\b(prototypes?|headers?|declared? (as|elsewhere|in))\b/i,
    what: 'a declaration elsewhere',
    except: ['null-deref', 'out-of-bounds', 'refcount', 'missing-flag', 'sleep', 'rcu', 'registration'],
  },
];

/** Each topic that the words touch and that is not the claim's own matter. */
export function beyondTheCall(q: Question): Missing[] {
  const { category } = q.stated;
  return TOPICS.filter((t) => touches(t, q) && !t.except?.includes(category) && !isVouchedFor(q, t)).map((t) => ({
    what: q.subject?.text ?? q.function ?? 'claim',
    why: `the words also speak of ${t.what}, which the flow of one call does not show`,
    treeWouldHelp: false,
  }));
}

function touches(topic: Topic, { stated, place }: Question): boolean {
  if (topic.words.test(stated.text)) return true;
  if (topic.what !== ALIAS) return false;
  // `a == b`, said of two arguments
  const names = place?.syntax?.parameters.map((p) => p.name).filter((n) => n !== '') ?? [];
  return [...stated.text.matchAll(/\b([A-Za-z_]\w*) (?:==?|equals|is) ([A-Za-z_]\w*)\b/g)].some(
    (m) => names.includes(m[1]!) && names.includes(m[2]!),
  );
}

/**
 * An argument is a copy: once it is not NULL nobody makes it NULL. Said in one breath with NULL, the rest is why it should be. That others can't free the object
 * of an argument before the call is over is what the verifier's trust means.
 */
function isVouchedFor({ stated, subject }: Question, topic: Topic): boolean {
  if (subject?.kind !== 'parameter') return false;
  if (topic.what === OTHERS && stated.category === 'refcount' && stated.aspect === 'freed') return true;
  if (stated.category !== 'null-deref' || stated.aspect !== 'null' || topic.what === CONCEDED) return false;
  return stated.text.split(/(?<=[.?!])\s+/).every((s) => !topic.words.test(s) || /\bnull\b/i.test(s));
}

const LIFE = /\b(valid|alive|freed|lifetime|live|stale|dangling|protect\w*)\b/i;
const SLEEP =
  /\b(sleep\w*|mutex\w*|non-sleepable|KF_SLEEPABLE|block(s|ed|ing)?|schedul\w*|might_sleep\w*|atomic|non-sleepable|wait(s|ing)?|context switch|GFP_\w+)\b/i;

/** What locks protect, and in which order they are taken, is told with the same words as sleeping under them. */
export function speaksOfSleep({ stated }: Question): boolean {
  if (stated.category !== 'sleep') return true;
  const asked = `${stated.first} ${stated.sentence}`.replace(/\b(non-)?sleepable (bpf )?(programs?|progs?|kfuncs?|contexts?)\b/gi, '');
  // two kinds of allocation: one is proposed in place of the other
  return SLEEP.test(asked) && !LIFE.test(asked) && new Set(stated.text.match(/\b(?:__)?GFP_\w+/g)).size < 2;
}
