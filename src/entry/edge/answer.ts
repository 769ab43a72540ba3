import type { Service } from '../../service.ts';

/**
 * Answers a request, after a look at what other isolates and operators have to tell where there was
 * none yet. `behind` takes what the answer does not wait for.
 */
export async function answer(
  { app, fleet, watch }: Service,
  request: Request,
  behind: (work: Promise<unknown>) => void,
): Promise<Response> {
  const { needsLook } = fleet;
  if (needsLook === 'first') await fleet.look();
  if (needsLook === 'again') behind(fleet.look());
  if (watch.isStale && new URL(request.url).pathname === READY) await watch.look();
  const response = await app.fetch(request, {
    clientAddress: request.headers.get(CLIENT_ADDRESS) ?? undefined,
  });
  // Or the runtime would wait for a body that nobody wants, before it lets the answer go.
  if (request.body && !request.bodyUsed) behind(request.body.cancel().catch(() => {}));
  return response;
}

const READY = '/health/ready';

/** Cloudflare's own word, in the place of whatever the client has sent. */
const CLIENT_ADDRESS = 'CF-Connecting-IP';

const UNAVAILABLE = {
  type: 'urn:spillway:problem:unavailable',
  title: 'The service is unavailable',
  status: 503,
};

/**
 * What clients hear where there is no service to answer them. With wrong settings nothing was accepted; an
 * object that ended in the middle may have taken the message, which is to be sent again with its `id`.
 */
export function unavailable(detail: string): Response {
  const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '10' };
  return Response.json({ ...UNAVAILABLE, detail }, { status: UNAVAILABLE.status, headers });
}

export const WRONG_SETTINGS = 'The service can not start with its settings: its log names them';
