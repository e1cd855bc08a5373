// Draws what the stand-in sends (tour/pull-view.ts), as text and never as markup, and presses its buttons. An element stays
// the same as long as the thing it shows: what somebody is about to press does not vanish under their finger.

const byId = id => document.getElementById(id);
const path = location.pathname;
const part = (element, name) => element.querySelector(`.${name}`);
const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/** One child per item, known by its key, in the order of the items. */
function draw(parent, template, items, keyOf, fill) {
  const known = new Map([...parent.children].map(child => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const key = keyOf(item);
    const element = known.get(key) ?? byId(template).content.firstElementChild.cloneNode(true);
    element.dataset.key = key;
    fill(element, item, place);
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
  });
  for (const gone of [...parent.children].slice(items.length)) gone.remove();
}

const words = { success: 'passed', failure: 'failed', error: 'not tested', pending: 'not over' };

function drawShape(element, state) {
  const shape = part(element, 'shape');
  shape.dataset.state = state;
  shape.querySelector('use').setAttribute('href', `#${state}`);
}

function fillStatus(element, { context, state, description, targetUrl, step }) {
  drawShape(element, state);
  setText(part(element, 'read-aloud'), words[state]);
  setText(part(element, 'context'), context);
  setText(part(element, 'description'), description ?? '');
  const details = part(element, 'details');
  details.hidden = !targetUrl;
  details.href = targetUrl ?? '';
  setText(part(details, 'read-aloud'), ` of ${context.split('/').at(-1)}, in a new tab`);
  details.dataset.step = step ?? '';
}

function fillCommit(element, { sha, title, isMerge, state, summary, statuses }) {
  element.id = sha;
  element.classList.toggle('is-merge', isMerge);
  drawShape(element, state);
  setText(part(element, 'commit-title'), title);
  setText(part(element, 'summary'), summary);
  const link = part(element, 'sha');
  setText(link, sha.slice(0, 7));
  link.title = sha;
  link.href = `#${sha}`;
  draw(part(element, 'statuses'), 'status', statuses, ({ context }) => context, fillStatus);
}

function fillStep(element, { title, detail, command, standing }, place) {
  element.dataset.standing = standing;
  if (standing === 'now') element.setAttribute('aria-current', 'step');
  else element.removeAttribute('aria-current');
  setText(part(element, 'ordinal'), String(place + 1));
  setText(part(element, 'step-title'), title);
  setText(part(element, 'read-aloud'), standing === 'done' ? ': done' : '');
  setText(part(element, 'step-detail'), detail);
  part(element, 'command').hidden = !command;
  setText(element.querySelector('pre'), command ?? '');
}

function fillAct(element, { id, label, obstacle, isNext }) {
  element.dataset.act = id;
  element.classList.toggle('is-next', isNext && !obstacle);
  // Not `disabled`: who has just pressed it would lose their place on the page.
  element.setAttribute('aria-disabled', String(obstacle !== null));
  setText(part(element, 'act-label'), label);
  setText(part(element, 'act-obstacle'), obstacle ?? '');
}

const marks = { success: 'passed', failure: 'failed', error: 'failed', pending: 'running' };

function show(view) {
  const { number, title, author, status, commits, acts } = view;
  const pushed = commits.filter(({ isMerge }) => !isMerge).length;
  const count = pushed === 1 ? '1 commit' : `${pushed} commits`;
  document.title = `${title} · Pull request #${number} · stand-in for GitHub`;
  document.querySelector('link[rel="icon"]').href = `/assets/mark-${marks[commits[0].state]}.svg`;
  byId('paddock').href = view.paddock;
  setText(byId('repository'), view.repository.replace('/', ' / '));
  setText(byId('title'), title);
  setText(byId('number'), `#${number}`);
  byId('standing').dataset.standing = status;
  setText(byId('standing'), status);
  setText(byId('about'), `${author} ${status === 'merged' ? 'merged' : 'wants to merge'} ${count} into`);
  setText(byId('base'), view.base);
  setText(byId('branch'), view.branch);
  setText(byId('happened'), `${view.happened} · ${commits[0].summary}`);
  draw(byId('steps'), 'step', view.steps, ({ id }) => id, fillStep);
  draw(byId('acts'), 'act', acts, ({ id }) => id, fillAct);
  byId('elsewhere').hidden = acts.length > 0;
  draw(byId('commits'), 'commit', commits, ({ sha }) => sha, fillCommit);
}

async function post(address) {
  const response = await fetch(address, { method: 'POST', keepalive: true });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

async function press(button) {
  const obstacle = part(button, 'act-obstacle').textContent;
  try {
    if (obstacle) throw new Error(`Not now: ${obstacle}`);
    setText(byId('problem'), '');
    const answer = await post(`${path}/${button.dataset.act}`);
    if (answer.path !== path) location.assign(answer.path);
  } catch (error) {
    setText(byId('problem'), `${error.message}.`);
  }
}

const copiedMs = 2_000;

async function copy(button) {
  const label = button.firstElementChild;
  try {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    label.textContent = 'copied';
    await post('/guide/own');
  } catch {
    label.textContent = 'not copied'; // the browser forbids it; the text can be marked by hand
  }
  setTimeout(() => setText(label, 'copy'), copiedMs);
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button?.dataset.act) void press(button);
  else if (button) void copy(button);
});
// Also by the middle button, which sends another event.
for (const kind of ['click', 'auxclick'])
  document.addEventListener(kind, ({ target }) => {
    const step = target.closest('a.details')?.dataset.step;
    if (step) post(`/guide/${step}`).catch(() => {}); // a tick that is missing; the link is followed all the same
  });

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
  document.documentElement.dataset.mantineColorScheme = matches ? 'dark' : 'light';
});

const events = new EventSource(`${path}/events`);
events.addEventListener('message', ({ data }) => show(JSON.parse(data)));
events.addEventListener('open', () => {
  byId('ended').hidden = true;
});
events.addEventListener('error', () => {
  byId('ended').hidden = false;
});
