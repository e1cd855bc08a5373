/**
 * YAML text to nodes, and nodes to values, in work that grows with the text and no faster. The library alone looks for the
 * anchor of each alias by walking the whole document: 64 KiB of `*a,` took it fifty seconds. Here the text is given up when
 * it has more signs than anybody writes, aliases are found in the one walk that makes the values, and what they repeat is
 * counted before anything is made of it.
 */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type LineCounter,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { limits } from '#shared/limits.ts';
import { type Mistake, startOf } from './mistakes.ts';

/** Where each alias leads. */
export type Targets = ReadonlyMap<Alias, unknown>;

class TooManySigns extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super('the text has more signs than are read');
    this.offset = offset;
  }
}

/** The one document of a text, or what is wrong with how it is written. */
export function parseText(
  text: string,
  lines: LineCounter,
): { document: Document } | { mistakes: Mistake[] } {
  const depth = Error.stackTraceLimit;
  // The library makes an error for each mistake, of which there may be one for each two letters; nobody reads their stacks.
  Error.stackTraceLimit = 0;
  try {
    const documents = [...compose(text, lines)];
    const [document] = documents;
    if (!document) return { mistakes: [{ message: 'the file is empty', offset: 0 }] };
    const mistakes = [...document.errors, ...document.warnings].map(error => ({
      message: wordsOf(error),
      offset: error.pos[0],
    }));
    const second = documents[1];
    if (second)
      mistakes.push({ message: 'a second document starts here; only one is read', offset: second.range[0] });
    return mistakes.length > 0 ? { mistakes } : { document };
  } catch (error) {
    if (!(error instanceof TooManySigns)) throw error;
    const message = `the file has more than ${limits.yamlSigns} signs of structure; split it, or move scripts into files`;
    return { mistakes: [{ message, offset: error.offset }] };
  } finally {
    Error.stackTraceLimit = depth;
  }
}

/** At most two documents: of a third nobody has to know. */
function* compose(text: string, lines: LineCounter): Generator<Document.Parsed> {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    // 'silent' would also take a second document silently.
    logLevel: 'error',
  });
  let count = 0;
  for (const document of composer.compose(tokens(text, lines), true, text.length)) {
    yield document as Document.Parsed;
    count += 1;
    if (count === 2) return;
  }
}

function* tokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let [signs, offset] = [0, 0];
  for (const sign of new Lexer().lex(text)) {
    signs += 1;
    if (signs > limits.yamlSigns) throw new TooManySigns(offset);
    offset += sign.length;
    yield* parser.next(sign);
  }
  yield* parser.end();
}

/** The library's own words, but for the one message that speaks of our memory. */
const wordsOf = ({ code, message }: YAMLError): string =>
  code === 'RESOURCE_EXHAUSTION' ? tooDeep : message;

const tooDeep = 'this is nested too deeply';

export type Read = { value: unknown; targets: Targets; mistakes: Mistake[] };

/** What a node became, and how many values are in it with all that its aliases repeat. */
type Made = { value: unknown; size: number };

/**
 * The value of a document, with the mistakes that the parser lets pass: repeated keys, keys that are not plain text, aliases
 * of nothing and of what they stand in, too much that is repeated. A value that is repeated is the same object each time.
 */
export function readValues(document: Document): Read {
  const mistakes: Mistake[] = [];
  const targets = new Map<Alias, unknown>();
  /** By anchor, the newest: null while it is being made. */
  const anchors = new Map<string, { node: unknown; made: Made | null }>();
  const nothing: Made = { value: null, size: 1 };

  function wrong(node: unknown, message: string): Made {
    mistakes.push({ message, offset: startOf(node) ?? 0 });
    return nothing;
  }

  function make(node: unknown, depth: number): Made {
    if (depth > limits.yamlDepth) return wrong(node, tooDeep);
    if (isAlias(node)) return repeated(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, { node, made: null });
    const made = plain(node, depth);
    if (made.size > limits.yamlValues) return wrong(node, 'aliases (`*name`) repeat too much of this file');
    // The anchor may be another one by now, of something inside this.
    const known = anchor === undefined ? undefined : anchors.get(anchor);
    if (known !== undefined && known.node === node) known.made = made;
    return made;
  }

  function plain(node: unknown, depth: number): Made {
    if (isMap(node)) return ofMap(node, depth);
    if (!isSeq(node)) return isScalar(node) ? { value: node.value, size: 1 } : nothing;
    const items = node.items.map(item => make(item, depth + 1));
    return { value: items.map(({ value }) => value), size: sum(items) };
  }

  function ofMap(map: YAMLMap, depth: number): Made {
    const value = {};
    const items = map.items.map(pair => {
      const made = make(pair.value, depth + 1);
      const key = keyOf(map, pair, value);
      // Also `__proto__`, which an assignment would take for something else.
      if (key !== null)
        Object.defineProperty(value, key, {
          value: made.value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      return made;
    });
    return { value, size: sum(items) };
  }

  function keyOf(map: YAMLMap, { key }: Pair, before: object): string | null {
    if (!isScalar(key)) {
      wrong(map, 'a key must be plain text');
      return null;
    }
    if (key.anchor !== undefined) anchors.set(key.anchor, { node: key, made: { value: key.value, size: 1 } });
    const name = key.value === null ? '' : String(key.value);
    if (!Object.hasOwn(before, name)) return name;
    wrong(key, `the key \`${String(key.value)}\` is here twice`);
    return null;
  }

  function repeated(alias: Alias): Made {
    const known = anchors.get(alias.source);
    if (!known) return wrong(alias, `there is no anchor \`&${alias.source}\` before this`);
    if (!known.made) return wrong(alias, `\`*${alias.source}\` stands inside what it repeats`);
    targets.set(alias, known.node);
    return known.made;
  }

  const { value } = make(document.contents, 0);
  return { value, targets, mistakes };
}

const sum = (items: readonly Made[]): number => items.reduce((all, { size }) => all + size, 1);
