import type { Person } from '../../../datasources/emulator/people.js'
import type { TestPayee } from '../../../datasources/emulator/run.js'

/** The address under which the explorer opens an example, and runs it where it is a query. */
const explorerLink = (example: string, variables?: object): string =>
  `/graphql#${new URLSearchParams({ example, ...(variables && { variables: JSON.stringify(variables) }) }).toString()}`

/** The first query of the documentation, with its variables. */
export const FIRST_QUERY_LINK = explorerLink('EverythingAboutACustomer')

/** The page of a customer. */
export const customerLink = ({ customerId }: Person): string => explorerLink('CustomerPage', { customerId })

/** A person with their checks. */
export const personLink = (id: string): string => explorerLink('PersonById', { id })

/** The check of a payee; the name is that of the account's holder, where it has one. */
export const payeeLink = ({ idScheme, id }: Pick<TestPayee, 'idScheme' | 'id'>, name = 'Accepted,Ada'): string =>
  explorerLink('CheckPayee', { input: { types: ['NAME'], account: { type: 'PERSONAL', idScheme, id, name } } })
