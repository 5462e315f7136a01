/** Draft answers, one mail a review, for a person to read, change and send. Nothing is ever sent from here. */
import type { JudgedClaim } from '../../claim.ts';
import type { ReviewOfReport, ReviewReport } from './model.ts';

/** '' where there is nothing to answer. Several mails make a mailbox. */
export function renderClaimsMail(report: ReviewReport): string {
  const drafts = report.reviews.map(draft).filter((d) => d !== null);
  if (drafts.length <= 1) return drafts[0] ?? '';
  // the date that git uses where there is none, so that the same input gives the same bytes
  return drafts.map((d) => `From kfunc-lint Mon Sep 17 00:00:00 2001\n${d.replace(/^From /gm, '>From ')}\n`).join('');
}

function draft(review: ReviewOfReport): string | null {
  const answered = review.claims.filter((c): c is JudgedClaim & { reply: string } => c.reply !== null);
  if (answered.length === 0) return null;
  const about = visible(review.subject ?? '')
    .replace(/^(re:\s*)+/i, '')
    .trim();
  const subject = about === '' ? 'Re: your review' : `Re: ${about}`;
  const headers = [
    ...(review.from === null ? [] : [`To: ${visible(review.from)}`]),
    `Subject: ${subject}`,
    ...(review.messageId === null ? [] : [`In-Reply-To: <${visible(review.messageId)}>`, `References: <${visible(review.messageId)}>`]),
  ];
  const body = answered.map((c) => c.reply.split('\n').map(visible).join('\n'));
  const attribution = review.from === null ? [] : [`${visible(review.from)} writes:`, ''];
  return `${headers.join('\n')}\n\n${[...attribution, body.join('\n\n')].join('\n')}\n`;
}

/** What a terminal or a mail program would obey goes; tabs of quoted code stay. */
function visible(line: string): string {
  return line.replace(/[^\P{Cc}\t]|[\p{Cf}\p{Cs}\u2028\u2029]/gu, '');
}
