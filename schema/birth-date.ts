import { registerDecorator } from 'class-validator'
import { isCalendarDate } from './scalars.js'

const isBirthDate = (value: unknown): boolean =>
  typeof value === 'string' &&
  isCalendarDate(value) &&
  value >= '1900-01-01' &&
  value < new Date().toISOString().slice(0, 10)

/** Validates a date of birth, or a list of them: calendar days from 1900-01-01 to yesterday (UTC). */
export const IsBirthDate = () => (target: object, propertyName: string) =>
  registerDecorator({
    name: 'isBirthDate',
    target: target.constructor,
    propertyName,
    options: { message: 'must be from 1900-01-01 to yesterday' },
    validator: {
      validate: (value: unknown) => (Array.isArray(value) ? value.every(isBirthDate) : isBirthDate(value)),
    },
  })
