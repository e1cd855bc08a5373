/** What a reader must know before the log: why nothing happens, or whose fault it was. */
import type { AttemptView, JobView } from '#shared/api.ts';
import { type Html, html } from './html.ts';

const attemptLine = ({ number, end }: AttemptView): Html =>
  html`<li>attempt ${number}: ${end ? html`${end.reason.replaceAll('-', ' ')}, ${end.message}` : 'still running'}</li>`;

const errored = ({
  id,
  history,
}: JobView): Html => html`<section class="notice errored" aria-label="What happened">
<p><strong>This is not the fault of the commit.</strong> Paddock could not finish testing it, so it says neither that it is good nor that it is bad.</p>
${history.length > 1 ? html`<p>It was tried ${history.length} times:</p><ul>${history.map(attemptLine)}</ul>` : html`<p>${onlyOnce(history[0])}</p>`}
<p>When the cause is mended: Run again, or <code>paddock rerun ${id}</code></p></section>`;

const onlyOnce = (attempt: AttemptView | undefined): string =>
  attempt?.end?.reason === 'setup-failed'
    ? 'It was not tried again, because the same would have happened again.'
    : 'It was not tried again by itself: whether that is harmless is for a person to say.';

const lostBefore = ({ history }: JobView): Html => {
  const lost = history.filter(({ end }) => end?.reason === 'lost' || end?.reason === 'setup-failed');
  return lost.length === 0
    ? html``
    : html`<section class="notice errored" aria-label="Earlier attempts"><p>An earlier attempt was lost to the infrastructure, which says nothing about the commit:</p><ul>${lost.map(attemptLine)}</ul></section>`;
};

const approval = html`<p class="notice blocked">A maintainer has to approve this commit before it runs: it comes from outside of the repository.</p>`;
const needs = html`<p class="notice blocked">It begins by itself when the suites that it needs have passed.</p>`;

export function jobNotice(job: JobView): Html {
  switch (job.standing) {
    case 'errored':
      return errored(job);
    case 'blocked':
      return job.stage === 'on-merge' ? needs : approval;
    case 'queued':
    case 'running':
      return lostBefore(job);
    default:
      return html``;
  }
}
