/** One job: what it does, its live log, its attempts and artifacts. The script fills the log over a WebSocket. */
import type { ArtifactView, AttemptView, JobView } from '#shared/api.ts';
import { bytesText, durationText } from '#shared/duration.ts';
import { badge, type Html, html, layout, moment } from './html.ts';

function phases({ times }: AttemptView): Html {
  const now = Date.now();
  const points: [string, number | null][] = [
    ['queue', times.queuedAt],
    ['start', times.leasedAt],
    ['source', times.sourceAt],
    ['steps', times.stepsAt],
    ['uploads', times.uploadsAt],
    ['end', times.endedAt ?? now],
  ];
  const known = points.filter((point): point is [string, number] => point[1] !== null);
  const spans = known
    .slice(0, -1)
    .map(([name, from], index) => ({ name, ms: (known[index + 1]?.[1] ?? now) - from }));
  return html`<ul class="phases">${spans.map(({ name, ms }) => html`<li><span>${name}</span> <b class="num">${durationText(ms)}</b></li>`)}</ul>`;
}

function seal({ log }: AttemptView): Html {
  if (!log) return html`live`;
  if (log.state === 'complete')
    return html`verified ✓ ${bytesText(log.bytes)}, ${log.lines} lines, <code title="${log.sha256}">sha256 ${log.sha256.slice(0, 12)}</code>`;
  return html`partial: ${bytesText(log.bytes)} (${log.reason})`;
}

const attemptSection = (attempt: AttemptView): Html => html`<section>
<h3>Attempt ${attempt.number}</h3>
<p>${attempt.end ? html`${attempt.end.reason}: ${attempt.end.message}` : html`${attempt.phase ?? ''}`}</p>
${phases(attempt)}
<p class="dim"><code>${attempt.machine}</code>${attempt.platform ? html` · ${attempt.platform.os} ${attempt.platform.arch}` : null}</p>
<p>Log: <span id="seal-${attempt.id}">${seal(attempt)}</span> · <a href="/logs/${attempt.id}.txt">raw</a></p>
</section>`;

const artifactRow = ({ id, path, bytes, sha256 }: ArtifactView): Html =>
  html`<li><a href="/artifacts/${id}">${path}</a> <span class="dim num">${bytesText(bytes)}</span> <code title="${sha256}">${sha256.slice(0, 12)}</code></li>`;

export function jobPage(job: JobView, isAdmin: boolean): string {
  const attempt = job.history.at(-1);
  const live = { job: job.id, live: job.run.id, attempt: attempt?.id ?? '', over: attempt?.log ? '1' : '' };
  return layout(
    { title: `${job.image} ${job.suite} ${job.standing}`, script: 'job.js', isAdmin, live },
    html`<p class="dim"><a href="/">Runs</a> / <a href="/runs/${job.run.id}">${job.run.repository} #${job.run.number}</a> / ${job.image}</p>
<h1>${job.image} · ${job.suite}</h1>
<p><span id="standing">${badge(job.standing)}</span> <span id="text" role="status">${job.text}</span></p>
<p class="dim">${job.run.title} · <code>${job.run.commit.slice(0, 12)}</code> · ${moment(job.run.createdAt)}</p>
<div class="job">
<nav aria-label="Steps"><ol class="steps">${job.steps.map((step, index) => html`<li data-step="${index}"><a href="#step-${index}">${step.name}</a></li>`)}</ol></nav>
<section aria-label="Log"><div class="bar"><label><input type="checkbox" id="follow" checked> follow</label> <a id="end" href="#end-of-log">end</a></div>
<pre id="log" tabindex="0" aria-live="off">${attempt ? '' : job.text}</pre><p id="end-of-log" class="dim"></p></section>
<aside aria-label="Attempts and artifacts">${job.artifacts.length > 0 ? html`<h3>Artifacts</h3><ul>${job.artifacts.map(artifactRow)}</ul>` : null}
${job.history.toReversed().map(attemptSection)}
<h3>Run it here</h3><pre class="small">${job.runLocally}</pre></aside>
</div>`,
  );
}
