/**
 * The layers of the house, as data. A file belongs to the first room whose place matches; it may import its own room and
 * the rooms that room sees. A file that belongs to no room is a mistake: a new folder gets its place here on purpose.
 */
export type Room = { name: string; place: RegExp; sees: string[] | 'everything' };

const features =
  'github source runs merging queue fleet images logs artifacts caches reports secrets metrics tracing retention stages notify access audit tls'.split(
    ' ',
  );
const adapters = ['store', 'bus', 'blobs'];

const coordinator = (name: string) => `coordinator/${name}`;
const below = (name: string) => new RegExp(`^${name}/`);
const file = (name: string) => new RegExp(`^${name}\\.ts$`);

const featureRooms = features.map(coordinator);
/** Plain ground that every layer of the coordinator may stand on: reading YAML, loops, wake-ups, ages, deadlines. No I/O of its own. */
const ground = ['shared', 'coordinator/ground'];
const adapterRooms = [...adapters.map(coordinator), 'coordinator/config'];
/** What the composition root puts together. */
const parts = [...ground, ...adapterRooms, ...featureRooms, 'coordinator/http'];

export const rooms: Room[] = [
  { name: 'shared', place: below('shared'), sees: [] },
  // The two bundles have nothing to do with each other; the other folders of agent/ are what both need.
  { name: 'agent/guest', place: below('agent/guest'), sees: ['shared', 'agent'] },
  { name: 'agent/host', place: below('agent/host'), sees: ['shared', 'agent', 'agent/ssh'] },
  // What a host and a guest that works elsewhere both do over ssh; such a guest is a bundle of its own.
  { name: 'agent/ssh', place: below('agent/ssh'), sees: ['shared', 'agent'] },
  { name: 'agent/proxy', place: below('agent/proxy'), sees: ['shared', 'agent', 'agent/ssh', 'agent/guest'] },
  { name: 'agent', place: below('agent/[^/]+'), sees: ['shared'] },
  { name: 'images', place: below('images'), sees: ['shared'] },

  { name: 'coordinator/ground', place: below('coordinator/(?:ground|yaml)'), sees: ['shared'] },
  { name: 'coordinator/config', place: below('coordinator/config'), sees: ground },
  ...adapters.map(name => ({ name: coordinator(name), place: below(coordinator(name)), sees: ground })),
  ...features.map(name => ({
    name: coordinator(name),
    place: below(coordinator(name)),
    sees: [...ground, ...adapterRooms],
  })),
  { name: 'coordinator/http', place: below('coordinator/http'), sees: [...ground, ...featureRooms] },
  { name: 'coordinator/web', place: below('coordinator/web'), sees: ['shared'] },
  // The one door from the command line into the composition root.
  {
    name: 'coordinator/local-verbs',
    place: file('coordinator/cli/local-verbs'),
    sees: ['shared', 'coordinator/cli', 'coordinator/root', 'coordinator/config'],
  },
  {
    name: 'coordinator/cli',
    place: below('coordinator/cli'),
    sees: ['shared', 'coordinator/local-verbs', 'dist'],
  },
  // Built, never read by this test: the command runs its own bundle.
  { name: 'dist', place: below('dist'), sees: [] },
  {
    name: 'coordinator/root',
    place:
      /^coordinator\/(?:(?:coordinator|main|checkout|collect-garbage|occasion|host-here|local-image|log-lines|operational|version)\.ts$|build\/|setup\/|demo\/|wiring\/|simulate\/)/,
    sees: parts,
  },

  // Guides and schemas for editors are written from the schemas that read the files, and from what GitHub is asked for.
  {
    name: 'docs',
    place: below('docs'),
    sees: ['shared', 'coordinator/config', 'coordinator/github', 'coordinator/http'],
  },
  // What is given out, and what it is made of.
  { name: 'release', place: below('release'), sees: [] },
  { name: 'test', place: /^(?:test\/|[^/]+\.config\.ts$)/, sees: 'everything' },
];

export const roomOf = (path: string): Room | undefined => rooms.find(room => room.place.test(path));

export const isFeature = (room: Room): boolean => featureRooms.includes(room.name);
