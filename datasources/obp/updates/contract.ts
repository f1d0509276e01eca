/**
 * Open Bank Project v4.0.0: updates of a part of a customer. The body replaces the part, and the response is the whole
 * customer.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 */

export interface BranchBody {
  branch_id: string
}

export interface CreditLimitBody {
  credit_limit: { currency: string; amount: string }
}

/** Flat, unlike the nested members of a customer. */
export interface CreditRatingBody {
  credit_rating: string
  credit_source: string
}

/** Dates in UTC without milliseconds, here and below. */
export interface DataBody {
  face_image: { url: string; date: string }
  relationship_status: string
  dependants: number
  highest_education_attained: string
  employment_status: string
}

export interface EmailBody {
  email: string
}

export interface IdentityBody {
  legal_name: string
  date_of_birth: string
  title: string
  name_suffix: string
}

export interface MobileNumberBody {
  mobile_phone_number: string
}

export interface NumberBody {
  customer_number: string
}
