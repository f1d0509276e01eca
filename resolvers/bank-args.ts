import { IsInt, IsOptional, Max, Min } from 'class-validator'
import { ArgsType, Field, ID, Int } from 'type-graphql'
import { PageArgs } from '../schema/page.js'

/** Field options of every `bankId`. */
export const BANK = {
  nullable: true,
  description: "The bank's id at the Open Bank Project; the configured bank when omitted.",
}

/** The maximum length of a list without pages. */
const MAX_LISTED = 100

/** Arguments: a bank. */
@ArgsType()
export class BankArgs {
  @Field(() => ID, BANK)
  bankId?: string | null
}

/** Arguments: a bank, and the length of a list without pages. */
@ArgsType()
export class BankListArgs extends BankArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: MAX_LISTED,
    description:
      'The maximum number of items, 1 to 100. When there are more, `extensions.truncated` lists the path of the field.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_LISTED)
  first?: number | null
}

/** Arguments: a bank, and a page of a connection. */
@ArgsType()
export class BankPageArgs extends PageArgs {
  @Field(() => ID, BANK)
  bankId?: string | null
}
