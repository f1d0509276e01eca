/** Limit of the parts (chunks, or segments of TCP) that a body arrives in: each part costs time, however small it is. */
export class PartLimit {
  /** Parts that any body may have; beyond, a part must bring some bytes on average. */
  static readonly FREE = 1_000
  static readonly MIN_BYTES = 8
  #parts = 0
  #bytes = 0

  /** Counts a part; false where the parts are too many for their bytes. */
  allows({ length }: Buffer): boolean {
    this.#parts += 1
    this.#bytes += length
    return this.#parts <= PartLimit.FREE + this.#bytes / PartLimit.MIN_BYTES
  }
}
