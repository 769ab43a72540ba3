import { type Arbitrary, array, constantFrom, nat, record } from 'fast-check';

/** How a client writes where it is free to: white space, and choices between spellings. */
export interface Hand {
  readonly gaps: readonly string[];
  readonly choices: readonly number[];
}

export const HAND: Arbitrary<Hand> = record({
  gaps: array(constantFrom('', '', ' ', '\n', '\t', '\r\n'), { maxLength: 5 }),
  choices: array(nat(255), { maxLength: 5 }),
});

/** JSON texts of members, by their names. Undefined: left out. */
export type Members = Readonly<Record<string, string | undefined>>;

/** Writes JSON in one hand. */
export class Pen {
  readonly #hand: Hand;
  readonly #isOneLine: boolean;
  #gaps = 0;
  #choices = 0;

  constructor(hand: Hand, isOneLine = false) {
    this.#hand = hand;
    this.#isOneLine = isOneLine;
  }

  /** The same hand, without line breaks. */
  oneLine(): Pen {
    return new Pen(this.#hand, true);
  }

  /** White space, or none. */
  gap(): string {
    const { gaps } = this.#hand;
    const gap = gaps[this.#gaps++ % Math.max(1, gaps.length)] ?? '';
    return this.#isOneLine ? gap.replaceAll('\n', ' ') : gap;
  }

  pick<T>(...options: readonly [T, ...T[]]): T {
    const { choices } = this.#hand;
    const choice = choices[this.#choices++ % Math.max(1, choices.length)] ?? 0;
    return options[choice % options.length] ?? options[0];
  }

  /** A string that is read, so that its spelling is free. */
  string(text: string): string {
    const plain = JSON.stringify(text);
    return this.pick(plain, plain, plain.replaceAll(/[^\u0020-\u007E]/g, escapeUnit).replaceAll('/', '\\/'));
  }

  object(members: Members): string {
    const written = Object.entries(members).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text]],
    );
    const from = this.pick(0, 1, 2, 3) % Math.max(1, written.length);
    const turned = [...written.slice(from), ...written.slice(0, from)];
    const texts = turned.map(
      ([name = '', text = '']) => `${this.#name(name)}${this.gap()}:${this.#spaced(text)}`,
    );
    // Of two members with one name, the last one counts.
    const [name] = this.pick(undefined, undefined, undefined, turned.at(-1)) ?? [];
    if (name !== undefined) texts.unshift(`${this.#name(name)}:0`);
    return `{${texts.map((text) => `${this.gap()}${text}`).join()}${this.gap()}}`;
  }

  array(texts: readonly string[]): string {
    return `[${texts.map((text) => this.#spaced(text)).join()}${this.gap()}]`;
  }

  #spaced(text: string): string {
    return `${this.gap()}${text}${this.gap()}`;
  }

  #name(name: string): string {
    const plain = JSON.stringify(name);
    return this.pick(plain, plain, plain, `"${escapeUnit(name)}${JSON.stringify(name.slice(1)).slice(1)}`);
  }
}

function escapeUnit(text: string): string {
  return `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
