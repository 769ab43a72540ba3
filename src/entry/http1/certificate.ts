/** Certificate with its chain and its key, and the CA whose clients alone are let in, as PEM text. */
export interface CertificateTexts {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** Certificate of a listener, which is renewed while the listener runs. */
export interface Certificate {
  readonly texts: CertificateTexts;
  /** Calls `use` with each renewed certificate. What `use` throws is logged, and the former one stays. */
  onRenewal(use: (renewed: CertificateTexts) => void): void;
}
