import type { Meaning, Meant } from './model.ts';
import type { Pen } from './pen.ts';

/** What an item of a request has to come to: a record, or a refusal with this status. */
export type Intent = Meant | { readonly refusal: number };

/** A request as a form writes it. */
export interface Written {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** One for each item, in order. */
  readonly intents: readonly Intent[];
}

/** What a client is told of an item. `unknown`: the form does not say. */
export type Told =
  | {
      readonly kind: 'published';
      readonly partition: number;
      readonly offset: string;
      readonly id: string | undefined;
      readonly isReplayed: boolean | undefined;
    }
  | { readonly kind: 'queued'; readonly id: string | undefined; readonly isReplayed: boolean | undefined }
  | { readonly kind: 'refused'; readonly status: number | undefined };

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Ways to spoil a whole request: cut short, not UTF-8, of another media type. */
export type Spoil = 'cut' | 'utf-8' | 'type';

/** A form of ingress, as a client knows it. */
export interface Form {
  readonly takes: 'one' | 'many';
  /** Status of a request of which all, or some, items were accepted. */
  readonly accepted: { readonly all: number; readonly some: number };
  readonly spoils: readonly Spoil[];
  write(meanings: readonly [Meaning, ...Meaning[]], pen: Pen): Written;
  /** What is told of each of `count` items. */
  read(answered: Answered, count: number): readonly Told[];
}

const TEXT_SPOILS: readonly Spoil[] = ['utf-8', 'type'];
export const OF_ONE = { takes: 'one', accepted: { all: 202, some: 202 }, spoils: TEXT_SPOILS } as const;
export const OF_MANY = { takes: 'many', accepted: { all: 202, some: 207 }, spoils: TEXT_SPOILS } as const;

export const utf8 = (text: string) => new TextEncoder().encode(text);
