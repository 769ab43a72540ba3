/** What the runtime tells the app of a request, besides the request. */
export interface ClientEnv {
  Bindings: {
    /**
     * Of the other end of the connection. `X-Forwarded-For` is not looked at: whoever sends it may
     * write into it what they like.
     */
    readonly clientAddress?: string | undefined;
  };
}
