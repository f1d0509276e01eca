import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { IsCountryCode } from './country-code.js'
import { Length, MaxLength } from './length.js'

@ObjectType({ description: 'A postal address of a person.' })
export class PersonAddress {
  @Field(() => ID, { nullable: true, description: "The address's id at Synctera; null when Synctera returns none." })
  id!: string | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's word for the use of the address, such as `LEGAL` or `SHIPPING`.",
  })
  type!: string | null

  @Field(() => String, {
    description: 'The first line: street and number.',
  })
  line1!: string

  @Field(() => String, {
    nullable: true,
    description: 'The second line.',
  })
  line2!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The city.',
  })
  city!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The ISO 3166-2 subdivision code without the country, such as `NY`.',
  })
  state!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The postal code.',
  })
  postalCode!: string | null

  @Field(() => String, { description: 'The ISO 3166-1 alpha-2 country code, such as `US`.' })
  countryCode!: string
}

@InputType({ description: 'A postal address of a person.' })
export class PersonAddressInput {
  @Field(() => String, { description: 'The first line: street and number; 1 to 255 characters.' })
  @Length(1, 255)
  line1!: string

  @Field(() => String, { nullable: true, description: 'The second line; at most 255 characters.' })
  @IsOptional()
  @MaxLength(255)
  line2?: string | null

  @Field(() => String, { nullable: true, description: 'The city; at most 255 characters.' })
  @IsOptional()
  @MaxLength(255)
  city?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The ISO 3166-2 subdivision code without the country, such as `NY`.',
  })
  @IsOptional()
  @Matches(/^[A-Z0-9]{1,3}$/, { message: 'must be an ISO 3166-2 subdivision without the country, such as NY' })
  state?: string | null

  @Field(() => String, { nullable: true, description: 'The postal code; at most 16 characters.' })
  @IsOptional()
  @MaxLength(16)
  postalCode?: string | null

  @Field(() => String, { description: 'The ISO 3166-1 alpha-2 country code, such as `US`.' })
  @IsCountryCode()
  countryCode!: string
}
