import { BANK, NAMED_PEOPLE } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!

export const searchRows: SurfaceRow[] = [
  {
    n: 27,
    operation: 'getCustomersByCustomerPhoneNumber',
    query:
      'query($number: String!) { customersByMobilePhoneNumber(mobilePhoneNumber: $number, match: CONTAINS) { id dateOfBirth } }',
    variables: { number: '5550102' },
    request: () => ({
      method: 'POST',
      path: `/obp/v4.0.0/banks/${BANK}/search/customers/mobile-phone-number`,
      body: { mobile_phone_number: '%5550102%' },
    }),
    data: { customersByMobilePhoneNumber: [{ id: PERCY.customerId, dateOfBirth: PERCY.dateOfBirth }] },
  },
]
