import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { filterRows, findRow, readableRows, unreadableRows } from '../datasources/contract/rows.js'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { Customer } from '../schema/customer.js'
import {
  AddKycCheckInput,
  AddKycCheckPayload,
  AddKycDocumentInput,
  AddKycDocumentPayload,
  AddKycMediaInput,
  AddKycMediaPayload,
  AddKycStatusInput,
  AddKycStatusPayload,
  KycCheck,
  KycDocument,
  KycMedia,
  KycStatus,
} from '../schema/kyc.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'
import { isExpired } from './kyc-rule.js'

/** The key of the customer of a record. */
const customerOf = ({ customerId, bankId }: { customerId: string; bankId: string }) => ({ id: customerId, bankId })

@Resolver(() => Customer)
export class CustomerKycResolver {
  @Scopes(orOwn('kyc:read'))
  @Cost('call')
  @ListSize({ assumedSize: 5 })
  @FieldResolver(() => [KycCheck], {
    nullable: true,
    description:
      "The KYC checks of the customer, last changed first. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  kycChecks(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.kycChecksOf(customer)
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('call')
  @ListSize({ assumedSize: 5 })
  @FieldResolver(() => [KycDocument], {
    nullable: true,
    description:
      "The identity documents of the customer, last changed first. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  kycDocuments(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.kycDocumentsOf(customer)
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('call')
  @ListSize({ assumedSize: 10 })
  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description:
      "The KYC media of the customer, last changed first. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  kycMedia(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.kycMediaOf(customer)
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('call')
  @ListSize({ assumedSize: 2 })
  @FieldResolver(() => [KycStatus], {
    nullable: true,
    description:
      "The KYC statuses of the customer, at most one per bank. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  kycStatuses(@Root() customer: Customer, @Ctx() { obp }: RequestContext) {
    return obp.kycStatusesOf(customer)
  }
}

@Resolver(() => KycCheck)
export class KycCheckResolver {
  @Scopes(orOwn('kyc:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 3 })
  @FieldResolver(() => [KycDocument], {
    nullable: true,
    description:
      "The documents of the customer that are related to this check by its media. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  async documents(@Root() check: KycCheck, @Ctx() { obp }: RequestContext) {
    const [media, documents] = await Promise.all([
      obp.kycMediaOf(customerOf(check)),
      obp.kycDocumentsOf(customerOf(check)),
    ])
    if (media === null || documents === null) return null
    const ofCheck = readableRows(media).filter(({ relatesToKycCheckId }) => relatesToKycCheckId === check.id)
    const related = new Set(ofCheck.map(({ relatesToKycDocumentId }) => relatesToKycDocumentId))
    // A medium that cannot be read may relate one more document to the check.
    return [...filterRows(documents, ({ id }) => related.has(id)), ...unreadableRows(media)]
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 5 })
  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description:
      "The media that were recorded for this check. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  async media(@Root() check: KycCheck, @Ctx() { obp }: RequestContext) {
    const media = await obp.kycMediaOf(customerOf(check))
    return media && filterRows(media, ({ relatesToKycCheckId }) => relatesToKycCheckId === check.id)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @FieldResolver(() => Customer, {
    nullable: true,
    description:
      "The customer of the check. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
  })
  customer(@Root() check: KycCheck, @Ctx() { obp }: RequestContext) {
    return obp.customerById(customerOf(check))
  }

  @Scopes('kyc:write')
  @Cost('write')
  @Mutation(() => AddKycCheckPayload, {
    nullable: true,
    description:
      'Adds a KYC check to a customer, or replaces the one with the same id. Requires the scope `kyc:write`.',
  })
  addKycCheck(
    @Arg('input', () => AddKycCheckInput, { description: 'The input of the mutation.' }) input: AddKycCheckInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addKycCheck(input)
  }

  @Scopes('kyc:write')
  @Cost('write')
  @Mutation(() => AddKycStatusPayload, {
    nullable: true,
    description:
      "Sets the bank's KYC decision on a customer and replaces the previous one. Requires the scope `kyc:write`.",
  })
  addKycStatus(
    @Arg('input', () => AddKycStatusInput, { description: 'The input of the mutation.' }) input: AddKycStatusInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addKycStatus(input)
  }
}

@Resolver(() => KycDocument)
export class KycDocumentResolver {
  @FieldResolver(() => Boolean, {
    description: 'True when the document is expired at the time of the query; false when it has no `expiryDate`.',
  })
  expired(@Root() document: KycDocument): boolean {
    return isExpired(document, new Date())
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 5 })
  @FieldResolver(() => [KycMedia], {
    nullable: true,
    description:
      "The media of this document. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  async media(@Root() document: KycDocument, @Ctx() { obp }: RequestContext) {
    const media = await obp.kycMediaOf(customerOf(document))
    return media && filterRows(media, ({ relatesToKycDocumentId }) => relatesToKycDocumentId === document.id)
  }

  @Scopes('kyc:write')
  @Cost('write')
  @Mutation(() => AddKycDocumentPayload, {
    nullable: true,
    description:
      'Adds an identity document to a customer, or replaces the one with the same id. Requires the scope `kyc:write`.',
  })
  addKycDocument(
    @Arg('input', () => AddKycDocumentInput, { description: 'The input of the mutation.' }) input: AddKycDocumentInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addKycDocument(input)
  }
}

@Resolver(() => KycMedia)
export class KycMediaResolver {
  @Scopes(orOwn('kyc:read'))
  @Cost('shared')
  @FieldResolver(() => KycDocument, {
    nullable: true,
    description:
      "The related document, or null when there is no document with that id. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  async document(@Root() media: KycMedia, @Ctx() { obp }: RequestContext) {
    const documents = await obp.kycDocumentsOf(customerOf(media))
    return documents && findRow(documents, ({ id }) => id === media.relatesToKycDocumentId)
  }

  @Scopes(orOwn('kyc:read'))
  @Cost('shared')
  @FieldResolver(() => KycCheck, {
    nullable: true,
    description:
      "The related check, or null when there is no check with that id. Requires the scope `kyc:read`, or `kyc:read:own` for the caller's own customers.",
  })
  async check(@Root() media: KycMedia, @Ctx() { obp }: RequestContext) {
    const checks = await obp.kycChecksOf(customerOf(media))
    return checks && findRow(checks, ({ id }) => id === media.relatesToKycCheckId)
  }

  @Scopes('kyc:write')
  @Cost('write')
  @Mutation(() => AddKycMediaPayload, {
    nullable: true,
    description:
      'Adds the URL of a recording or image to a customer, or replaces the one with the same id. Requires the scope `kyc:write`.',
  })
  addKycMedia(
    @Arg('input', () => AddKycMediaInput, { description: 'The input of the mutation.' }) input: AddKycMediaInput,
    @Ctx() { obp }: RequestContext,
  ) {
    return obp.addKycMedia(input)
  }
}
