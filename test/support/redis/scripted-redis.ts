import { createServer, type Server, type Socket } from 'node:net';

/** A command as it was received, with the number of its connection, from 1. */
export interface SeenCommand {
  readonly connection: number;
  readonly words: readonly string[];
}

/** A server that speaks enough RESP for a client to connect, alone or as the one node of a cluster. */
export class ScriptedRedis {
  readonly seen: SeenCommand[] = [];
  readonly #answer: (command: SeenCommand) => string | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #connections = 0;
  #port = 0;

  /** `answer` gives the reply in RESP; undefined answers as a healthy Redis. */
  private constructor(answer: (command: SeenCommand) => string | undefined) {
    this.#answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(answer: (command: SeenCommand) => string | undefined): Promise<ScriptedRedis> {
    const redis = new ScriptedRedis(answer);
    await new Promise<void>((resolve) => redis.#server.listen(0, '127.0.0.1', resolve));
    const address = redis.#server.address();
    if (typeof address === 'object' && address) redis.#port = address.port;
    return redis;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections on which something else than a greeting was asked. */
  get used(): number {
    return new Set(
      this.seen.filter(({ words }) => WRITES.test(words[0] ?? '')).map((each) => each.connection),
    ).size;
  }

  /** Every connection ends; new ones are served. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.cut();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const connection = ++this.#connections;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    let unread = '';
    socket.on('data', (chunk) => {
      unread += chunk.toString();
      for (let read = readCommand(unread); read; read = readCommand(unread)) {
        unread = unread.slice(read.length);
        const command = { connection, words: read.words };
        this.seen.push(command);
        const reply = this.#answer(command) ?? this.#usual(read.words);
        if (reply !== '') socket.write(reply);
      }
    });
  }

  #usual([name = '', sub = '']: readonly string[]): string {
    switch (`${name} ${sub}`.toLowerCase().trim()) {
      case 'info':
        return bulk('loading:0\r\n');
      case 'cluster info':
        return bulk('cluster_state:ok\r\n');
      case 'cluster slots':
        return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk('127.0.0.1')}:${this.#port}\r\n`;
      default:
        return WRITES.test(name) ? ':1\r\n' : '+OK\r\n';
    }
  }
}

const WRITES = /^(lpush|lpushx|evalsha|eval)$/i;

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

function readCommand(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let count = Number(head[1]); count > 0; count--) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, length: at };
}
