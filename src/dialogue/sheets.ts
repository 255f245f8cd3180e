import { formatEndpoint } from '../packet/segment.ts';
import type { Allowance, Dialogue } from './dialogue.ts';
import { type ServerSheet, SheetFolder } from './sheet.ts';

/** What the user says of the dialogues of a file. */
export interface Label {
  /** The server that they are with. */
  readonly name?: string | undefined;
  /** What was wrong when they were recorded. */
  readonly cause?: string | undefined;
}

/** The sheets, and what was left out of them. */
export interface Sheets {
  readonly sheets: readonly ServerSheet[];
  /** Servers that clients talk to without a proxy, where they talk to others through one. */
  readonly direct: readonly string[];
  /** Dialogues with servers beyond the bound. */
  readonly dropped: number;
}

/** Sorts dialogues by server. */
export class SheetCollector {
  readonly #folders = new Map<string, SheetFolder>();
  readonly #limit: number;
  readonly #allowed: ReadonlySet<Allowance>;
  #dropped = 0;

  constructor(limit: number, allowed: ReadonlySet<Allowance>) {
    this.#limit = limit;
    this.#allowed = allowed;
  }

  /** Takes a dialogue in; returns the name of its server. */
  add(dialogue: Dialogue, { name, cause }: Label = {}): string {
    const server = name ?? formatEndpoint(dialogue.conversation.server);
    let folder = this.#folders.get(server);
    if (folder === undefined && this.#folders.size < this.#limit) {
      folder = new SheetFolder(server);
      this.#folders.set(server, folder);
    }
    if (folder === undefined) this.#dropped++;
    else folder.add(dialogue, cause, this.#allowed);
    return server;
  }

  /** The sheets in order of their first conversations. */
  finish(): Sheets {
    const folders = [...this.#folders.values()].sort((a, b) => a.firstStream - b.firstStream);
    const proxied = folders.filter((folder) => folder.proxied);
    const used = proxied.length > 0 ? proxied : folders;
    const direct = folders.filter((folder) => !used.includes(folder)).map(({ name }) => name);
    return { sheets: used.map((folder) => folder.finish()), direct, dropped: this.#dropped };
  }
}
