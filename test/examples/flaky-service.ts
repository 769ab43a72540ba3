import { HttpServer } from '../support/http/server.ts';

/** A service that answers the first request with 503 and the others with one `item`, alone or in a batch. */
export async function flakyService(status: number, item: object) {
  const posted: string[] = [];
  const server = new HttpServer((request, text, response) => {
    posted.push(text);
    const isBatch = request.url === '/v1/messages/batch';
    const isFirst = posted.length === 1;
    response.writeHead(isFirst ? 503 : status, { 'Content-Type': 'application/json', 'Retry-After': '0' });
    response.end(JSON.stringify(isBatch && !isFirst ? { items: [itemOf(status, item)] } : item));
    return Promise.resolve();
  });
  await server.up();
  return { posted, url: server.url, [Symbol.asyncDispose]: () => server.down() };
}

function itemOf(status: number, item: object): object {
  return status < 400 ? item : { status: 'rejected', error: item };
}
