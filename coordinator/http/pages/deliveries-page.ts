/** The webhooks that came, and what was done about each. */
import type { DeliveryView } from '#shared/api.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { moment } from './signs.ts';

const row = (delivery: DeliveryView): Html => html`<tr>
<td>${moment(delivery.receivedAt)}</td><td>${delivery.event}</td><td>${delivery.repository ?? ''}</td>
<td><span class="verdict ${delivery.verdict ?? ''}">${(delivery.verdict ?? 'being handled').replaceAll('-', ' ')}</span></td>
<td class="wide">${delivery.note ?? ''}${delivery.receipts > 1 ? html` <span class="dim">came ${delivery.receipts} times</span>` : null}</td>
<td><code class="dim">${delivery.id}</code></td></tr>`;

const none = (peopleUrl: string): Html => html`<section class="blank"><h2>No delivery yet</h2>
<p>Point the webhook of a repository at <code>${peopleUrl}/hooks/github</code>, with content type <code>application/json</code> and
the secret that the configuration names. GitHub sends a ping at once; it appears here when the page is loaded again.</p></section>`;

export function deliveriesPage(deliveries: DeliveryView[], next: string | null, peopleUrl: string): string {
  const table = html`<div class="scrolls"><table class="list"><caption class="sr">Deliveries, newest first</caption>
<thead><tr><th>Age</th><th>Event</th><th>Repository</th><th>Verdict</th><th>What was done</th><th>Delivery</th></tr></thead>
<tbody>${deliveries.map(row)}</tbody></table></div>
${next ? html`<p><a rel="next" href="/deliveries?before=${next}">Older deliveries</a></p>` : null}`;
  return layout(
    { title: 'Deliveries', script: 'list.js', isAdmin: true },
    html`<h1>Deliveries</h1>${deliveries.length > 0 ? table : none(peopleUrl)}`,
  );
}
