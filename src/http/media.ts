/** Parameters of a media type: `;` within quotes does not separate them (RFC 9110, section 8.3.1). */
const PARAMETER = /;[ \t]*(?:([^\s;="]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*))?[ \t]*/gy;
const UTF_8 = new Set(['utf-8', 'utf8']);

/** Why a body is not taken: a 415, with what is accepted in its place. */
interface RefusedMedia {
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_ONLY = ['application/json'];

/** Type of a body as its headers announce it, without parameters. */
export function mediaTypeOf(header: (name: string) => string | undefined): string {
  return parseMediaType(header('content-type') ?? '').type;
}

/** Why the headers of a request announce no text of one of `types` in UTF-8; undefined if they do. */
export function refuseMedia(
  header: (name: string) => string | undefined,
  types: readonly string[] = JSON_ONLY,
): RefusedMedia | undefined {
  const { type, charsets } = parseMediaType(header('content-type') ?? '');
  const headers = { Accept: types.join(', ') };
  if (!types.includes(type))
    return { detail: `Send JSON, with the header Content-Type: ${types.join(' or ')}`, headers };
  if (!charsets.every((charset) => UTF_8.has(charset))) return { detail: 'Send JSON in UTF-8', headers };
  return undefined;
}

function parseMediaType(text: string): { readonly type: string; readonly charsets: readonly string[] } {
  // The one that nearly all clients send.
  if (text === 'application/json') return { type: text, charsets: [] };
  const [type = ''] = text.split(';', 1);
  const parameters = text.slice(type.length);
  const found = [...parameters.matchAll(PARAMETER)];
  const isWhole = found.reduce((length, [match]) => length + match.length, 0) === parameters.length;
  return {
    type: isWhole ? type.trim().toLowerCase() : '',
    charsets: found
      .filter(([, name]) => name?.toLowerCase() === 'charset')
      .map(([, , value = '']) => value.replace(/^"(.*)"$/, '$1').toLowerCase()),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text of a body; undefined if it is not valid UTF-8. */
export function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
}
