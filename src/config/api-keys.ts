import { ENCODINGS } from '../message/message.ts';
import { TOPIC } from './message-fields.ts';

/** API key of a client, as the settings have it. */
export interface ApiKey {
  /** Whose the key is. Two keys of one name are one client, so that a key can be replaced by another. */
  readonly name: string;
  /** SHA-256 of the key, in hexadecimal digits. */
  readonly digest: string;
  /** Topics that its messages may go to. Undefined: all that the service takes. */
  readonly topics?: ReadonlySet<string>;
  /** Its own rate limit. Undefined: that of all clients. */
  readonly limit?: { readonly max: number; readonly windowMs: number };
  /** How its messages may write their values. Undefined: in every way. */
  readonly encodings?: ReadonlySet<string>;
}

/** Keys of a text, or what is wrong with it. It repeats no digest. */
export type ParsedKeys =
  | { readonly kind: 'keys'; readonly keys: readonly ApiKey[] }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

export const KEY_NAME = /^[\w.-]{1,64}$/;
const DIGEST = /^[\da-f]{64}$/i;
const LIMIT = /^([1-9]\d{0,6})\/([1-9]\d{0,4})$/;
const FORM = 'name:sha256, with ;topics=a+b, ;limit=100/60 or ;encodings=json+text after it';

/**
 * Parses keys as `API_KEYS` and a file of `API_KEYS_FILE` have them: separated by commas or line breaks, each in
 * the form `name:sha256;topics=a+b;limit=100/60;encodings=json+text`. In a file, `#` begins a comment.
 */
export function parseApiKeys(text: string): ParsedKeys {
  const entries = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const problems: string[] = [];
  const keys = entries.flatMap((entry, index): ApiKey[] => {
    const key = parseEntry(entry);
    if (typeof key !== 'string') return [key];
    problems.push(`key ${index + 1} ${key}`);
    return [];
  });
  if (new Set(keys.map(({ digest }) => digest)).size < keys.length) problems.push('two keys are the same');
  if (entries.length === 0) problems.push(`no key is in it: it needs ${FORM}`);
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'keys', keys };
}

/** Answers the problem for an entry that is none. */
function parseEntry(entry: string): ApiKey | string {
  const [identity = '', ...options] = entry.split(';').map((part) => part.trim());
  const [name = '', digest = '', ...rest] = identity.split(':');
  if (!KEY_NAME.test(name) || !DIGEST.test(digest) || rest.length > 0) return `must be ${FORM}`;
  const read = options.map(parseOption);
  if (read.includes(undefined)) return `(${name}) must be ${FORM}`;
  return Object.assign({ name, digest: digest.toLowerCase() }, ...read) as ApiKey;
}

function parseOption(option: string): Pick<ApiKey, 'topics' | 'limit' | 'encodings'> | undefined {
  const [name = '', value = ''] = option.split('=');
  const parts = new Set(value.split('+').map((part) => part.trim()));
  const all = (isValid: (part: string) => boolean) => [...parts].every(isValid);
  switch (name) {
    case 'topics':
      return all((topic) => TOPIC.test(topic)) ? { topics: parts } : undefined;
    case 'encodings':
      return all((encoding) => ENCODINGS.some((each) => each === encoding))
        ? { encodings: parts }
        : undefined;
    case 'limit': {
      const [, max, seconds] = LIMIT.exec(value) ?? [];
      return max === undefined
        ? undefined
        : { limit: { max: Number(max), windowMs: 1000 * Number(seconds) } };
    }
    default:
      return undefined;
  }
}
