// Keeps a list current. What is new announces itself and does not push what is being read; what is there changes in place.
import { connect, freshPage, replace, replaceHead, tick } from './page.js';

const { live } = document.body.dataset;
const keyed = root => new Map([...root.querySelectorAll('[data-key]')].map(item => [item.dataset.key, item]));

function announce(page, count) {
  const bar = document.querySelector('.news') ?? document.createElement('button');
  bar.className = 'news';
  bar.type = 'button';
  bar.textContent = count === 1 ? '1 new run · show' : `${count} new runs · show`;
  bar.onclick = () => {
    bar.remove();
    replacePart(page, 'list');
    document.querySelector('[data-list] a')?.focus({ preventScroll: true });
  };
  document.querySelector('[data-part=list]').before(bar);
}

function replacePart(page, part) {
  const [mine, theirs] = [document, page].map(root => root.querySelector(`[data-part=${part}]`));
  if (mine && theirs) replace(mine, theirs);
}

const refresh = freshPage(page => {
  const [mine, theirs] = [document, page].map(keyed);
  const added = [...theirs.keys()].filter(key => !mine.has(key)).length;
  for (const [key, item] of mine) if (theirs.has(key)) replace(item, theirs.get(key).cloneNode(true));
  // Nothing is being read yet where there was nothing; the jobs of a run are a list that is complete at once.
  if (added > 0 && mine.size > 0 && live === 'all') announce(page, added);
  else if (added > 0) replacePart(page, 'list');
  replacePart(page, 'head');
  replaceHead(page);
  tick();
});

if (live)
  connect({
    path: () => '/api/v1/live',
    open: refresh,
    frame: ({ run }) => (live === 'all' || live === run) && refresh(),
  });
