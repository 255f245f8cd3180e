/** An element as it was opened. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A page taken apart. */
export interface Markup {
  readonly elements: readonly Element[];
  /** All text, attributes that are read out or shown included, without tags. */
  readonly text: string;
}

const VOID: ReadonlySet<string> = new Set(['meta', 'link', 'br']);
/** What holds text that is no markup. */
const RAW: ReadonlySet<string> = new Set(['style', 'script']);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Reads markup strictly: every tag is closed in its turn, every attribute is quoted, every entity is known. Throws where it is not so. */
export function readMarkup(source: string): Markup {
  const elements: Element[] = [];
  const open: string[] = [];
  const texts: string[] = [];
  const body = source.replace(/^<!DOCTYPE html>/, '');
  for (let at = 0; at < body.length; ) {
    if (body[at] !== '<') {
      const to = body.indexOf('<', at) === -1 ? body.length : body.indexOf('<', at);
      texts.push(decoded(body.slice(at, to)));
      at = to;
      continue;
    }
    const tag = /^<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<]*")?)*)(\/?)>/.exec(body.slice(at, at + 100_000));
    if (tag === null) throw new Error(`no tag: ${body.slice(at, at + 80)}`);
    const [whole, closing, name = '', attributes = '', selfClosing] = tag;
    at += whole.length;
    if (closing !== '') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes ${last}: ${body.slice(at - 80, at)}`);
      continue;
    }
    elements.push({ name, attributes: attributesIn(attributes, texts) });
    if (RAW.has(name)) at = body.indexOf(`</${name}>`, at) + `</${name}>`.length;
    else if (selfClosing === '' && !VOID.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return { elements, text: texts.join('') };
}

function attributesIn(source: string, texts: string[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of source.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
    if (attributes[name] !== undefined) throw new Error(`twice: ${name}`);
    attributes[name] = decoded(value);
    if (name === 'aria-label' || name === 'title') texts.push(`\n${attributes[name]}\n`);
  }
  return attributes;
}

const decoded = (text: string): string =>
  text.replace(/&([^;\s]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`no entity: ${whole}`);
    return character;
  });
