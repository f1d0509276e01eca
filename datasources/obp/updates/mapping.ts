import type {
  UpdateCustomerCreditLimitInput,
  UpdateCustomerDataInput,
  UpdateCustomerIdentityInput,
} from '../../../schema/customer-update.js'
import { toWireDate } from '../dates.js'
import type { CreditLimitBody, DataBody, IdentityBody } from './contract.js'

export const creditLimitBody = ({
  creditLimit: { currency, amount },
}: UpdateCustomerCreditLimitInput): CreditLimitBody => ({ credit_limit: { currency, amount } })

export const dataBody = (input: UpdateCustomerDataInput): DataBody => ({
  face_image: { url: input.faceImage.url, date: toWireDate(input.faceImage.date) },
  relationship_status: input.relationshipStatus,
  dependants: input.dependants,
  highest_education_attained: input.highestEducationAttained,
  employment_status: input.employmentStatus,
})

export const identityBody = (input: UpdateCustomerIdentityInput): IdentityBody => ({
  legal_name: input.legalName,
  date_of_birth: toWireDate(input.dateOfBirth),
  title: input.title,
  name_suffix: input.nameSuffix,
})
