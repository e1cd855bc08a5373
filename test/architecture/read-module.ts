import { type Program, parseSync, Visitor } from 'oxc-parser';

export type SourceFile = { path: string; text: string };

/** `target` is the path of a module of this repository, null for a package or a module of Node. */
export type Import = { specifier: string; target: string | null; line: number };

export type Module = {
  path: string;
  imports: Import[];
  /** Lines on which the module reads `process.env` or `process.platform`. */
  reads: { env: number[]; platform: number[] };
  /** Lines with an import whose target is computed: nobody can check it. */
  computedImports: number[];
  /** Lines with a comment that silences a checker or promises work. */
  silencers: number[];
};

/** Reads what a module imports and touches from its syntax, without running it. Throws when it does not parse. */
export function readModule({ path, text }: SourceFile): Module {
  const parsed = parseSync(path, text);
  const [mistake] = parsed.errors;
  if (mistake) throw new Error(`${path} does not parse: ${mistake.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const found = look(parsed.program);
  const requests = [
    ...parsed.module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...parsed.module.staticExports.flatMap(({ entries }) => entries.flatMap(e => e.moduleRequest ?? [])),
    ...found.requests,
  ];
  const imports = requests.map(({ value, start }) => ({
    specifier: value,
    target: targetOf(path, value),
    line: lineAt(start),
  }));
  const silencers = parsed.comments.filter(({ value }) => silencer.test(value));
  return {
    path,
    imports,
    reads: { env: found.env.map(lineAt), platform: found.platform.map(lineAt) },
    computedImports: found.computed.map(lineAt),
    silencers: silencers.map(({ start }) => lineAt(start)),
  };
}

const silencer = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore|eslint-disable|\b(?:TODO|FIXME|XXX)\b/;

/** `./x.ts` and `#shared/x.ts` name modules of this repository; everything else is a package. */
function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (!specifier.startsWith('.')) return null;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  return new URL(specifier, `file:///${folder}`).pathname.slice(1);
}

type Request = { value: string; start: number };

/** What only the tree tells: dynamic, `require` and type imports, and properties of `process` however they are reached. */
function look(program: Program) {
  const found = {
    requests: [] as Request[],
    computed: [] as number[],
    env: [] as number[],
    platform: [] as number[],
  };
  const note = (property: string | null, start: number) => {
    if (property === 'env' || property === 'platform') found[property].push(start);
  };
  const request = (node: { type: string; value?: unknown; start: number } | undefined, start: number) => {
    if (node?.type === 'Literal' && typeof node.value === 'string')
      found.requests.push({ value: node.value, start: node.start });
    else found.computed.push(start);
  };
  new Visitor({
    ImportExpression: node => request(node.source, node.start),
    TSImportType: node => request(node.source, node.start),
    CallExpression: node => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        request(node.arguments[0], node.start);
    },
    MemberExpression: node => {
      if (isProcess(node.object)) note(nameOf(node.property), node.start);
    },
    VariableDeclarator: node => {
      if (!node.init || !isProcess(node.init) || node.id.type !== 'ObjectPattern') return;
      for (const property of node.id.properties)
        if (property.type === 'Property') note(nameOf(property.key), property.start);
    },
    ImportDeclaration: node => {
      if (!/^(?:node:)?process$/.test(node.source.value)) return;
      for (const specifier of node.specifiers)
        if (specifier.type === 'ImportSpecifier') note(nameOf(specifier.imported), specifier.start);
    },
  }).visit(program);
  return found;
}

type Node = { type: string; name?: unknown; value?: unknown; property?: unknown };

/** `process`, `globalThis.process`, `global['process']`. */
const isProcess = (node: Node): boolean =>
  nameOf(node) === 'process' ||
  (node.type === 'MemberExpression' && nameOf(node.property as Node) === 'process');

function nameOf(node: Node): string | null {
  if (node.type === 'Identifier') return String(node.name);
  return node.type === 'Literal' ? String(node.value) : null;
}
