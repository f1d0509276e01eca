import { IsInt, IsOptional, Max, Min } from 'class-validator'
import { ArgsType, Field, ID, Int } from 'type-graphql'
import { PageArgs } from '../schema/shared.js'

/** Options of every `bankId`. */
export const BANK = { nullable: true, description: 'The configured bank when left out.' }

/** A list that has no pages is never longer. */
export const MOST_LISTED = 100

/** Names a bank. */
@ArgsType()
export class BankArgs {
  @Field(() => ID, BANK)
  bankId?: string | null
}

/** Names a bank, and how many of a list that has no pages. */
@ArgsType()
export class BankListArgs extends BankArgs {
  @Field(() => Int, { nullable: true, defaultValue: MOST_LISTED, description: 'How many to answer, 1 to 100.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  first?: number | null
}

/** Names a bank, and a page. */
@ArgsType()
export class BankPageArgs extends PageArgs {
  @Field(() => ID, BANK)
  bankId?: string | null
}
