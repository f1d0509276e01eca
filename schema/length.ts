import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator'
import { lengthOf } from './text.js'

/** Validates the number of code points of a text. */
export const Length = (min: number, max: number, options?: ValidationOptions) =>
  ValidateBy(
    {
      name: 'length',
      constraints: [min, max],
      validator: {
        validate: (value: unknown) => typeof value === 'string' && lengthOf(value) >= min && lengthOf(value) <= max,
        defaultMessage: buildMessage((each) => `${each}$property must have ${min} to ${max} characters`, options),
      },
    },
    options,
  )

/** Validates the largest number of code points of a text. */
export const MaxLength = (max: number, options?: ValidationOptions) =>
  ValidateBy(
    {
      name: 'maxLength',
      constraints: [max],
      validator: {
        validate: (value: unknown) => typeof value === 'string' && lengthOf(value) <= max,
        defaultMessage: buildMessage((each) => `${each}$property must have at most ${max} characters`, options),
      },
    },
    options,
  )
