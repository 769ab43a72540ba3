import { problemDocument } from '../../http/problems.ts';
import type { Service } from '../../service/service.ts';

/**
 * Handles a request on an edge, where polling is driven by requests. `behind` takes work that the response
 * does not wait for.
 */
export async function answer(
  { app, beforeRequest }: Service,
  request: Request,
  behind: (work: Promise<unknown>) => void,
): Promise<Response> {
  await beforeRequest(new URL(request.url).pathname, behind);
  const response = await app.fetch(request, {
    clientAddress: request.headers.get(CLIENT_ADDRESS) ?? undefined,
  });
  // An unread body would delay the response.
  if (request.body && !request.bodyUsed) behind(request.body.cancel().catch(() => {}));
  return response;
}

/** Set by Cloudflare, which replaces a client's own. */
const CLIENT_ADDRESS = 'CF-Connecting-IP';

/**
 * 503 without a service. With wrong settings nothing was accepted. An object that died meanwhile may have
 * taken the message, which is to be sent again with its `id`.
 */
export function unavailable(detail: string): Response {
  const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '10' };
  const body = problemDocument('unavailable', detail);
  return Response.json(body, { status: body.status, headers });
}

export const WRONG_SETTINGS = 'The service cannot start: its log names the invalid settings';
