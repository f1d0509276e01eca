import type {
  AddKycCheckInput,
  AddKycDocumentInput,
  AddKycMediaInput,
  AddKycStatusInput,
  KycCheck,
  KycDocument,
  KycMedia,
  KycStatus,
} from '../../../schema/kyc.js'
import { writing } from '../../door.js'
import type { Drift } from '../../mapping.js'
import type { CustomerLoaders } from '../customers/loaders.js'
import type { KycSource } from './datasource.js'
import type { KycLoaders } from './loaders.js'
import { checkBody, documentBody, mediaBody, statusBody, toCheck, toDocument, toMedia, toStatus } from './mapping.js'

/** Writes of KYC records. Each goes to an id that stays the same, or replaces the one there can be: all may be repeated. */
export function kycCommands(source: KycSource, customers: Pick<CustomerLoaders, 'named'>, forget: KycLoaders['forget'], drift: Drift) {
  const placeOf = async ({ customerId, bankId }: { customerId: string; bankId?: string | null }) => (await customers.named({ id: customerId, bankId })).place

  return {
    addKycCheck: writing<AddKycCheckInput, { kycCheck: KycCheck }>({
      scope: 'kyc:write',
      type: 'AddKycCheckPayload',
      repeatable: true,
      async run(input, { id }) {
        const place = await placeOf(input)
        const check = await source.addKycCheck(place, input.id ?? id, checkBody(input))
        forget.checks(place.id)
        return { kycCheck: toCheck(check, drift) }
      },
    }),

    addKycDocument: writing<AddKycDocumentInput, { kycDocument: KycDocument }>({
      scope: 'kyc:write',
      type: 'AddKycDocumentPayload',
      repeatable: true,
      async run(input, { id }) {
        const place = await placeOf(input)
        const document = await source.addKycDocument(place, input.id ?? id, documentBody(input))
        forget.documents(place.id)
        return { kycDocument: toDocument(document, drift) }
      },
    }),

    addKycMedia: writing<AddKycMediaInput, { kycMedia: KycMedia }>({
      scope: 'kyc:write',
      type: 'AddKycMediaPayload',
      repeatable: true,
      async run(input, { id }) {
        const place = await placeOf(input)
        const media = await source.addKycMedia(place, input.id ?? id, mediaBody(input))
        forget.media(place.id)
        return { kycMedia: toMedia(media, drift) }
      },
    }),

    addKycStatus: writing<AddKycStatusInput, { kycStatus: KycStatus }>({
      scope: 'kyc:write',
      type: 'AddKycStatusPayload',
      repeatable: true,
      async run(input) {
        const place = await placeOf(input)
        const status = await source.addKycStatus(place, statusBody(input))
        forget.statuses(place.id)
        return { kycStatus: toStatus(status, drift) }
      },
    }),
  }
}
