/** What stands beside the log: phases, machine, attempts, artifacts, and how to do the same at home. */
import type { ArtifactView, AttemptView, JobView } from '#shared/api.ts';
import { bytesText } from '#shared/duration.ts';
import { type Html, html } from './html.ts';
import { took } from './signs.ts';

type Phase = { name: string; from: number; to: number | null };

function phasesOf({ times }: AttemptView): Phase[] {
  const points: [string, number | null][] = [
    ['queue', times.queuedAt],
    ['start', times.leasedAt],
    ['source', times.sourceAt],
    ['steps', times.stepsAt],
    ['uploads', times.uploadsAt],
  ];
  const known = points.flatMap(([name, from]) => (from === null ? [] : [{ name, from }]));
  return known.map(({ name, from }, index) => ({ name, from, to: known[index + 1]?.from ?? times.endedAt }));
}

function phases(attempt: AttemptView): Html {
  const now = Date.now();
  const all = phasesOf(attempt);
  const total = Math.max(1, (attempt.times.endedAt ?? now) - attempt.times.queuedAt);
  const rows = all.map(({ name, from, to }) => {
    const [x, width] = [
      ((from - attempt.times.queuedAt) / total) * 100,
      (((to ?? now) - from) / total) * 100,
    ];
    return html`<li><span>${name}</span><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="span" x="${x.toFixed(2)}" width="${Math.max(1, width).toFixed(2)}" height="8"/></svg>${took(from, to)}</li>`;
  });
  return html`<ul class="phases" aria-label="Phases">${rows}</ul>`;
}

function seal({ log }: AttemptView): Html {
  if (!log) return html`live`;
  return log.state === 'complete'
    ? html`verified ✓ ${bytesText(log.bytes)}, <code title="sha256 ${log.sha256}">${log.sha256.slice(0, 12)}</code>`
    : html`partial, ${bytesText(log.bytes)}: ${log.reason}`;
}

const facts = (attempt: AttemptView, of: number): Html => html`<dl class="facts">
<dt>attempt</dt><dd>${attempt.number} of ${of}</dd>
${attempt.end ? html`<dt>end</dt><dd>${attempt.end.reason.replaceAll('-', ' ')}${attempt.end.message ? html`: ${attempt.end.message}` : null}</dd>` : null}
<dt>machine</dt><dd><code>${attempt.machine}</code></dd>
<dt>host</dt><dd><code>${attempt.host}</code></dd>
${attempt.platform ? html`<dt>system</dt><dd>${attempt.platform.os} ${attempt.platform.arch}</dd>` : null}
<dt>log</dt><dd>${seal(attempt)}</dd></dl>`;

const others = (job: JobView, shown: AttemptView | undefined): Html => {
  const rest = job.history.filter(attempt => attempt !== shown).toReversed();
  if (rest.length === 0) return html``;
  const row = ({ number, end }: AttemptView) =>
    html`<li><a href="/jobs/${job.id}?attempt=${number}">attempt ${number}</a> <span class="dim">${end ? end.reason.replaceAll('-', ' ') : 'running'}</span></li>`;
  return html`<h2>Other attempts</h2><ul class="plain">${rest.map(row)}</ul>`;
};

const artifact = ({ id, path, bytes, sha256 }: ArtifactView): Html =>
  html`<li><a href="/artifacts/${id}">${path}</a><div class="dim"><span class="num">${bytesText(bytes)}</span> · <code title="sha256 ${sha256}">${sha256.slice(0, 12)}</code></div></li>`;

export const jobAside = (
  job: JobView,
  attempt: AttemptView | undefined,
): Html => html`<aside data-part="aside" aria-label="Attempts and artifacts">
${attempt ? html`<h2>Attempt</h2>${phases(attempt)}${facts(attempt, job.history.length)}` : null}
${job.artifacts.length > 0 ? html`<h2>Artifacts</h2><ul class="plain">${job.artifacts.map(artifact)}</ul>` : null}
${others(job, attempt)}
<h2>Run it here</h2>
<div class="command"><pre>${job.runLocally}</pre><button type="button" class="button" data-copy="${job.runLocally}">copy</button></div>
</aside>`;
