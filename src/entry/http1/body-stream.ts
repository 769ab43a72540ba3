import type { BodyError } from '../../http/body-error.ts';

/** Bytes of a body that wait for the app. With more of them, the client has to wait. */
const MOST_WAITING = 262_144;

export interface BodyStreamEvents {
  /** The app has read what waited: there is room again. */
  readonly onRoom: () => void;
  /** The app has no use for the rest. */
  readonly onCancel: () => void;
}

/** Body of a request as a stream, which a connection fills and the app reads. */
export class BodyStream {
  readonly readable: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor({ onRoom, onCancel }: BodyStreamEvents) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: onRoom,
        cancel: () => {
          this.#controller = undefined;
          onCancel();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
    );
  }

  /** Answers whether there is room for more. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length > 0) this.#controller?.enqueue(bytes);
    return (this.#controller?.desiredSize ?? 1) > 0;
  }

  /** The body is complete. */
  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  /** There will be no more of it, and what waits is dropped. Without effect after its end. */
  fail(error: BodyError): void {
    this.#controller?.error(error);
    this.#controller = undefined;
  }
}
