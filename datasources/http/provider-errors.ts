import type { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, type ApiErrorDetails, type ErrorCode } from '../contract/errors.js'

/** Creates the errors of one provider. */
export class ProviderErrors {
  constructor(
    private readonly label: Label,
    private readonly title: string,
  ) {}

  create(code: ErrorCode, details: ApiErrorDetails = {}): ApiError {
    return new ApiError(code, { provider: this.label, title: this.title, ...details })
  }

  /** The operation ended before the provider was asked, or before it answered. */
  deadlineExceeded(event: 'was asked' | 'answered'): ApiError {
    return this.create('DEADLINE_EXCEEDED', { message: `The operation ended before the provider ${event}.` })
  }
}
