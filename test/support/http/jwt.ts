/** An unsigned JSON web token. */
export function unsignedJwt(claims: Readonly<Record<string, unknown>>): string {
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

function part(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
